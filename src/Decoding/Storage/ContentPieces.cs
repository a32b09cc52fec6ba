using System.Buffers;

namespace Amavis.Decoding.Storage;

/// <summary>Walks over a content from its first octet on.</summary>
internal static class ContentPieces
{
    private const int PieceOctets = 64 << 10;

    /// <summary>The octets in pieces; each is valid until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Of(StoredContent content, long start = 0, long? end = null)
    {
        var stop = Math.Min(end ?? long.MaxValue, content.Length);
        if (content.TryGetArray(out var array))
        {
            yield return array.AsMemory((int)start, (int)(stop - start));
            yield break;
        }
        var buffer = ArrayPool<byte>.Shared.Rent(PieceOctets);
        try
        {
            for (var offset = start; offset < stop;)
            {
                var count = content.Read(offset, buffer.AsSpan(0, (int)Math.Min(PieceOctets, stop - offset)));
                if (count == 0)
                    yield break;
                yield return buffer.AsMemory(0, count);
                offset += count;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
