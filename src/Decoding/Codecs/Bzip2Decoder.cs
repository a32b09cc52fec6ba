using System.Buffers;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Codecs;

/// <summary>Bzip2, with several streams in a row.</summary>
internal sealed class Bzip2Decoder : IDisposable
{
    private const int LargestBlock = 900_000;
    private const int OutputOctets = 64 << 10;
    private const long BlockMark = 0x314159265359;
    private const long EndMark = 0x177245385090;

    /// <summary>Keeps one: 4 MiB each are too much to keep for every thread.</summary>
    private static readonly ArrayPool<uint> s_orders = ArrayPool<uint>.Create(1 << 20, 1);

    private static readonly uint[] CrcTable = BuildCrcTable();

    private readonly Bzip2Block _block = new();
    private readonly uint[] _order = s_orders.Rent(LargestBlock);
    private readonly byte[] _output = ArrayPool<byte>.Shared.Rent(OutputOctets);

    /// <summary>Decodes streams until what follows is not another one; the input then stands there.</summary>
    public CodecResult Run(ContentCursor input, IOctetSink sink)
    {
        var bits = new MsbBits(input);
        var streams = 0;
        while (true)
        {
            if (bits.Peek(24) != 0x425a68 || bits.Overrun)
                break;
            bits.Drop(24);
            var level = (int)bits.Take(8) - '0';
            if (level is < 1 or > 9)
                return CodecResult.Corrupt;
            var result = Stream(bits, sink, level * 100_000);
            if (result != CodecResult.Complete)
                return result;
            bits.Align();
            streams++;
        }
        bits.Release();
        return streams > 0 ? CodecResult.Complete : CodecResult.Corrupt;
    }

    public void Dispose()
    {
        s_orders.Return(_order);
        ArrayPool<byte>.Shared.Return(_output);
    }

    private CodecResult Stream(MsbBits bits, IOctetSink sink, int blockLimit)
    {
        uint combined = 0;
        while (true)
        {
            var mark = ((long)bits.Take(24) << 24) | bits.Take(24);
            var storedCrc = bits.Take(32);
            if (bits.Overrun)
                return CodecResult.Truncated;
            if (mark == EndMark)
                return storedCrc == combined ? CodecResult.Complete : CodecResult.Corrupt;
            if (mark != BlockMark)
                return CodecResult.Corrupt;
            var result = _block.Read(bits, _order.AsSpan(0, blockLimit), out var length, out var origin, out var randomised);
            if (result != CodecResult.Complete)
                return result;
            var crc = Write(_block.Counts, length, origin, randomised, sink);
            if (crc != storedCrc)
                return CodecResult.Corrupt;
            combined = ((combined << 1) | (combined >> 31)) ^ crc;
        }
    }

    // Undoes the Burrows-Wheeler transform and the run lengths of the first stage, and gives the block's CRC.
    private uint Write(ReadOnlySpan<int> counts, int length, int origin, bool randomised, IOctetSink sink)
    {
        var order = _order.AsSpan(0, length);
        Span<int> at = stackalloc int[256];
        for (int octet = 0, sum = 0; octet < 256; octet++)
        {
            at[octet] = sum;
            sum += counts[octet];
        }
        for (var index = 0; index < length; index++)
            order[at[(byte)order[index]]++] |= (uint)index << 8;
        var crc = uint.MaxValue;
        var used = 0;
        var run = 0;
        var last = -1;
        var randomisation = default(Bzip2Randomisation);
        var next = length > 0 ? order[origin] >> 8 : 0;
        for (var left = length; left > 0; left--)
        {
            var entry = order[(int)next];
            next = entry >> 8;
            int octet = (byte)entry;
            if (randomised)
                octet ^= randomisation.Take();
            if (used > OutputOctets - 256)
                Flush(ref used, ref crc, sink);
            if (run == 4)
            {
                _output.AsSpan(used, octet).Fill((byte)last);
                used += octet;
                (run, last) = (0, -1);
                continue;
            }
            run = octet == last ? run + 1 : 1;
            last = octet;
            _output[used++] = (byte)octet;
        }
        Flush(ref used, ref crc, sink);
        return ~crc;
    }

    private void Flush(ref int used, ref uint crc, IOctetSink sink)
    {
        var octets = _output.AsSpan(0, used);
        foreach (var octet in octets)
            crc = (crc << 8) ^ CrcTable[(crc >> 24) ^ octet];
        sink.Write(octets);
        used = 0;
    }

    private static uint[] BuildCrcTable()
    {
        var table = new uint[256];
        for (uint octet = 0; octet < 256; octet++)
        {
            var value = octet << 24;
            for (var bit = 0; bit < 8; bit++)
                value = (value << 1) ^ ((value >> 31) * 0x04c11db7);
            table[octet] = value;
        }
        return table;
    }
}
