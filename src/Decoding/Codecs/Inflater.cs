using System.Buffers;
using System.Buffers.Binary;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Codecs;

/// <summary>
/// Deflate (RFC 1951) and Deflate64. Our own because the reader must know where the data ended, so that what stands behind it
/// is seen as well. Can be used again; not for two threads.
/// </summary>
internal sealed class Inflater : IDisposable
{
    private const int WindowOctets = 64 << 10;
    private const int LongestMatch = 65_538;
    private const int BufferOctets = 256 << 10;
    private const int FlushAt = BufferOctets - LongestMatch - 8;

    private static readonly byte[] LengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
    private static readonly ushort[] LengthBase =
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
    private static readonly byte[] LengthExtra =
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
    private static readonly int[] DistanceBase = BuildDistanceBase();

    private readonly DeflateHuffman _literals = new(288, 10);
    private readonly DeflateHuffman _distances = new(32, 8);
    private readonly DeflateHuffman _lengths = new(19, 7);
    private readonly byte[] _codeLengths = new byte[320];
    private readonly byte[] _output = LargeArrays.Rent(BufferOctets);

    private ContentCursor _input = null!; // set for each run
    private IOctetSink _sink = null!; // set for each run
    private bool _deflate64;
    private ulong _bits;
    private int _bitCount;
    private int _paddingBits;
    private int _at;
    private int _flushed;

    /// <summary>Decodes one stream; afterwards the input stands behind its last octet.</summary>
    public CodecResult Run(ContentCursor input, IOctetSink sink, bool deflate64)
    {
        (_input, _sink, _deflate64) = (input, sink, deflate64);
        (_bits, _bitCount, _paddingBits, _at, _flushed) = (0, 0, 0, 0, 0);
        CodecResult result;
        bool last;
        do
        {
            last = Take(1) != 0;
            result = Take(2) switch
            {
                0 => StoredBlock(),
                1 => FixedBlock(),
                2 => DynamicBlock(),
                _ => CodecResult.Corrupt,
            };
        }
        while (!last && result == CodecResult.Complete);
        if (result == CodecResult.Complete && Overrun)
            result = CodecResult.Truncated;
        Flush();
        input.Seek(input.Offset - (Math.Max(0, _bitCount - _paddingBits) >> 3));
        return result;
    }

    public void Dispose() => LargeArrays.Return(_output);

    /// <summary>Bits were taken that the input does not have.</summary>
    private bool Overrun => _paddingBits > _bitCount;

    private CodecResult StoredBlock()
    {
        Take(_bitCount & 7);
        var length = Take(16);
        var complement = Take(16);
        if (Overrun)
            return CodecResult.Truncated;
        if (length != (~complement & 0xffff))
            return CodecResult.Corrupt;
        // Octets already in the bit buffer go first.
        for (; length > 0 && _bitCount - _paddingBits >= 8; length--)
            Put((byte)Take(8));
        if (length == 0)
            return CodecResult.Complete;
        _bits = 0;
        _bitCount = 0;
        _paddingBits = 0;
        while (length > 0)
        {
            if (!_input.Fill())
                return CodecResult.Truncated;
            var count = Math.Min(length, Math.Min(_input.End - _input.Position, LongestMatch));
            FlushIfFull();
            _input.Buffer.AsSpan(_input.Position, count).CopyTo(_output.AsSpan(_at));
            _input.Position += count;
            _at += count;
            length -= count;
        }
        return CodecResult.Complete;
    }

    private CodecResult FixedBlock()
    {
        var lengths = _codeLengths.AsSpan(0, 288);
        lengths[..144].Fill(8);
        lengths[144..256].Fill(9);
        lengths[256..280].Fill(7);
        lengths[280..].Fill(8);
        _literals.TryBuild(lengths);
        lengths = _codeLengths.AsSpan(0, 32);
        lengths.Fill(5);
        _distances.TryBuild(lengths);
        return CompressedBlock();
    }

    private CodecResult DynamicBlock()
    {
        var literalCount = Take(5) + 257;
        var distanceCount = Take(5) + 1;
        var lengthCount = Take(4) + 4;
        if (literalCount > 286)
            return Overrun ? CodecResult.Truncated : CodecResult.Corrupt;
        Span<byte> lengths = stackalloc byte[19];
        for (var index = 0; index < lengthCount; index++)
            lengths[LengthOrder[index]] = (byte)Take(3);
        if (!_lengths.TryBuild(lengths))
            return CodecResult.Corrupt;
        if (!ReadCodeLengths(literalCount + distanceCount))
            return Overrun ? CodecResult.Truncated : CodecResult.Corrupt;
        return _literals.TryBuild(_codeLengths.AsSpan(0, literalCount)) && _distances.TryBuild(_codeLengths.AsSpan(literalCount, distanceCount))
            ? CompressedBlock()
            : CodecResult.Corrupt;
    }

