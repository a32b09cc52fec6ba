namespace Amavis.Decoding.Storage;

/// <summary>A content from one of its octets on.</summary>
internal sealed class SliceContent(StoredContent whole, long offset) : StoredContent
{
    public override long Length => whole.Length - offset;

    public override int Read(long start, Span<byte> destination) => whole.Read(offset + start, destination);

    public override bool TryGetArray(out ArraySegment<byte> octets)
    {
        if (!whole.TryGetArray(out var all))
        {
            octets = default;
            return false;
        }
        octets = all[(int)offset..];
        return true;
    }
}
