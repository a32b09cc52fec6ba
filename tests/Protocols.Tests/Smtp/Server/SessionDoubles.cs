using Amavis.Core.Messages;
using Amavis.Protocols.Smtp.Server;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>A message as the processor got it, with its octets.</summary>
internal sealed record Taken(ReceivedMessage Message, byte[] Octets)
{
    public string Text => Amavis.Testing.Octets.Text(Octets);
}

/// <summary>Keeps what it gets and says what it is told to say.</summary>
internal sealed class RecordingProcessor : IMessageProcessor
{
    public static readonly SmtpReply Ok = new(250, "2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok");

    public List<Taken> Messages { get; } = [];

    public Func<ReceivedMessage, CancellationToken, Task<MessageReplies>> Answer { get; set; } = (message, _) =>
        Task.FromResult(new MessageReplies(Ok, [.. message.Envelope.Recipients.Select(_ => Ok)]));

    public Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var octets = new byte[message.Spool.Length];
        message.Spool.Read(0, octets).ShouldBe(octets.Length);
        Messages.Add(new Taken(message, octets));
        message.Spool.Dispose();
        return Answer(message, cancellationToken);
    }
}

internal sealed class RecordingLog : ISmtpSessionLog
{
    public List<(int Level, string LogId, string Text)> Lines { get; } = [];

    public void Line(int level, string logId, string text) => Lines.Add((level, logId, text));
}

/// <summary>Spools in memory; counts those not yet completed or disposed, and can be full or broken.</summary>
internal sealed class RecordingSpools : ISpoolFactory
{
    private readonly MemorySpoolFactory _spools = new();

    public int Open { get; private set; }

    /// <summary>Thrown when so many octets were written; null: never.</summary>
    public long? FullAt { get; set; }

    public Func<Exception> Fault { get; set; } = () => new SpoolFullException("no space left on device");

    public bool FullAtOnce { get; set; }

    public SpoolWriter Create()
    {
        if (FullAtOnce)
            throw Fault();
        Open++;
        return new Writer(this, _spools.Create());
    }

    private sealed class Writer(RecordingSpools owner, SpoolWriter inner) : SpoolWriter
    {
        private bool _spent;

        public override long Length => inner.Length;

        public override void Write(ReadOnlySpan<byte> octets)
        {
            if (Length + octets.Length > owner.FullAt)
                throw owner.Fault();
            inner.Write(octets);
        }

        public override Spool Complete(SpoolFacts facts)
        {
            Spend();
            return inner.Complete(facts);
        }

        public override void Dispose()
        {
            Spend();
            inner.Dispose();
        }

        private void Spend()
        {
            if (!_spent)
                owner.Open--;
            _spent = true;
        }
    }
}
