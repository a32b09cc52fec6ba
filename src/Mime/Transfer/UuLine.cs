using System.Text;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Transfer;

/// <summary>The lines of uuencoded text.</summary>
public static class UuLine
{
    /// <summary>Octets a line can hold: its length octet has six bits.</summary>
    public const int MaxOctets = 63;

    /// <summary>Reads <c>begin 644 name</c>: three or four octal digits, and a name that may hold blanks.</summary>
    public static bool TryReadBegin(ReadOnlySpan<byte> line, out string name)
    {
        name = "";
        if (!line.StartsWith("begin "u8))
            return false;
        var rest = line[6..].TrimStart(" \t"u8);
        var digits = 0;
        while (digits < rest.Length && rest[digits] is >= (byte)'0' and <= (byte)'7')
            digits++;
        if (digits is < 3 or > 4 || (digits < rest.Length && rest[digits] is not ((byte)' ' or (byte)'\t' or (byte)'\r')))
            return false;
        name = MailText.Guess(rest[digits..].Trim(" \t\r\n"u8));
        return true;
    }

    /// <summary>True for the line that ends a file.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> line) => line.TrimEnd(" \t\r\n"u8).SequenceEqual("end"u8);

    /// <summary>True when the line could be one of data: its length octet agrees with the number of characters after it.</summary>
    public static bool IsData(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd("\r\n"u8);
        if (line.IsEmpty)
            return false;
        var octets = Value(line[0]);
        if (octets <= 0)
            return false;
        var wanted = 1 + ((octets + 2) / 3 * 4);
        // Blanks at the end get lost on the way; some writers add one octet for a check.
        return line.Length <= wanted + 2 && line.Length >= Math.Max(2, wanted - 4) && !line.ContainsAnyExceptInRange((byte)' ', (byte)'`');
    }

    /// <summary>Decodes one line of data, without its line end; missing characters count as zeros.</summary>
    /// <param name="output">At least <see cref="MaxOctets"/> octets.</param>
    public static int Decode(ReadOnlySpan<byte> line, Span<byte> output)
    {
        if (line.IsEmpty || Value(line[0]) < 0)
            return 0;
        var length = Value(line[0]);
        line = line[1..];
        var written = 0;
        for (var i = 0; written < length; i += 4)
        {
            var unit = (At(line, i) << 18) | (At(line, i + 1) << 12) | (At(line, i + 2) << 6) | At(line, i + 3);
            output[written++] = (byte)(unit >> 16);
            if (written < length)
                output[written++] = (byte)(unit >> 8);
            if (written < length)
                output[written++] = (byte)unit;
        }
        return written;
    }

    /// <summary>Writes data as one or more lines with CRLF, then the empty line and <c>end</c>; the begin line first.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> octets, string name)
    {
        var text = new StringBuilder("begin 644 ").Append(MailText.OneLine(name)).Append("\r\n");
        for (; !octets.IsEmpty; octets = octets[Math.Min(45, octets.Length)..])
        {
            var piece = octets[..Math.Min(45, octets.Length)];
            text.Append(Digit(piece.Length));
            for (var i = 0; i < piece.Length; i += 3)
            {
                var unit = (piece[i] << 16) | (i + 1 < piece.Length ? piece[i + 1] << 8 : 0) | (i + 2 < piece.Length ? piece[i + 2] : 0);
                text.Append(Digit(unit >> 18)).Append(Digit((unit >> 12) & 63)).Append(Digit((unit >> 6) & 63)).Append(Digit(unit & 63));
            }
            text.Append("\r\n");
        }
        return Encoding.UTF8.GetBytes(text.Append("`\r\nend\r\n").ToString());
    }

    private static char Digit(int value) => value == 0 ? '`' : (char)(' ' + value);

    private static int At(ReadOnlySpan<byte> line, int index) => index < line.Length ? Math.Max(0, Value(line[index])) : 0;

    /// <summary>Six bits of a character, or -1: blank to grave accent are digits, the accent being a zero like the blank.</summary>
    private static int Value(byte octet) => octet is >= (byte)' ' and <= (byte)'`' ? (octet - ' ') & 63 : -1;
}
