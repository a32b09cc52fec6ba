using System.Buffers;

namespace Amavis.Decoding.Storage;

/// <summary>Looks for signatures of four octets.</summary>
internal static class ContentSearch
{
    private const int SignatureOctets = 4;
    private const int ChunkOctets = 64 << 10;

    /// <summary>Offset of the first signature that begins with the given octets and is accepted, or null.</summary>
    public static long? Find(StoredContent content, long from, long to, ReadOnlySpan<byte> start, Func<ReadOnlySpan<byte>, bool> accept)
    {
        from = Math.Max(0, from);
        to = Math.Min(to, content.Length);
        if (to - from < SignatureOctets)
            return null;
        if (content.TryGetArray(out var array))
            return Find(array.AsSpan((int)from, (int)(to - from)), start, accept) is >= 0 and var found ? from + found : null;
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkOctets);
        try
        {
            // Chunks overlap, so that a signature across two of them is seen.
            for (; to - from >= SignatureOctets; from += ChunkOctets - SignatureOctets + 1)
            {
                var count = content.Read(from, buffer.AsSpan(0, (int)Math.Min(ChunkOctets, to - from)));
                if (Find(buffer.AsSpan(0, count), start, accept) is >= 0 and var at)
                    return from + at;
            }
            return null;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static int Find(ReadOnlySpan<byte> octets, ReadOnlySpan<byte> start, Func<ReadOnlySpan<byte>, bool> accept)
    {
        for (var at = 0; octets[at..].IndexOf(start) is >= 0 and var found;)
        {
            at += found;
            if (at + SignatureOctets > octets.Length)
                return -1;
            if (accept(octets.Slice(at, SignatureOctets)))
                return at;
            at++;
        }
        return -1;
    }
}
