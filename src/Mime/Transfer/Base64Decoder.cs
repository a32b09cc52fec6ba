using System.Buffers;
using System.Buffers.Text;

namespace Amavis.Mime.Transfer;

/// <summary>What an equals sign means when more text follows it; readers of mail differ.</summary>
public enum Base64Padding
{
    /// <summary>It ends a run; the next one starts anew.</summary>
    EndsRun,
    /// <summary>It ends the body; the rest is not decoded.</summary>
    EndsBody,
    /// <summary>It has no meaning, like other junk.</summary>
    Ignored,
}

/// <summary>
/// base64 (RFC 2045 §6.8), tolerant: octets outside the alphabet are skipped, padding may be missing, several padded runs may
/// follow each other.
/// </summary>
/// <param name="urlSafe">Hyphen and underscore are digits, too (RFC 4648 §5); otherwise they are junk.</param>
public sealed class Base64Decoder(Base64Padding padding = Base64Padding.EndsRun, bool urlSafe = false) : TransferDecoder
{
    private const sbyte Junk = -1;
    private const sbyte Blank = -2;
    private const sbyte Pad = -3;

    private static readonly sbyte[] Standard = Table('+', '/');
    private static readonly sbyte[] WithUrlSafe = Table('+', '/', '-', '_');

    private readonly sbyte[] _values = urlSafe ? WithUrlSafe : Standard;
    private int _held;
    private int _heldSextets;
    private bool _afterPadding;
    private int _padsWanted;
    private bool _ended;

    /// <summary>Three octets for four, and what is held from before.</summary>
    public override int MaxOutput(int inputLength) => (int)(((long)inputLength + 3) / 4 * 3) + 3;

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        while (!input.IsEmpty && !_ended)
        {
            var lineEnd = input.IndexOf((byte)'\n');
            var line = lineEnd < 0 ? input : input[..lineEnd];
            input = lineEnd < 0 ? default : input[(lineEnd + 1)..];
            if (!line.IsEmpty && line[^1] == '\r')
                line = line[..^1];
            written += DecodeLine(line, output[written..]);
        }
        if (_ended && CountDigits(input) > 0)
            DataAfterEnd = true;
        return written;
    }

    protected override int FinishCore(Span<byte> output)
    {
        if (_heldSextets > 0)
            Truncated = true;
        Truncated |= _padsWanted > 0;
        return FlushRun(output);
    }

    /// <summary>Whole units at once where the line is clean, the rest octet by octet.</summary>
    private int DecodeLine(ReadOnlySpan<byte> line, Span<byte> output)
    {
        var written = 0;
        if (_heldSextets == 0 && line.Length >= 4 && !_afterPadding)
        {
            // The last unit may be padded, which the fast way would take for the end: it is left to the slow one.
            var whole = line[..((line.Length & ~3) - (line[^1] == '=' ? 4 : 0))];
            if (Base64.DecodeFromUtf8(whole, output, out var read, out written, isFinalBlock: false) == OperationStatus.Done
                && read == whole.Length && !HasBlank(whole, written))
                line = line[whole.Length..];
            else
                written = 0;
        }
        return written + DecodeSlowly(line, output[written..]);
    }

    /// <summary>The platform skips blanks by itself, which shows in the length.</summary>
    private static bool HasBlank(ReadOnlySpan<byte> units, int written) => written != units.Length / 4 * 3;

    private int DecodeSlowly(ReadOnlySpan<byte> line, Span<byte> output)
    {
        var written = 0;
        for (var i = 0; i < line.Length; i++)
        {
            int value = _values[line[i]];
            if (value >= 0)
            {
                DataAfterEnd |= _afterPadding;
                JunkOctets += _padsWanted;
                _afterPadding = false;
                _padsWanted = 0;
                _held = (_held << 6) | (value & 63);
                if (++_heldSextets < 4)
                    continue;
                output[written++] = (byte)(_held >> 16);
                output[written++] = (byte)(_held >> 8);
                output[written++] = (byte)_held;
                _held = _heldSextets = 0;
            }
            else if (value == Pad && padding != Base64Padding.Ignored)
            {
                // Two digits are padded by two equals signs, three by one; where none belongs, digits are missing or too many.
                if (_heldSextets == 0 && _padsWanted == 0)
                    JunkOctets++;
                _padsWanted = _heldSextets == 2 ? 1 : Math.Max(0, _padsWanted - 1);
                written += FlushRun(output[written..]);
                _afterPadding = true;
                if (padding != Base64Padding.EndsBody)
                    continue;
                _ended = true;
                DataAfterEnd |= CountDigits(line[i..]) > 0;
                return written;
            }
            else if (value != Blank)
            {
                JunkOctets++;
            }
        }
        return written;
    }

    /// <summary>Writes the octets that 2 or 3 digits hold; a single one holds none.</summary>
    private int FlushRun(Span<byte> output)
    {
        var (held, sextets) = (_held, _heldSextets);
        _held = _heldSextets = 0;
        if (sextets == 1)
            JunkOctets++;
        if (sextets < 2)
            return 0;
        output[0] = (byte)(held >> ((sextets * 6) - 8));
        if (sextets == 3)
            output[1] = (byte)(held >> 2);
        return sextets - 1;
    }

    private int CountDigits(ReadOnlySpan<byte> octets)
    {
        var count = 0;
        foreach (var octet in octets)
            count += _values[octet] >= 0 ? 1 : 0;
        return count;
    }

    private static sbyte[] Table(params char[] last)
    {
        var table = new sbyte[256];
        Array.Fill(table, Junk);
        for (var i = 0; i < 26; i++)
        {
            table['A' + i] = (sbyte)i;
            table['a' + i] = (sbyte)(26 + i);
        }
        for (var i = 0; i < 10; i++)
            table['0' + i] = (sbyte)(52 + i);
        for (var i = 0; i < last.Length; i++)
            table[last[i]] = (sbyte)(62 + (i & 1));
        foreach (var blank in " \t\r\n\f\v")
            table[blank] = Blank;
        table['='] = Pad;
        return table;
    }
}
