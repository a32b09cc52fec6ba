namespace Amavis.Decoding.Storage;

/// <summary>A range of another content. Nothing is copied.</summary>
internal sealed class SlicedContent(StoredContent content, long start, long length) : StoredContent
{
    public override long Length => length;

    public override int Read(long offset, Span<byte> destination) =>
        offset >= length ? 0 : content.Read(start + offset, destination[..(int)Math.Min(destination.Length, length - offset)]);

    public override bool TryGetArray(out ArraySegment<byte> octets)
    {
        if (content.TryGetArray(out octets))
        {
            octets = octets.Slice((int)start, (int)length);
            return true;
        }
        return false;
    }
}
