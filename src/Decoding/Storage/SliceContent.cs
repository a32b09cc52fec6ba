namespace Amavis.Decoding.Storage;

/// <summary>Some octets of a content.</summary>
internal sealed class SliceContent : StoredContent
{
    private readonly StoredContent _whole;
    private readonly long _offset;

    /// <param name="whole">Where the octets are.</param>
    /// <param name="offset">Of the first one.</param>
    /// <param name="length">How many there are at most; the content may end before.</param>
    public SliceContent(StoredContent whole, long offset, long length = long.MaxValue)
    {
        _whole = whole;
        _offset = Math.Min(offset, whole.Length);
        Length = Math.Clamp(length, 0, whole.Length - _offset);
    }

    public override long Length { get; }

    public override int Read(long offset, Span<byte> destination) =>
        offset >= Length ? 0 : _whole.Read(_offset + offset, destination[..(int)Math.Min(destination.Length, Length - offset)]);

    public override bool TryGetArray(out ArraySegment<byte> octets)
    {
        if (!_whole.TryGetArray(out var all))
        {
            octets = default;
            return false;
        }
        octets = all.Slice((int)_offset, (int)Length);
        return true;
    }
}
