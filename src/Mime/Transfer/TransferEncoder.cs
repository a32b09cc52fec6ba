using System.Text;

namespace Amavis.Mime.Transfer;

/// <summary>Writes bodies in base64 and quoted-printable (RFC 2045), for mail made here.</summary>
public static class TransferEncoder
{
    private const int MaxLine = 76;

    /// <summary>Lines of 76 characters with CRLF, also after the last.</summary>
    public static byte[] Base64(ReadOnlySpan<byte> octets)
    {
        const int LineOctets = MaxLine / 4 * 3;
        var output = new byte[((octets.Length + 2) / 3 * 4) + ((octets.Length + LineOctets - 1) / LineOctets * 2)];
        var written = 0;
        while (!octets.IsEmpty)
        {
            var piece = octets[..Math.Min(LineOctets, octets.Length)];
            System.Buffers.Text.Base64.EncodeToUtf8(piece, output.AsSpan(written), out _, out var length);
            written += length;
            output[written++] = (byte)'\r';
            output[written++] = (byte)'\n';
            octets = octets[piece.Length..];
        }
        return output.AsSpan(0, written).ToArray();
    }

    /// <summary>
    /// Text with CRLF line ends; a lone CR or LF is encoded. Lines have at most 76 characters; a dot or "From " at the start of
    /// one is encoded, too. Text that does not end in CRLF ends in a soft line break.
    /// </summary>
    public static byte[] QuotedPrintable(ReadOnlySpan<byte> octets)
    {
        var output = new StringBuilder(octets.Length + (octets.Length / 8));
        var column = 0;
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] == '\r' && i + 1 < octets.Length && octets[i + 1] == '\n')
            {
                output.Append("\r\n");
                column = 0;
                i++;
                continue;
            }
            var plain = IsPlain(octets, i, column == 0);
            var width = plain ? 1 : 3;
            if (column + width > MaxLine - 1)
            {
                output.Append("=\r\n");
                column = 0;
                plain = IsPlain(octets, i, lineStart: true);
                width = plain ? 1 : 3;
            }
            if (plain)
                output.Append((char)octets[i]);
            else
                output.Append('=').Append(octets[i].ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            column += width;
        }
        if (column > 0)
            output.Append("=\r\n");
        return Encoding.ASCII.GetBytes(output.ToString());
    }

    private static bool IsPlain(ReadOnlySpan<byte> octets, int i, bool lineStart)
    {
        var octet = octets[i];
        if (octet is (byte)' ' or (byte)'\t')
            return !EndsLine(octets[(i + 1)..]);
        if (lineStart && (octet == '.' || octets[i..].StartsWith("From "u8)))
            return false;
        return octet is > (byte)' ' and <= (byte)'~' and not (byte)'=';
    }

    private static bool EndsLine(ReadOnlySpan<byte> rest) => rest.IsEmpty || rest.StartsWith("\r\n"u8);
}
