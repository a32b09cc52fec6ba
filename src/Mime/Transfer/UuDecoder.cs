namespace Amavis.Mime.Transfer;

/// <summary>
/// uuencode, with or without its begin and end lines. Lines that are no data are skipped; after the end line nothing is
/// decoded until another begin line comes.
/// </summary>
public sealed class UuDecoder : TransferDecoder
{
    /// <summary>Longest line kept, in octets; data lines have at most 87.</summary>
    private const int MaxLine = 512;

    private readonly byte[] _line = new byte[MaxLine];
    private int _held;
    private bool _tooLong;
    private bool _ended;

    /// <summary>The file name of the first begin line; null when there was none.</summary>
    public string? FileName { get; private set; }

    /// <summary>A data line may lack its last unit, so the shortest, of three octets with the line end, gives three; and one line is held.</summary>
    public override int MaxOutput(int inputLength) => checked((inputLength * 2) + MaxLine);

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        while (!input.IsEmpty)
        {
            var end = input.IndexOf((byte)'\n');
            if (end < 0)
            {
                Hold(input);
                break;
            }
            if (_held > 0 || _tooLong)
            {
                Hold(input[..end]);
                written += HeldLine(output[written..]);
            }
            else
            {
                written += Line(input[..end], output[written..]);
            }
            input = input[(end + 1)..];
        }
        return written;
    }

    protected override int FinishCore(Span<byte> output)
    {
        var written = _held > 0 || _tooLong ? HeldLine(output) : 0;
        Truncated = !_ended && InputOctets > 0;
        return written;
    }

    private int HeldLine(Span<byte> output)
    {
        var written = _tooLong ? 0 : Line(_line.AsSpan(0, _held), output);
        if (_tooLong)
            JunkOctets++;
        _held = 0;
        _tooLong = false;
        return written;
    }

    private void Hold(ReadOnlySpan<byte> piece)
    {
        _tooLong |= _held + piece.Length > MaxLine;
        var length = Math.Min(piece.Length, MaxLine - _held);
        piece[..length].CopyTo(_line.AsSpan(_held));
        _held += length;
    }

    private int Line(ReadOnlySpan<byte> line, Span<byte> output)
    {
        line = line.TrimEnd("\r"u8);
        if (line.Length > MaxLine)
        {
            JunkOctets++;
            return 0;
        }
        if (UuLine.TryReadBegin(line, out var name))
        {
            FileName ??= name;
            _ended = false;
            return 0;
        }
        if (UuLine.IsEnd(line))
        {
            _ended = true;
            return 0;
        }
        if (!UuLine.IsData(line))
        {
            if (!_ended && line.TrimEnd(" \t`"u8).Length > 0)
                JunkOctets += line.Length;
            return 0;
        }
        if (!_ended)
            return UuLine.Decode(line, output);
        DataAfterEnd = true;
        return 0;
    }
}
