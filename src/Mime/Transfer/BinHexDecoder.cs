using System.Buffers.Binary;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Transfer;

/// <summary>
/// BinHex 4.0 (RFC 1741): six bits a character between two colons, runs of equal octets packed, then a file header, the data
/// fork and the resource fork, each with a checksum that is not looked at. Gives the data fork, then the resource fork, so that
/// all octets of the file are seen.
/// </summary>
public sealed class BinHexDecoder : TransferDecoder
{
    private const byte RunMark = 0x90;
    private const int MaxRun = 255;

    private static readonly sbyte[] Values = Table();

    private readonly byte[] _header = new byte[64 + 22];
    private int _headerLength;
    private bool _started;
    private bool _ended;
    private bool _lineStart = true;
    private int _bits;
    private int _bitCount;
    private bool _runPending;
    private byte _last;
    private long _skip;
    private long _dataLeft;
    private long _resourceLeft;
    private Section _section;

    private enum Section
    {
        Header,
        Data,
        Resource,
        Done,
    }

    /// <summary>Name in the file header; null until that is read.</summary>
    public string? FileName { get; private set; }

    /// <summary>Octets of the data fork, which the resource fork follows; 0 until the file header is read.</summary>
    public long DataOctets { get; private set; }

    /// <summary>Each character may end a run of 255.</summary>
    public override int MaxOutput(int inputLength) => checked((inputLength + 1) * MaxRun);

    public override int PieceOctets => 512;

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        foreach (var octet in input)
        {
            if (octet is (byte)'\r' or (byte)'\n')
            {
                _lineStart = true;
                continue;
            }
            var first = _lineStart;
            _lineStart = false;
            if (_ended)
                continue;
            if (octet == ':')
            {
                _ended = _started;
                _started |= first;
                continue;
            }
            if (!_started)
                continue;
            int value = Values[octet];
            if (value < 0)
            {
                JunkOctets += octet is (byte)' ' or (byte)'\t' ? 0 : 1;
                continue;
            }
            _bits = (_bits << 6) | (value & 63);
            _bitCount += 6;
            if (_bitCount < 8)
                continue;
            _bitCount -= 8;
            written += Expand((byte)(_bits >> _bitCount), output[written..]);
        }
        return written;
    }

    protected override int FinishCore(Span<byte> output)
    {
        Truncated = _section != Section.Done;
        return 0;
    }

    /// <summary>Undoes the packing of runs: an octet, the mark, and how often the octet stands there in all; 0 means the mark itself.</summary>
    private int Expand(byte octet, Span<byte> output)
    {
        if (_runPending)
        {
            _runPending = false;
            if (octet == 0)
            {
                _last = RunMark;
                return Take(RunMark, output);
            }
            var written = 0;
            for (var i = 1; i < octet; i++)
                written += Take(_last, output[written..]);
            return written;
        }
        if (octet == RunMark)
        {
            _runPending = true;
            return 0;
        }
        _last = octet;
        return Take(octet, output);
    }

    private int Take(byte octet, Span<byte> output)
    {
        if (_skip > 0)
        {
            _skip--;
            return 0;
        }
        switch (_section)
        {
            case Section.Header:
                _header[_headerLength++] = octet;
                if (_headerLength == HeaderLength(_header[0]))
                    ReadHeader();
                return 0;
            case Section.Data:
                output[0] = octet;
                if (--_dataLeft == 0)
                    Enter(Section.Resource);
                return 1;
            case Section.Resource:
                output[0] = octet;
                if (--_resourceLeft == 0)
                    Enter(Section.Done);
                return 1;
            default:
                return 0;
        }
    }

    /// <summary>Name length, name, version, type, creator, flags, two lengths, checksum.</summary>
    private static int HeaderLength(byte nameLength) => 1 + Math.Min(nameLength, (byte)63) + 1 + 4 + 4 + 2 + 4 + 4 + 2;

    private void ReadHeader()
    {
        var name = _header.AsSpan(1, Math.Min(_header[0], (byte)63));
        FileName = MailText.OneLine(MailText.Guess(name));
        var lengths = _header.AsSpan(_headerLength - 10);
        _dataLeft = BinaryPrimitives.ReadUInt32BigEndian(lengths);
        DataOctets = _dataLeft;
        _resourceLeft = BinaryPrimitives.ReadUInt32BigEndian(lengths[4..]);
        _section = Section.Data;
        if (_dataLeft == 0)
            Enter(Section.Resource);
    }

    /// <summary>Past the checksum of two octets that ends the section before.</summary>
    private void Enter(Section section)
    {
        _section = section;
        _skip = 2;
        if (section == Section.Resource && _resourceLeft == 0)
            _section = Section.Done;
    }

    private static sbyte[] Table()
    {
        var table = new sbyte[256];
        Array.Fill(table, (sbyte)-1);
        var digits = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"u8;
        for (var i = 0; i < digits.Length; i++)
            table[digits[i]] = (sbyte)i;
        return table;
    }
}
