namespace Amavis.Decoding.Codecs;

/// <summary>A prefix code of deflate (RFC 1951 §3.2.2): a table for the short codes, canonical order for the long ones.</summary>
internal sealed class DeflateHuffman(int maxSymbols, int tableBits)
{
    public const int MaxBits = 15;

    private readonly ushort[] _table = new ushort[1 << tableBits];
    private readonly ushort[] _symbols = new ushort[maxSymbols];
    private readonly ushort[] _count = new ushort[MaxBits + 1];
    private readonly ushort[] _offsets = new ushort[MaxBits + 1];

    public int TableMask { get; } = (1 << tableBits) - 1;

    /// <summary>Entry for the next bits: symbol in the upper 12 bits, length in the lower 4; 0 when the code is longer or unknown.</summary>
    public ushort[] Table => _table;

    /// <summary>False when there are more codes than bits can tell apart. Unused codes are a fault only where they occur.</summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths)
    {
        Array.Clear(_count);
        Array.Clear(_table);
        foreach (var length in lengths)
            _count[length]++;
        _count[0] = 0;
        var left = 1;
        for (var length = 1; length <= MaxBits; length++)
        {
            left = (left << 1) - _count[length];
            if (left < 0)
                return false;
        }
        for (var length = 1; length < MaxBits; length++)
            _offsets[length + 1] = (ushort)(_offsets[length] + _count[length]);
        Span<ushort> at = stackalloc ushort[MaxBits + 1];
        _offsets.CopyTo(at);
        for (var symbol = 0; symbol < lengths.Length; symbol++)
            if (lengths[symbol] != 0)
                _symbols[at[lengths[symbol]]++] = (ushort)symbol;
        FillTable();
        return true;
    }

    /// <summary>The long way, for codes that are not in the table. -1: no such code.</summary>
    public int DecodeSlowly(ulong bits, out int length)
    {
        int code = 0, first = 0, index = 0;
        for (length = 1; length <= MaxBits; length++)
        {
            code |= (int)(bits & 1);
            bits >>= 1;
            int count = _count[length];
            if (code - count < first)
                return _symbols[index + code - first];
            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        return -1;
    }

    private void FillTable()
    {
        int code = 0, index = 0;
        for (var length = 1; length <= tableBits; length++, code <<= 1)
        {
            for (var left = _count[length]; left > 0; left--, code++)
            {
                var entry = (ushort)((_symbols[index++] << 4) | length);
                for (var at = Reverse(code, length); at < _table.Length; at += 1 << length)
                    _table[at] = entry;
            }
        }
    }

    private static int Reverse(int code, int length)
    {
        var result = 0;
        for (; length > 0; length--, code >>= 1)
            result = (result << 1) | (code & 1);
        return result;
    }
}
