namespace Amavis.Mime.Transfer;

/// <summary>
/// quoted-printable (RFC 2045 §6.7), tolerant: hex digits of either case, an equals sign that starts nothing stays, blanks at
/// the end of a line go (rule 3), a soft line break may have blanks after its equals sign.
/// </summary>
public sealed class QuotedPrintableDecoder : TransferDecoder
{
    /// <summary>Blanks in a row held back until it is known whether the line ends after them; a longer run is text.</summary>
    private const int MaxHeldBlanks = 1000;

    private readonly byte[] _blanks = new byte[MaxHeldBlanks];
    private int _heldBlanks;
    private bool _inLongRun;
    private State _state;
    private byte _firstDigit;

    private enum State
    {
        Text,
        /// <summary>After CR: an LF makes a line end of it.</summary>
        Cr,
        /// <summary>After an equals sign, and blanks held after it.</summary>
        Equals,
        /// <summary>After an equals sign, blanks and CR.</summary>
        EqualsCr,
        /// <summary>After an equals sign and one hex digit.</summary>
        Digit,
    }

    /// <summary>No longer than the input and what is held back.</summary>
    public override int MaxOutput(int inputLength) => inputLength + MaxHeldBlanks + 4;

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        while (!input.IsEmpty)
        {
            var lineEnd = input.IndexOf((byte)'\n');
            if (lineEnd < 0 || _state != State.Text || _heldBlanks > 0 || _inLongRun)
            {
                var piece = lineEnd < 0 ? input : input[..(lineEnd + 1)];
                foreach (var octet in piece)
                    written += Next(octet, output[written..]);
                input = input[piece.Length..];
                continue;
            }
            written += WholeLine(input[..lineEnd], output[written..]);
            input = input[(lineEnd + 1)..];
        }
        return written;
    }

    protected override int FinishCore(Span<byte> output)
    {
        var written = 0;
        switch (_state)
        {
            case State.Cr:
                output[written++] = (byte)'\r';
                break;
            case State.Digit:
                Truncated = true;
                output[written++] = (byte)'=';
                output[written++] = _firstDigit;
                JunkOctets++;
                break;
            default:
                break; // An equals sign at the very end is a soft line break; blanks at the end go.
        }
        _heldBlanks = 0;
        _state = State.Text;
        return written;
    }

    /// <summary>A line, without its LF, that begins in the text state; copies the runs between equals signs.</summary>
    private int WholeLine(ReadOnlySpan<byte> line, Span<byte> output)
    {
        var crlf = !line.IsEmpty && line[^1] == '\r';
        if (crlf)
            line = line[..^1];
        var trimmed = line.TrimEnd(" \t"u8);
        if (line.Length - trimmed.Length <= MaxHeldBlanks)
            line = trimmed;
        var soft = !line.IsEmpty && line[^1] == '=';
        if (soft)
            line = line[..^1];
        var written = 0;
        while (true)
        {
            var at = line.IndexOf((byte)'=');
            var run = at < 0 ? line : line[..at];
            run.CopyTo(output[written..]);
            written += run.Length;
            if (at < 0)
                break;
            line = line[(at + 1)..];
            if (line.Length >= 2 && Hex.IsDigit(line[0]) && Hex.IsDigit(line[1]))
            {
                output[written++] = (byte)((Hex.Value(line[0]) << 4) | Hex.Value(line[1]));
                line = line[2..];
            }
            else
            {
                output[written++] = (byte)'=';
                JunkOctets++;
            }
        }
        if (soft)
            return written;
        if (crlf)
            output[written++] = (byte)'\r';
        output[written++] = (byte)'\n';
        return written;
    }

    private int Next(byte octet, Span<byte> output)
    {
        switch (_state)
        {
            case State.Text:
                return InText(octet, output);
            case State.Cr:
                return AfterCr(octet, output);
            case State.Equals:
                return AfterEquals(octet, output);
            case State.EqualsCr:
                return AfterEqualsCr(octet, output);
            default:
                return AfterDigit(octet, output);
        }
    }

    private int InText(byte octet, Span<byte> output)
    {
        var written = 0;
        switch (octet)
        {
            case (byte)' ' or (byte)'\t':
                if (_heldBlanks == MaxHeldBlanks)
                {
                    written = FlushBlanks(output);
                    _inLongRun = true;
                }
                if (!_inLongRun)
                    _blanks[_heldBlanks++] = octet;
                else
                    output[written++] = octet;
                return written;
            case (byte)'\r':
                _state = State.Cr;
                return 0;
            case (byte)'\n':
                _heldBlanks = 0;
                _inLongRun = false;
                output[0] = octet;
                return 1;
            case (byte)'=':
                written = FlushBlanks(output);
                _state = State.Equals;
                return written;
            default:
                written = FlushBlanks(output);
                output[written++] = octet;
                return written;
        }
    }

    private int AfterCr(byte octet, Span<byte> output)
    {
        _state = State.Text;
        if (octet == '\n')
        {
            _heldBlanks = 0;
            _inLongRun = false;
            "\r\n"u8.CopyTo(output);
            return 2;
        }
        var written = FlushBlanks(output);
        output[written++] = (byte)'\r';
        return written + InText(octet, output[written..]);
    }

    private int AfterEquals(byte octet, Span<byte> output)
    {
        if (octet is (byte)' ' or (byte)'\t' && _heldBlanks < MaxHeldBlanks)
        {
            _blanks[_heldBlanks++] = octet;
            return 0;
        }
        if (octet is (byte)'\r')
        {
            _state = State.EqualsCr;
            return 0;
        }
        if (octet == '\n')
        {
            _heldBlanks = 0;
            _state = State.Text;
            return 0;
        }
        if (_heldBlanks == 0 && Hex.IsDigit(octet))
        {
            _firstDigit = octet;
            _state = State.Digit;
            return 0;
        }
        return Literal(octet, output);
    }

    private int AfterEqualsCr(byte octet, Span<byte> output)
    {
        if (octet == '\n')
        {
            _heldBlanks = 0;
            _state = State.Text;
            return 0;
        }
        var written = Literal((byte)'\r', output);
        return written + Next(octet, output[written..]);
    }

    private int AfterDigit(byte octet, Span<byte> output)
    {
        if (Hex.IsDigit(octet))
        {
            _state = State.Text;
            output[0] = (byte)((Hex.Value(_firstDigit) << 4) | Hex.Value(octet));
            return 1;
        }
        var written = Literal(_firstDigit, output);
        return written + Next(octet, output[written..]);
    }

    /// <summary>The equals sign meant itself: it is written, then the blanks after it, then the octet is read as text.</summary>
    private int Literal(byte octet, Span<byte> output)
    {
        JunkOctets++;
        _state = State.Text;
        output[0] = (byte)'=';
        return 1 + InText(octet, output[1..]);
    }

    private int FlushBlanks(Span<byte> output)
    {
        var length = _heldBlanks;
        _inLongRun = false;
        _blanks.AsSpan(0, length).CopyTo(output);
        _heldBlanks = 0;
        return length;
    }
}