    private bool ReadCodeLengths(int total)
    {
        for (var index = 0; index < total;)
        {
            Refill();
            var symbol = Decode(_lengths);
            if (symbol < 0 || Overrun)
                return false;
            if (symbol < 16)
            {
                _codeLengths[index++] = (byte)symbol;
                continue;
            }
            if (symbol == 16 && index == 0)
                return false;
            var (value, repeat) = symbol switch
            {
                16 => (_codeLengths[index - 1], 3 + Take(2)),
                17 => ((byte)0, 3 + Take(3)),
                _ => ((byte)0, 11 + Take(7)),
            };
            if (repeat > total - index)
                return false;
            _codeLengths.AsSpan(index, repeat).Fill(value);
            index += repeat;
        }
        return true;
    }

    private CodecResult CompressedBlock()
    {
        var (literals, literalMask) = (_literals.Table, _literals.TableMask);
        while (true)
        {
            FlushIfFull();
            Refill();
            if (_paddingBits != 0 && Overrun)
                return CodecResult.Truncated;
            int symbol = literals[(int)_bits & literalMask];
            if (symbol == 0)
            {
                symbol = Decode(_literals);
                if (symbol < 0)
                    return CodecResult.Corrupt;
            }
            else
            {
                Drop(symbol & 15);
                symbol >>= 4;
            }
            if (symbol < 256)
            {
                _output[_at++] = (byte)symbol;
                continue;
            }
            if (symbol == 256)
                return Overrun ? CodecResult.Truncated : CodecResult.Complete;
            if (!TryCopyMatch(symbol - 257))
                return Overrun ? CodecResult.Truncated : CodecResult.Corrupt;
        }
    }

    private bool TryCopyMatch(int code)
    {
        if (code >= LengthBase.Length)
            return false;
        var length = code == 28 && _deflate64 ? 3 + Take(16) : LengthBase[code] + Take(LengthExtra[code]);
        if (_bitCount < 32)
            Refill();
        var slot = Decode(_distances);
        if (slot < 0 || slot >= (_deflate64 ? 32 : 30))
            return false;
        var distance = DistanceBase[slot] + Take(slot < 4 ? 0 : (slot >> 1) - 1);
        if (distance > _at || Overrun)
            return false;
        var output = _output.AsSpan();
        if (distance >= length)
            output.Slice(_at - distance, length).CopyTo(output[_at..]);
        else if (distance == 1)
            output.Slice(_at, length).Fill(output[_at - 1]);
        else
            for (int end = _at + length, at = _at; at < end; at++)
                output[at] = output[at - distance];
        _at += length;
        return true;
    }

    private int Decode(DeflateHuffman code)
    {
        int entry = code.Table[(int)_bits & code.TableMask];
        if (entry != 0)
        {
            Drop(entry & 15);
            return entry >> 4;
        }
        var symbol = code.DecodeSlowly(_bits, out var length);
        if (symbol >= 0)
            Drop(length);
        return symbol;
    }

    private void Put(byte octet)
    {
        FlushIfFull();
        _output[_at++] = octet;
    }

    private int Take(int count)
    {
        if (_bitCount < count)
            Refill();
        var value = (int)(_bits & ((1UL << count) - 1));
        Drop(count);
        return value;
    }

    private void Drop(int count)
    {
        _bits >>= count;
        _bitCount -= count;
    }

    // At least 56 bits; zeros behind the end of the input, counted as padding.
    private void Refill()
    {
        var position = _input.Position;
        if (position + 8 <= _input.End)
        {
            _bits |= BinaryPrimitives.ReadUInt64LittleEndian(_input.Buffer.AsSpan(position)) << _bitCount;
            var octets = (63 - _bitCount) >> 3;
            _input.Position = position + octets;
            _bitCount += octets << 3;
            return;
        }
        while (_bitCount <= 56)
        {
            if (_input.Fill())
                _bits |= (ulong)_input.Buffer[_input.Position++] << _bitCount;
            else
                _paddingBits += 8;
            _bitCount += 8;
        }
    }

    private void FlushIfFull()
    {
        if (_at < FlushAt)
            return;
        Flush();
        _output.AsSpan(_at - WindowOctets, WindowOctets).CopyTo(_output);
        _at = _flushed = WindowOctets;
    }

    private void Flush()
    {
        _sink.Write(_output.AsSpan(_flushed, _at - _flushed));
        _flushed = _at;
    }

    private static int[] BuildDistanceBase()
    {
        var bases = new int[32];
        for (int slot = 0, next = 1; slot < bases.Length; slot++)
        {
            bases[slot] = next;
            next += 1 << (slot < 4 ? 0 : (slot >> 1) - 1);
        }
        return bases;
    }
}
