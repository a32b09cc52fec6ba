using System.Buffers;
using System.IO.Pipelines;

namespace Amavis.Fuzz.Targets;

/// <summary>Both directions of a connection in memory; what is sent is handled when <see cref="Send"/> returns.</summary>
internal sealed class SessionPipes : IDuplexPipe
{
    private static readonly PipeOptions Inline = new(
        readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, pauseWriterThreshold: 0, useSynchronizationContext: false);

    private readonly Pipe _toServer = new(Inline);
    private readonly Pipe _toClient = new(Inline);

    public PipeReader Input => _toServer.Reader;

    public PipeWriter Output => _toClient.Writer;

    public void Send(ReadOnlySpan<byte> octets)
    {
        _toServer.Writer.Write(octets);
        FindingException.Unless(_toServer.Writer.FlushAsync().AsTask().IsCompletedSuccessfully, "the server does not take what is sent");
    }

    /// <summary>The client closes.</summary>
    public void Close() => _toServer.Writer.Complete();

    /// <summary>All that was answered.</summary>
    public byte[] Answers()
    {
        if (!_toClient.Reader.TryRead(out var result))
            return [];
        var octets = result.Buffer.ToArray();
        _toClient.Reader.AdvanceTo(result.Buffer.End);
        return octets;
    }
}
