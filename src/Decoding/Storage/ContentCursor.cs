using System.Buffers;

namespace Amavis.Decoding.Storage;

/// <summary>
/// Reads a range of a content forward, in chunks whose array decoders use directly. Content in memory is one chunk and is not
/// copied.
/// </summary>
internal sealed class ContentCursor : IDisposable
{
    private const int ChunkOctets = 64 << 10;

    private readonly StoredContent _content;
    private readonly long _end;
    private readonly bool _inMemory;
    private long _chunkOffset;

    public ContentCursor(StoredContent content, long offset = 0, long? end = null)
    {
        _content = content;
        _end = Math.Min(end ?? long.MaxValue, content.Length);
        _inMemory = content.TryGetArray(out var array);
        Buffer = _inMemory ? array.Array! : ArrayPool<byte>.Shared.Rent(ChunkOctets);
        _arrayOffset = _inMemory ? array.Offset : 0;
        Seek(offset);
    }

    private readonly int _arrayOffset;

    public byte[] Buffer { get; }

    /// <summary>Where the next octet stands in <see cref="Buffer"/>; decoders move it forward.</summary>
    public int Position { get; set; }

    /// <summary>Where the chunk ends in <see cref="Buffer"/>.</summary>
    public int End { get; private set; }

    /// <summary>Where the next octet stands in the content.</summary>
    public long Offset => _chunkOffset + Position - _arrayOffset;

    /// <summary>Octets to the end of the range.</summary>
    public long Left => _end - Offset;

    public ReadOnlySpan<byte> Chunk => Buffer.AsSpan(Position, End - Position);

    public void Seek(long offset)
    {
        offset = Math.Clamp(offset, 0, Math.Max(0, _end));
        if (_inMemory)
        {
            Position = _arrayOffset + (int)offset;
            End = _arrayOffset + (int)Math.Max(_end, offset);
            return;
        }
        if (offset >= _chunkOffset && offset <= _chunkOffset + End)
        {
            Position = (int)(offset - _chunkOffset);
            return;
        }
        _chunkOffset = offset;
        Position = End = 0;
    }

    /// <summary>Makes at least one octet available; false at the end of the range.</summary>
    public bool Fill()
    {
        if (Position < End)
            return true;
        if (_inMemory)
            return false;
        _chunkOffset += End;
        Position = 0;
        End = _content.Read(_chunkOffset, Buffer.AsSpan(0, (int)Math.Clamp(_end - _chunkOffset, 0, ChunkOctets)));
        return End > 0;
    }

    /// <summary>Reads; fewer octets only at the end of the range.</summary>
    public int Read(Span<byte> destination)
    {
        var done = 0;
        while (done < destination.Length && Fill())
        {
            var count = Math.Min(destination.Length - done, End - Position);
            Buffer.AsSpan(Position, count).CopyTo(destination[done..]);
            Position += count;
            done += count;
        }
        return done;
    }

    public bool TryReadExactly(Span<byte> destination) => Read(destination) == destination.Length;

    /// <summary>Gives a number of octets on, chunk by chunk; false when the range ends before.</summary>
    public bool TryCopyTo(Codecs.IOctetSink sink, long octets)
    {
        while (octets > 0 && Fill())
        {
            var count = (int)Math.Min(octets, Math.Min(End - Position, ChunkOctets));
            sink.Write(Buffer.AsSpan(Position, count));
            Position += count;
            octets -= count;
        }
        return octets == 0;
    }

    public void Dispose()
    {
        if (!_inMemory)
            ArrayPool<byte>.Shared.Return(Buffer);
    }
}
