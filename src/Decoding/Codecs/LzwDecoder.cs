using System.Buffers;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Codecs;

/// <summary>The LZW of compress(1), files with the suffix .Z.</summary>
internal static class LzwDecoder
{
    private const int HeaderOctets = 3;
    private const int FirstBits = 9;
    private const int MaxBits = 16;
    private const int ClearCode = 256;
    private const int OutputOctets = 64 << 10;

    public static CodecResult Run(ContentCursor input, IOctetSink sink)
    {
        Span<byte> header = stackalloc byte[HeaderOctets];
        if (!input.TryReadExactly(header))
            return CodecResult.Truncated;
        var maxBits = header[2] & 0x1f;
        if (header[0] != 0x1f || header[1] != 0x9d || maxBits is < FirstBits or > MaxBits)
            return CodecResult.Corrupt;
        var prefix = ArrayPool<ushort>.Shared.Rent(1 << MaxBits);
        var suffix = ArrayPool<byte>.Shared.Rent(1 << MaxBits);
        var stack = ArrayPool<byte>.Shared.Rent((1 << MaxBits) + 1);
        var output = ArrayPool<byte>.Shared.Rent(OutputOctets + (1 << MaxBits) + 1);
        try
        {
            return Decode(input, sink, maxBits, (header[2] & 0x80) != 0, prefix, suffix, stack, output);
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(prefix);
            ArrayPool<byte>.Shared.Return(suffix);
            ArrayPool<byte>.Shared.Return(stack);
            ArrayPool<byte>.Shared.Return(output);
        }
    }

    private static CodecResult Decode(
        ContentCursor input, IOctetSink sink, int maxBits, bool blockMode, ushort[] prefix, byte[] suffix, byte[] stack, byte[] output)
    {
        for (var octet = 0; octet < 256; octet++)
            suffix[octet] = (byte)octet;
        var (next, width, previous, firstOctet, used) = (blockMode ? 257 : 256, FirstBits, -1, (byte)0, 0);
        // Codes come in groups of eight; when the width changes, the rest of a group is skipped.
        Span<byte> group = stackalloc byte[MaxBits];
        var result = CodecResult.Complete;
        var (groupBits, groupAt) = (0, 0);
        while (true)
        {
            if (groupAt + width > groupBits)
            {
                groupBits = input.Read(group[..width]) * 8;
                groupAt = 0;
                if (groupBits < width)
                    break;
            }
            var code = Take(group, groupAt, width);
            groupAt += width;
            if (code == ClearCode && blockMode)
            {
                (next, width, previous, groupBits) = (257, FirstBits, -1, 0);
                continue;
            }
            if (code > next || (code == next && previous < 0) || (previous < 0 && code > 255))
            {
                result = CodecResult.Corrupt;
                break;
            }
            var depth = 0;
            var walk = code;
            if (code == next)
            {
                stack[depth++] = firstOctet;
                walk = previous;
            }
            for (; walk > 255; walk = prefix[walk])
                stack[depth++] = suffix[walk];
            firstOctet = suffix[walk];
            output[used++] = firstOctet;
            while (depth > 0)
                output[used++] = stack[--depth];
            if (used >= OutputOctets)
            {
                sink.Write(output.AsSpan(0, used));
                used = 0;
            }
            if (previous >= 0 && next < 1 << maxBits)
            {
                prefix[next] = (ushort)previous;
                suffix[next++] = firstOctet;
            }
            previous = code;
            if (next >= 1 << width && width < maxBits)
            {
                width++;
                groupBits = 0;
            }
        }
        sink.Write(output.AsSpan(0, used));
        return result;
    }

    private static int Take(ReadOnlySpan<byte> group, int bitAt, int width)
    {
        var value = 0;
        for (int octet = bitAt >> 3, shift = -(bitAt & 7); shift < width; octet++, shift += 8)
            value |= shift < 0 ? group[octet] >> -shift : group[octet] << shift;
        return value & ((1 << width) - 1);
    }
}
