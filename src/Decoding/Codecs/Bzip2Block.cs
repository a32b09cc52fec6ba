namespace Amavis.Decoding.Codecs;

/// <summary>Reads one block of bzip2: its prefix codes, and through them the octets in the order of the transform.</summary>
internal sealed class Bzip2Block
{
    private const int MaxTables = 6;
    private const int MaxSymbols = 258;
    private const int MaxSelectors = 32_767;
    private const int GroupOctets = 50;
    private const int MaxBits = 20;

    private readonly byte[] _selectors = new byte[MaxSelectors];
    private readonly Bzip2Huffman[] _tables = [.. Enumerable.Range(0, MaxTables).Select(_ => new Bzip2Huffman(MaxSymbols, MaxBits))];
    private readonly byte[] _lengths = new byte[MaxSymbols];
    private readonly byte[] _front = new byte[256];
    private readonly int[] _counts = new int[256];

    /// <summary>How often each octet occurs in the block.</summary>
    public ReadOnlySpan<int> Counts => _counts;

    /// <param name="bits">Stands behind the block's checksum.</param>
    /// <param name="order">Gets an octet in each entry; as long as a block may be.</param>
    /// <param name="length">Octets in the block.</param>
    /// <param name="origin">Where the original begins in the transform.</param>
    /// <param name="randomised">See <see cref="Bzip2Randomisation"/>.</param>
    public CodecResult Read(MsbBits bits, Span<uint> order, out int length, out int origin, out bool randomised)
    {
        length = 0;
        randomised = bits.Take(1) != 0;
        origin = (int)bits.Take(24);
        var symbols = ReadSymbolMap(bits);
        var tables = (int)bits.Take(3);
        var selectors = (int)bits.Take(15);
        if (symbols == 0 || tables is < 2 or > MaxTables || selectors == 0 || !ReadSelectors(bits, tables, selectors))
            return Fault(bits);
        for (var table = 0; table < tables; table++)
            if (!ReadTable(bits, _tables[table], symbols + 2))
                return Fault(bits);
        length = ReadOctets(bits, order, selectors, symbols + 1);
        return length < 0 || bits.Overrun || (origin >= length && length > 0) ? Fault(bits) : CodecResult.Complete;
    }

    private static CodecResult Fault(MsbBits bits) => bits.Overrun ? CodecResult.Truncated : CodecResult.Corrupt;

    private int ReadSymbolMap(MsbBits bits)
    {
        var groups = bits.Take(16);
        var count = 0;
        for (var group = 0; group < 16; group++)
        {
            if ((groups & (0x8000u >> group)) == 0)
                continue;
            var members = bits.Take(16);
            for (var member = 0; member < 16; member++)
                if ((members & (0x8000u >> member)) != 0)
                    _front[count++] = (byte)((group << 4) | member);
        }
        return count;
    }

    private bool ReadSelectors(MsbBits bits, int tables, int count)
    {
        Span<byte> recent = [0, 1, 2, 3, 4, 5];
        for (var index = 0; index < count; index++)
        {
            var place = 0;
            while (bits.Take(1) != 0)
                if (++place >= tables)
                    return false;
            var table = recent[place];
            recent[..place].CopyTo(recent[1..]);
            recent[0] = table;
            _selectors[index] = table;
            if (bits.Overrun)
                return false;
        }
        return true;
    }

    private bool ReadTable(MsbBits bits, Bzip2Huffman table, int symbols)
    {
        var length = (int)bits.Take(5);
        for (var symbol = 0; symbol < symbols; symbol++)
        {
            while (true)
            {
                if (length is < 1 or > MaxBits || bits.Overrun)
                    return false;
                if (bits.Take(1) == 0)
                    break;
                length += bits.Take(1) == 0 ? 1 : -1;
            }
            _lengths[symbol] = (byte)length;
        }
        return table.TryBuild(_lengths.AsSpan(0, symbols));
    }

    // Undoes move-to-front and the run lengths of the second stage. -1: a fault.
    private int ReadOctets(MsbBits bits, Span<uint> order, int selectors, int endSymbol)
    {
        Array.Clear(_counts);
        var front = _front.AsSpan();
        var length = 0;
        var run = 0;
        var runBit = 0;
        for (var group = 0; group < selectors; group++)
        {
            var table = _tables[_selectors[group]];
            for (var left = GroupOctets; left > 0; left--)
            {
                var symbol = table.Decode(bits);
                if (symbol < 0)
                    return -1;
                if (symbol <= 1)
                {
                    if (runBit > 20)
                        return -1;
                    run += (symbol + 1) << runBit++;
                    continue;
                }
                if (run > 0)
                {
                    if (run > order.Length - length)
                        return -1;
                    order.Slice(length, run).Fill(front[0]);
                    _counts[front[0]] += run;
                    length += run;
                    (run, runBit) = (0, 0);
                }
                if (symbol == endSymbol)
                    return length;
                if (length >= order.Length)
                    return -1;
                var octet = front[symbol - 1];
                front[..(symbol - 1)].CopyTo(front[1..]);
                front[0] = octet;
                _counts[octet]++;
                order[length++] = octet;
            }
            if (bits.Overrun)
                return -1;
        }
        return -1;
    }
}
