namespace Amavis.Decoding.Codecs;

/// <summary>A prefix code of bzip2: most significant bit first, up to 20 bits.</summary>
internal sealed class Bzip2Huffman(int maxSymbols, int maxBits)
{
    private const int TableBits = 10;

    private readonly ushort[] _table = new ushort[1 << TableBits];
    private readonly ushort[] _symbols = new ushort[maxSymbols];
    private readonly int[] _count = new int[maxBits + 2];
    private readonly int[] _first = new int[maxBits + 2];
    private readonly int[] _index = new int[maxBits + 2];

    /// <summary>False when there are more codes than bits can tell apart.</summary>
    public bool TryBuild(ReadOnlySpan<byte> lengths)
    {
        Array.Clear(_count);
        Array.Clear(_table);
        foreach (var length in lengths)
            _count[length]++;
        int code = 0, index = 0;
        for (var length = 1; length <= maxBits; length++)
        {
            _first[length] = code;
            _index[length] = index;
            code += _count[length];
            index += _count[length];
            if (code > 1 << length)
                return false;
            code <<= 1;
        }
        Span<int> at = stackalloc int[maxBits + 2];
        _index.CopyTo(at);
        for (var symbol = 0; symbol < lengths.Length; symbol++)
            _symbols[at[lengths[symbol]]++] = (ushort)symbol;
        for (var length = 1; length <= TableBits; length++)
            for (var member = 0; member < _count[length]; member++)
                _table.AsSpan((_first[length] + member) << (TableBits - length), 1 << (TableBits - length))
                    .Fill((ushort)((_symbols[_index[length] + member] << 4) | length));
        return true;
    }

    /// <summary>-1: no such code.</summary>
    public int Decode(MsbBits bits)
    {
        int entry = _table[bits.Peek(TableBits)];
        if (entry != 0)
        {
            bits.Drop(entry & 15);
            return entry >> 4;
        }
        var code = (int)bits.Peek(maxBits);
        for (var length = TableBits + 1; length <= maxBits; length++)
        {
            var member = (code >> (maxBits - length)) - _first[length];
            if (member < _count[length])
            {
                if (member < 0)
                    return -1;
                bits.Drop(length);
                return _symbols[_index[length] + member];
            }
        }
        return -1;
    }
}
