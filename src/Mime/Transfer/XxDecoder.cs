namespace Amavis.Mime.Transfer;

/// <summary>xxencode: uuencode with digits that no gateway changed.</summary>
public sealed class XxDecoder : TransferDecoder
{
    private static readonly byte[] ToUu = Table();

    private readonly UuDecoder _uu = new();

    /// <summary>True when the line could be one of data.</summary>
    public static bool IsData(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd(" \t\r\n"u8);
        if (line.IsEmpty || line.Length > 90)
            return false;
        Span<byte> translated = stackalloc byte[line.Length];
        for (var i = 0; i < line.Length; i++)
        {
            translated[i] = ToUu[line[i]];
            if (translated[i] == 0)
                return false;
        }
        return UuLine.IsData(translated);
    }

    public override int MaxOutput(int inputLength) => _uu.MaxOutput(inputLength);

    protected override int DecodeCore(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var written = 0;
        Span<byte> piece = stackalloc byte[512];
        while (!input.IsEmpty)
        {
            var length = Math.Min(piece.Length, input.Length);
            for (var i = 0; i < length; i++)
                piece[i] = input[i] is (byte)'\r' or (byte)'\n' ? input[i] : ToUu[input[i]];
            written += _uu.Decode(piece[..length], output[written..]);
            input = input[length..];
        }
        JunkOctets = _uu.JunkOctets;
        return written;
    }

    protected override int FinishCore(Span<byte> output)
    {
        var written = _uu.Finish(output);
        (JunkOctets, Truncated) = (_uu.JunkOctets, _uu.Truncated);
        return written;
    }

    /// <summary>The digit of uuencode for each of ours; 0 for other octets. The zero is the accent, which no line loses at its end.</summary>
    private static byte[] Table()
    {
        var table = new byte[256];
        var digits = "+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"u8;
        for (var i = 0; i < digits.Length; i++)
            table[digits[i]] = i == 0 ? (byte)'`' : (byte)(' ' + i);
        return table;
    }
}
