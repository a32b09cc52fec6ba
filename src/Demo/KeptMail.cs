using System.Globalization;
using System.Text;
using Amavis.Core.Messages;

namespace Amavis.Demo;

/// <summary>The stand-in next hop: takes every message and keeps it as a file with its envelope on top.</summary>
internal sealed class KeptMail(string directory) : IMessageProcessor
{
    private long _number = Directory.CreateDirectory(directory).EnumerateFiles("*.eml").Count();

    public async Task<MessageReplies> ProcessAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        using var spool = message.Spool;
        var id = Interlocked.Increment(ref _number).ToString("X6", CultureInfo.InvariantCulture);
        var path = Path.Combine(directory, id + ".eml");
        await using (var file = new FileStream(path + ".tmp", FileMode.Create, FileAccess.Write))
        {
            var envelope = $"X-Kept-Sender: {message.Envelope.Sender.Bracketed}\r\n"
                + $"X-Kept-Recipients: {string.Join(", ", message.Envelope.Recipients.Select(r => r.Address.Bracketed))}\r\n";
            await file.WriteAsync(Encoding.UTF8.GetBytes(envelope), cancellationToken);
            foreach (var chunk in spool.Chunks())
                await file.WriteAsync(chunk, cancellationToken);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".tmp", path, overwrite: true);
        var reply = new SmtpReply(250, $"2.0.0 Ok: queued as {id}");
        return new MessageReplies(reply, [.. message.Envelope.Recipients.Select(_ => reply)]);
    }
}
