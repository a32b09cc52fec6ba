using System.Buffers.Binary;
using System.Collections;
using System.Text;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Ole;

/// <summary>The streams of a compound document (MS-CFB): a file system of sectors in a file.</summary>
internal sealed class OleDocument
{
    private const int HeaderOctets = 512;
    private const int EntryOctets = 128;
    /// <summary>Streams below this lie in small sectors; no other number is allowed (MS-CFB 2.2).</summary>
    private const uint MiniCutoff = 4096;
    private const int HeaderFatSectors = 109;
    private const uint LastSector = 0xfffffffa;

    private readonly StoredContent _content;
    private readonly int _sectorShift;
    private readonly int _miniShift;
    private readonly uint _miniCutoff;
    private readonly uint[] _fat;
    private readonly uint[] _miniFat;
    private readonly uint[] _miniStream;
    private readonly BitArray _used;

    private OleDocument(StoredContent content, ReadOnlySpan<byte> header)
    {
        _content = content;
        _sectorShift = BinaryPrimitives.ReadUInt16LittleEndian(header[0x1e..]);
        _miniShift = BinaryPrimitives.ReadUInt16LittleEndian(header[0x20..]);
        _miniCutoff = Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(header[0x38..]), MiniCutoff);
        var sectors = (int)Math.Min((content.Length >> _sectorShift) + 1, int.MaxValue / 8);
        _fat = ReadFat(header, sectors);
        _used = new BitArray(sectors);
        Entries = ReadEntries(Chain(BinaryPrimitives.ReadUInt32LittleEndian(header[0x30..])));
        var root = Entries.FirstOrDefault(entry => entry.Type == OleEntryType.Root);
        _miniStream = root is null ? [] : [.. Chain(root.Start)];
        _miniFat = ReadNumbers(Chain(BinaryPrimitives.ReadUInt32LittleEndian(header[0x3c..])));
    }

    public IReadOnlyList<OleEntry> Entries { get; }

    private int SectorOctets => 1 << _sectorShift;

    /// <summary>Null when it is no document that can be read.</summary>
    public static OleDocument? Open(StoredContent content)
    {
        Span<byte> header = stackalloc byte[HeaderOctets];
        if (content.Read(0, header) < HeaderOctets || BinaryPrimitives.ReadUInt16LittleEndian(header[0x1e..]) is not (9 or 12)
            || BinaryPrimitives.ReadUInt16LittleEndian(header[0x20..]) is < 4 or > 8)
            return null;
        return new OleDocument(content, header);
    }

    /// <summary>
    /// Where the octets of a stream are, in pieces. Sectors that belong to two streams are given once, so that all streams together are not
    /// much longer than the document.
    /// </summary>
    public List<(long Offset, int Length)> Pieces(OleEntry stream)
    {
        var pieces = new List<(long, int)>();
        var left = stream.Length;
        if (left < _miniCutoff)
        {
            AddSmallSectors(stream, pieces);
            return pieces;
        }
        foreach (var sector in Chain(stream.Start))
        {
            if (left <= 0 || _used[(int)sector])
                break;
            _used[(int)sector] = true;
            pieces.Add((Offset(sector), (int)Math.Min(left, SectorOctets)));
            left -= SectorOctets;
        }
        return pieces;
    }

    private void AddSmallSectors(OleEntry stream, List<(long, int)> pieces)
    {
        var left = stream.Length;
        var perSector = 1u << (_sectorShift - _miniShift);
        for (var number = stream.Start; left > 0 && number < _miniFat.Length && number / perSector < _miniStream.Length && pieces.Count < _miniFat.Length; number = _miniFat[number])
        {
            pieces.Add((Offset(_miniStream[number / perSector]) + ((number % perSector) << _miniShift), (int)Math.Min(left, 1 << _miniShift)));
            left -= 1 << _miniShift;
        }
    }

    private long Offset(uint sector) => (sector + 1L) << _sectorShift;

    /// <summary>The sectors from one on; not more than there are.</summary>
    private IEnumerable<uint> Chain(uint start)
    {
        var count = 0;
        for (var sector = start; sector < _fat.Length && count++ < _fat.Length; sector = _fat[sector])
            yield return sector;
    }

    private uint[] ReadFat(ReadOnlySpan<byte> header, int sectors)
    {
        var places = new List<uint>();
        for (var i = 0; i < HeaderFatSectors; i++)
            places.Add(BinaryPrimitives.ReadUInt32LittleEndian(header[(0x4c + (4 * i))..]));
        var buffer = new byte[SectorOctets];
        var more = BinaryPrimitives.ReadUInt32LittleEndian(header[0x44..]);
        // Each of these sectors leads to many others, which are not more than fit the document.
        for (var count = 0; more < LastSector && places.Count < sectors && count < sectors && _content.Read(Offset(more), buffer) == buffer.Length; count++)
        {
            for (var i = 0; i < buffer.Length - 4; i += 4)
                places.Add(BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(i)));
            more = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(buffer.Length - 4));
        }
        return ReadNumbers(places.Where(place => place < LastSector), sectors);
    }

    private uint[] ReadNumbers(IEnumerable<uint> sectors, int most = int.MaxValue)
    {
        var numbers = new List<uint>();
        var buffer = new byte[SectorOctets];
        foreach (var sector in sectors)
        {
            if (numbers.Count >= most || _content.Read(Offset(sector), buffer) < buffer.Length)
                break;
            for (var i = 0; i < buffer.Length && numbers.Count < most; i += 4)
                numbers.Add(BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(i)));
        }
        return [.. numbers];
    }

    private List<OleEntry> ReadEntries(IEnumerable<uint> sectors)
    {
        var entries = new List<OleEntry>();
        var buffer = new byte[SectorOctets];
        foreach (var sector in sectors)
        {
            if (_content.Read(Offset(sector), buffer) < buffer.Length)
                break;
            for (var at = 0; at < buffer.Length; at += EntryOctets)
                entries.Add(Entry(buffer.AsSpan(at, EntryOctets)));
        }
        return entries;
    }

    private OleEntry Entry(ReadOnlySpan<byte> entry)
    {
        var name = Math.Clamp(BinaryPrimitives.ReadUInt16LittleEndian(entry[0x40..]) - 2, 0, 62);
        // Small sectors have sizes of 32 bits; what stands above them may be anything (MS-CFB 2.6.1).
        var length = _sectorShift == 9 ? BinaryPrimitives.ReadUInt32LittleEndian(entry[0x78..]) : BinaryPrimitives.ReadInt64LittleEndian(entry[0x78..]);
        return new OleEntry(
            Encoding.Unicode.GetString(entry[..name]), (OleEntryType)entry[0x42], BinaryPrimitives.ReadUInt32LittleEndian(entry[0x44..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[0x48..]), BinaryPrimitives.ReadUInt32LittleEndian(entry[0x4c..]),
            BinaryPrimitives.ReadUInt32LittleEndian(entry[0x74..]), Math.Clamp(length, 0, _content.Length));
    }
}
