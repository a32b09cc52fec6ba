using Amavis.Core.Messages;

namespace Amavis.Engine.Quarantine;

/// <summary>
/// Reads a message with LF line ends, the form kept in the quarantine. Every CR of a message belongs to a CRLF, so leaving
/// the CRs out is all there is to it.
/// </summary>
public sealed class LineFeedStream(OutgoingMessage message) : Stream
{
    private IEnumerator<ReadOnlyMemory<byte>> _chunks = message.Chunks().GetEnumerator();
    private ReadOnlyMemory<byte> _rest;
    private long _position;

    public override bool CanRead => true;

    /// <summary>Only back to the start, to read once more.</summary>
    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set
        {
            if (value != 0)
                throw new NotSupportedException("only from the start");
            _chunks.Dispose();
            _chunks = message.Chunks().GetEnumerator();
            _rest = default;
            _position = 0;
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length)
        {
            if (_rest.IsEmpty)
            {
                if (!_chunks.MoveNext())
                    break;
                _rest = _chunks.Current;
                continue;
            }
            var span = _rest.Span;
            var cr = span.IndexOf((byte)'\r');
            if (cr == 0)
            {
                _rest = _rest[1..];
                continue;
            }
            var take = Math.Min(cr < 0 ? span.Length : cr, buffer.Length - done);
            span[..take].CopyTo(buffer[done..]);
            done += take;
            _rest = _rest[take..];
        }
        _position += done;
        return done;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        offset == 0 && origin == SeekOrigin.Begin ? Position = 0 : throw new NotSupportedException("only from the start");

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _chunks.Dispose();
        base.Dispose(disposing);
    }
}
