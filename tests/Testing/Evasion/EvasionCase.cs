using System.Text;

namespace Amavis.Testing.Evasion;

/// <summary>A message in which the EICAR test file is hidden from filters, but not from all readers of mail.</summary>
/// <param name="Class">The kind of trick.</param>
/// <param name="Name">Unique in its class.</param>
/// <param name="Mail">Octets as they come by SMTP; characters are Latin-1.</param>
public sealed record EvasionCase(string Class, string Name, string Mail)
{
    /// <summary>Messages that hide the file from the scanners.</summary>
    public static IEnumerable<EvasionCase> AllFiles => [.. Boundaries.Cases, .. HeaderEnds.Cases, .. Encodings.Cases, .. Charsets.Cases];

    public byte[] Octets => Encoding.Latin1.GetBytes(Mail);

    public override string ToString() => Class + ": " + Name;
}

/// <summary>Pieces that the messages are put together from.</summary>
public static class Pieces
{
    public const string Head = "From: a@example.org\nTo: b@example.com\nSubject: hello\nDate: Sun, 22 Nov 2026 10:00:00 +0000\nMessage-ID: <1@example.org>\nMIME-Version: 1.0\n";

    public const string Text = "Content-Type: text/plain\n\nHello.\n";

    public static string Eicar { get; } = Encoding.Latin1.GetString(TestVirus.Eicar);

    /// <summary>In base64, on one line of 92 characters with one equals sign at its end.</summary>
    public static string Base64 { get; } = Convert.ToBase64String(TestVirus.Eicar);

    /// <summary>In quoted-printable, every third octet by its number.</summary>
    public static string Quoted { get; } = string.Concat(TestVirus.Eicar.Select((o, i) => i % 3 == 0 || o == '=' ? $"={o:X2}" : ((char)o).ToString()));

    public static string QuotedLower { get; } = string.Concat(TestVirus.Eicar.Select(o => $"={o:x2}"));

    public static string Uu { get; } = Coded("`!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_");

    public static string Xx { get; } = Coded("+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>An attachment's header section and its body.</summary>
    public static string Part(string encoding, string body) =>
        $"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"eicar.com\"\n{encoding}\n{body}\n";

    public static string Attached => Part("Content-Transfer-Encoding: base64\n", Base64);

    /// <summary>With LF made CRLF.</summary>
    public static string Crlf(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);

    /// <summary>A multipart with a text and an attachment.</summary>
    public static string Multipart(string contentType, string delimiter, string attached, string end = "--") =>
        $"{Head}{contentType}\n\n--{delimiter}\n{Text}--{delimiter}\n{attached}--{delimiter}{end}\n";

    /// <summary>A message that is nothing but the attachment.</summary>
    public static string Single(string fields, string body) => $"{Head}{fields}\n{body}\n";

    /// <summary>A multipart whose attachment has these fields about its encoding.</summary>
    public static string Encoded(string fields, string body) => Multipart("Content-Type: multipart/mixed; boundary=\"bd\"", "bd", Part(fields, body));

    /// <summary>Lines of up to 45 octets, each with its length in front, between the lines that begin and end a file.</summary>
    private static string Coded(string digits)
    {
        var text = new StringBuilder("begin 644 eicar.com\n");
        foreach (var line in TestVirus.Eicar.Chunk(45))
        {
            text.Append(digits[line.Length]);
            for (var i = 0; i < line.Length; i += 3)
            {
                var unit = (line[i] << 16) | (i + 1 < line.Length ? line[i + 1] << 8 : 0) | (i + 2 < line.Length ? line[i + 2] : 0);
                text.Append(digits[unit >> 18]).Append(digits[(unit >> 12) & 63]).Append(digits[(unit >> 6) & 63]).Append(digits[unit & 63]);
            }
            text.Append('\n');
        }
        return text.Append(digits[0]).Append("\nend\n").ToString();
    }
}
