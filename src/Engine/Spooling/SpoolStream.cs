using Amavis.Core.Messages;

namespace Amavis.Engine.Spooling;

/// <summary>Reads a slice of a spool as a stream.</summary>
internal sealed class SpoolStream(Spool spool, long offset, long length) : Stream
{
    private readonly long _length = Math.Max(0, Math.Min(length, spool.Length - offset));
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => _length;

    public override long Position
    {
        get => _position;
        set => _position = Math.Clamp(value, 0, _length);
    }

    public override int Read(Span<byte> buffer)
    {
        var take = (int)Math.Min(buffer.Length, _length - _position);
        if (take <= 0)
            return 0;
        var read = spool.Read(offset + _position, buffer[..take]);
        _position += read;
        return read;
    }

    public override int Read(byte[] buffer, int at, int count) => Read(buffer.AsSpan(at, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int at, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(at, count)));

    public override long Seek(long to, SeekOrigin origin) => Position = origin switch
    {
        SeekOrigin.Begin => to,
        SeekOrigin.Current => _position + to,
        _ => _length + to,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int at, int count) => throw new NotSupportedException();
}
