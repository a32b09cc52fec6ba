using Amavis.Core.Storage;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>The message log and the quarantine in SQL, in memory.</summary>
internal sealed class KeptRecords : IMessageLog, ISqlQuarantine
{
    public List<MessageRecord> Records { get; } = [];

    public List<string> Quarantined { get; } = [];

    public bool IsAvailable => true;

    public ValueTask BeginAsync(MessageArrival arrival, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask FinishAsync(MessageRecord record, CancellationToken cancellationToken)
    {
        Records.Add(record);
        return ValueTask.CompletedTask;
    }

    public async Task StoreAsync(MessageArrival arrival, Stream text, int chunkOctets, CancellationToken cancellationToken)
    {
        var piece = new byte[chunkOctets];
        while (await text.ReadAsync(piece, cancellationToken) > 0)
            continue;
        Quarantined.Add(arrival.MailId);
    }

    public Task<Stream?> OpenAsync(string mailId, int? partitionTag, CancellationToken cancellationToken) => Task.FromResult<Stream?>(null);

    public void Clear()
    {
        Records.Clear();
        Quarantined.Clear();
    }
}
