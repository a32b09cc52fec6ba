namespace Amavis.Scanning.Spam.Programs;

/// <summary>What a spam scanner gets, with LF line ends; reading only, forwards.</summary>
internal sealed class UnixLineStream : Stream
{
    private readonly IEnumerator<ReadOnlyMemory<byte>> _chunks;
    private ReadOnlyMemory<byte> _current;
    private bool _heldCr;

    public UnixLineStream(SpamRequest request) => _chunks = Chunks(request).GetEnumerator();

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var written = 0;
        while (written < buffer.Length)
        {
            if (_current.IsEmpty)
            {
                if (!_chunks.MoveNext())
                    break;
                _current = _chunks.Current;
                continue;
            }
            var octet = _current.Span[0];
            if (_heldCr && octet != (byte)'\n')
            {
                _heldCr = false;
                buffer[written++] = (byte)'\r';
                continue;
            }
            _heldCr = octet == (byte)'\r';
            if (!_heldCr)
                buffer[written++] = octet;
            _current = _current[1..];
        }
        return written;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _chunks.Dispose();
        base.Dispose(disposing);
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Chunks(SpamRequest request)
    {
        yield return request.PseudoHeader;
        foreach (var chunk in request.Spool.Chunks(0, request.Octets))
            yield return chunk;
    }
}
