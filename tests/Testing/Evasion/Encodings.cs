using System.Text;
using static Amavis.Testing.Evasion.Pieces;

namespace Amavis.Testing.Evasion;

/// <summary>Tricks with transfer encodings.</summary>
public static class Encodings
{
    public static IEnumerable<EvasionCase> Cases =>
    [
        .. Declared().SelectMany(c => new[]
        {
            new EvasionCase("encoding declared", c.Name, Crlf(Encoded(c.Fields, c.Body))),
            new EvasionCase("encoding declared", c.Name + " (alone)", Crlf(Single("Content-Type: application/octet-stream\n" + c.Fields, c.Body))),
        }),
        .. InBase64().Select(c => new EvasionCase("base64", c.Name, Crlf(Encoded("Content-Transfer-Encoding: base64\n", c.Body)))),
        .. InBase64().Select(c => new EvasionCase("base64", c.Name + " (alone)", Crlf(Single("Content-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n", c.Body)))),
        .. InQuotedPrintable().Select(c => new EvasionCase("quoted-printable", c.Name, c.Raw ?? Crlf(Encoded("Content-Transfer-Encoding: quoted-printable\n", c.Body)))),
        .. Containers().Select(c => new EvasionCase("encoding of containers", c.Name, Crlf(c.Mail))),
    ];

    private static IEnumerable<(string Name, string Fields, string Body)> Declared()
    {
        const string Field = "Content-Transfer-Encoding: ";
        yield return ("two fields, the first is used", Field + "base64\n" + Field + "quoted-printable\n", Base64);
        yield return ("two fields, the last is used", Field + "quoted-printable\n" + Field + "base64\n", Base64);
        yield return ("7bit first, base64 last", Field + "7bit\n" + Field + "base64\n", Base64);
        yield return ("base64 first, 7bit last", Field + "base64\n" + Field + "7bit\n", Base64);
        yield return ("three fields, the middle one", Field + "7bit\n" + Field + "base64\n" + Field + "8bit\n", Base64);
        yield return ("base64 twice", Field + "base64\n" + Field + "base64\n", Base64);
        yield return ("quoted-printable first, 7bit used", Field + "quoted-printable\n" + Field + "7bit\n", Eicar);
        yield return ("none, base64 used", "", Base64);
        yield return ("none, quoted-printable used", "", Quoted);
        yield return ("7bit, base64 used", Field + "7bit\n", Base64);
        yield return ("8bit, quoted-printable used", Field + "8bit\n", Quoted);
        yield return ("binary, base64 used", Field + "binary\n", Base64);
        yield return ("base64, plain used", Field + "base64\n", Eicar);
        yield return ("quoted-printable, plain used", Field + "quoted-printable\n", Eicar);
        yield return ("quoted-printable, base64 used", Field + "quoted-printable\n", Base64);
        yield return ("base64, quoted-printable used", Field + "base64\n", Quoted);
        yield return ("uuencode, base64 used", Field + "x-uuencode\n", Base64);
        yield return ("base64, uuencode used", Field + "base64\n", Uu);
        yield return ("7bit, uuencode used", Field + "7bit\n", Uu);
        yield return ("unknown, base64 used", Field + "x-unknown\n", Base64);
        yield return ("unknown, quoted-printable used", Field + "x-unknown\n", Quoted);
        yield return ("unknown, plain used", Field + "x-unknown\n", Eicar);
        yield return ("unknown, uuencode used", Field + "x-unknown\n", Uu);
        yield return ("empty", Field + "\n", Base64);
        yield return ("quoted", Field + "\"base64\"\n", Base64);
        yield return ("single quotes", Field + "'base64'\n", Base64);
        yield return ("comment after", Field + "base64 (x)\n", Base64);
        yield return ("comment before", Field + "(x) base64\n", Base64);
        yield return ("comment inside", Field + "base(x)64\n", Base64);
        yield return ("other encoding in a comment", Field + "(7bit) base64\n", Base64);
        yield return ("other encoding after a comment", Field + "base64 (\n quoted-printable)\n", Base64);
        yield return ("blank inside", Field + "base 64\n", Base64);
        yield return ("trailing blank", Field + "base64 \t \n", Base64);
        yield return ("semicolon", Field + "base64;\n", Base64);
        yield return ("parameter", Field + "base64; x=y\n", Base64);
        yield return ("comma", Field + "base64, 7bit\n", Base64);
        yield return ("comma, last used", Field + "7bit, base64\n", Base64);
        yield return ("two words", Field + "base64 quoted-printable\n", Base64);
        yield return ("two words, last used", Field + "quoted-printable base64\n", Base64);
        yield return ("dot after", Field + "base64.\n", Base64);
        yield return ("slash before", Field + "/base64\n", Base64);
        yield return ("NUL inside", Field + "base\064\n".Replace("\064", "\0" + "64", StringComparison.Ordinal), Base64);
        yield return ("NUL after", Field + "base64\0\n", Base64);
        yield return ("control character after", Field + "base64\x01\n", Base64);
        yield return ("upper case", Field + "BASE64\n", Base64);
        yield return ("mixed case", Field + "BaSe64\n", Base64);
        yield return ("hyphen", Field + "base-64\n", Base64);
        yield return ("x- before", Field + "x-base64\n", Base64);
        yield return ("encoded word", Field + "=?us-ascii?Q?base64?=\n", Base64);
        yield return ("underscore", Field + "quoted_printable\n", Quoted);
        yield return ("no hyphen", Field + "quotedprintable\n", Quoted);
        yield return ("qp", Field + "qp\n", Quoted);
        yield return ("folded", "Content-Transfer-Encoding:\n base64\n", Base64);
        yield return ("folded with a line of blanks", "Content-Transfer-Encoding:\n \n base64\n", Base64);
        yield return ("blank before the colon", "Content-Transfer-Encoding : base64\n", Base64);
        yield return ("NUL before the colon", "Content-Transfer-Encoding\0: base64\n", Base64);
        yield return ("two colons", "Content-Transfer-Encoding:: base64\n", Base64);
        yield return ("no blank after the colon", "Content-Transfer-Encoding:base64\n", Base64);
        yield return ("field name broken", "Content-Transfer-Enc\n oding: base64\n", Base64);
        yield return ("underscores in the field name", "Content_Transfer_Encoding: base64\n", Base64);
        yield return ("old field name", "Content-Encoding: base64\n", Base64);
        yield return ("8-bit after", Field + "base64\u00a0\n", Base64);
        yield return ("plus after", Field + "base64+\n", Base64);
        yield return ("base64url", Field + "base64url\n", Base64.Replace('+', '-').Replace('/', '_'));
        yield return ("yEnc", Field + "yenc\n", YEnc());
        yield return ("yEnc undeclared", "", YEnc());
        yield return ("binhex undeclared", "", BinHex());
        yield return ("binhex", Field + "binhex\n", BinHex());
        yield return ("mac-binhex40", Field + "mac-binhex40\n", BinHex());
        yield return ("uuencode", Field + "uuencode\n", Uu);
        yield return ("uuencode without begin", Field + "x-uuencode\n", Uu[(Uu.IndexOf('\n', StringComparison.Ordinal) + 1)..]);
        yield return ("xxencode", Field + "x-xxencode\n", Xx);
    }

    private static IEnumerable<(string Name, string Body)> InBase64()
    {
        yield return ("a dot between all characters", string.Join('.', Base64.ToCharArray()));
        yield return ("a blank between all characters", string.Join(' ', Base64.ToCharArray()));
        yield return ("a line each character", string.Join('\n', Base64.ToCharArray()));
        yield return ("hyphens between", string.Join('-', Base64.Chunk(5).Select(c => new string(c))));
        yield return ("underscores between", string.Join('_', Base64.Chunk(7).Select(c => new string(c))));
        yield return ("8-bit characters between", string.Join('\u00e9', Base64.Chunk(5).Select(c => new string(c))));
        yield return ("NULs between", string.Join('\0', Base64.Chunk(5).Select(c => new string(c))));
        yield return ("exclamation mark first", "!" + Base64);
        yield return ("stray character first", "A" + Base64);
        yield return ("two stray characters first", "AB" + Base64);
        yield return ("three stray characters first", "ABC" + Base64);
        yield return ("stray character after a line", Base64[..40] + "\nA\n" + Base64[40..]);
        yield return ("equals sign amid", Base64[..40] + "=" + Base64[40..]);
        yield return ("equals sign first", "=" + Base64);
        yield return ("two equals signs first", "==\n" + Base64);
        yield return ("four equals signs first", "====" + Base64);
        yield return ("equals sign off the unit", Base64[..41] + "=" + Base64[41..]);
        yield return ("equals signs off the unit, two", Base64[..42] + "==" + Base64[42..]);
        yield return ("equals sign in the third place", Base64[..42] + "=" + Base64[42..]);
        yield return ("equals signs each eight", string.Join('=', Base64.Chunk(8).Select(c => new string(c))));
        yield return ("padded runs of one octet", string.Concat(Eicar.Select(c => Convert.ToBase64String([(byte)c]))));
        yield return ("padded runs of two octets", string.Concat(Eicar.Chunk(2).Select(c => Convert.ToBase64String(Encoding.Latin1.GetBytes(c)))));
        yield return ("padded runs on lines", string.Join('\n', Eicar.Chunk(10).Select(c => Convert.ToBase64String(Encoding.Latin1.GetBytes(c)))));
        yield return ("no padding", Base64.TrimEnd('='));
        yield return ("too much padding", Base64 + "====");
        yield return ("data after padding", Base64 + "\n" + Convert.ToBase64String("more"u8));
        yield return ("data before, padded", Convert.ToBase64String("x"u8) + "\n" + Base64);
        yield return ("URL-safe alphabet", Base64.Replace('+', '-').Replace('/', '_'));
        yield return ("one long line", Base64 + new string('A', 4000));
        yield return ("text before", "This is a file:\n\n" + Base64);
        yield return ("text after", Base64 + "\n\n-- \nsent by a list\n");
        yield return ("empty lines between", string.Join("\n\n", Base64.Chunk(20).Select(c => new string(c))));
        yield return ("a header line before", "X-A: b\n\n" + Base64);
        yield return ("quoted by >", string.Join('\n', Base64.Chunk(60).Select(c => "> " + new string(c))));
        yield return ("begin-base64", "begin-base64 644 eicar.com\n" + Base64 + "\n====\n");
    }

    private static IEnumerable<(string Name, string Body, string? Raw)> InQuotedPrintable()
    {
        static string Broken(string lineBreak) => string.Join(lineBreak, Eicar.Chunk(10).Select(c => new string(c)));
        yield return ("lower case", QuotedLower, null);
        yield return ("mixed case", QuotedLower.Replace("=5a", "=5A", StringComparison.Ordinal), null);
        yield return ("soft line breaks", Broken("=\n"), null);
        yield return ("soft line breaks with blanks", Broken("= \t\n"), null);
        yield return ("soft line breaks first", "=\n=\n" + Quoted, null);
        yield return ("soft line break at the end", Quoted + "=", null);
        yield return ("soft line breaks between all", string.Join("=\n", Eicar.ToCharArray()), null);
        yield return ("soft line breaks by CR", "", Crlf(Encoded("Content-Transfer-Encoding: quoted-printable\n", "@")).Replace("@", Broken("=\r"), StringComparison.Ordinal));
        yield return ("soft line breaks by LF", "", Crlf(Encoded("Content-Transfer-Encoding: quoted-printable\n", "@")).Replace("@", Broken("=\n"), StringComparison.Ordinal));
        yield return ("soft line breaks by CR CR LF", "", Crlf(Encoded("Content-Transfer-Encoding: quoted-printable\n", "@")).Replace("@", Broken("=\r\r\n"), StringComparison.Ordinal));
        yield return ("soft line breaks by LF CR", "", Crlf(Encoded("Content-Transfer-Encoding: quoted-printable\n", "@")).Replace("@", Broken("=\n\r"), StringComparison.Ordinal));
        yield return ("number across lines", string.Concat(Eicar.Select((c, i) => i % 9 == 0 ? $"=\n={(int)c:X2}" : ((char)c).ToString())), null);
        yield return ("very long line", Quoted + "=\n" + new string('a', 5000), null);
        yield return ("every octet", string.Concat(Eicar.Select(c => $"={(int)c:X2}")), null);
    }

    private static IEnumerable<(string Name, string Mail)> Containers()
    {
        static string Wrapped(string text) => Convert.ToBase64String(Encoding.Latin1.GetBytes(Crlf(text)), Base64FormattingOptions.InsertLineBreaks).Replace("\r\n", "\n", StringComparison.Ordinal);
        static string QuotedText(string text) => string.Concat(Crlf(text).Select(c => c is '\r' or '\n' || (c > ' ' && c < 127 && c != '=') ? c.ToString() : $"={(int)c:X2}")).Replace("\r\n", "\n", StringComparison.Ordinal);
        var inner = $"--bd\n{Text}--bd\n{Attached}--bd--\n";
        const string Type = "Content-Type: multipart/mixed; boundary=bd\n";
        yield return ("multipart declared base64, plain", $"{Head}{Type}Content-Transfer-Encoding: base64\n\n{inner}");
        yield return ("multipart in base64", $"{Head}{Type}Content-Transfer-Encoding: base64\n\n{Wrapped(inner)}\n");
        yield return ("multipart in quoted-printable", $"{Head}{Type}Content-Transfer-Encoding: quoted-printable\n\n{QuotedText(inner)}\n");
        yield return ("inner multipart in base64", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Type}Content-Transfer-Encoding: base64\n\n{Wrapped(inner)}\n--out--\n");
        var message = $"{Head}{Type}\n{inner}";
        yield return ("message/rfc822", $"{Head}Content-Type: message/rfc822\n\n{message}");
        yield return ("message/rfc822 attached", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Text}--out\nContent-Type: message/rfc822\n\n{message}--out--\n");
        yield return ("message/rfc822 in base64", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Text}--out\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{Wrapped(message)}\n--out--\n");
        yield return ("message/rfc822 in quoted-printable", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Text}--out\nContent-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n{QuotedText(message)}\n--out--\n");
        yield return ("message/global in base64", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Text}--out\nContent-Type: message/global\nContent-Transfer-Encoding: base64\n\n{Wrapped(message)}\n--out--\n");
        yield return ("message/news", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Text}--out\nContent-Type: message/news\n\n{message}--out--\n");
        yield return ("a message as octets", $"{Head}Content-Type: multipart/mixed; boundary=out\n\n--out\n{Text}--out\nContent-Type: application/octet-stream; name=x.eml\nContent-Transfer-Encoding: base64\n\n{Wrapped(message)}\n--out--\n");
        yield return ("a message in a message in a message", $"{Head}Content-Type: message/rfc822\n\n{Head}Content-Type: message/rfc822\n\n{message}");
        yield return ("digest", $"{Head}Content-Type: multipart/digest; boundary=out\n\n--out\n\n{message}--out--\n");
        yield return ("message/partial", $"{Head}Content-Type: message/partial; id=\"x@example.org\"; number=1; total=1\n\n{message}");
        yield return ("message/partial, first of two", $"{Head}Content-Type: message/partial; id=\"x@example.org\"; number=1; total=2\n\n{message}");
        yield return ("message/external-body", $"{Head}Content-Type: message/external-body; access-type=local-file; name=x\n\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n\n{Base64}\n");
        yield return ("text/rfc822-headers", $"{Head}Content-Type: multipart/report; boundary=out\n\n--out\n{Text}--out\nContent-Type: text/rfc822-headers\n\n{message}--out--\n");
        yield return ("a uuencoded file in a text", $"{Head}\nHello,\n\n{Uu}\n");
        yield return ("a uuencoded file in a text of a multipart", $"{Head}{Type}\n--bd\nContent-Type: text/plain\n\nHello\n{Uu}\n--bd--\n");
        yield return ("a uuencoded file in an HTML text", $"{Head}Content-Type: text/html\n\n<p>Hello\n{Uu}\n");
        yield return ("a uuencoded file in a text in base64", $"{Head}Content-Transfer-Encoding: base64\n\n{Wrapped("Hello\n" + Uu)}\n");
        yield return ("a uuencoded file in a text in quoted-printable", $"{Head}Content-Transfer-Encoding: quoted-printable\n\nHello=\n\n{Uu.Replace("=", "=3D", StringComparison.Ordinal)}\n");
        yield return ("a uuencoded file without end", $"{Head}\nHello\n{Uu.Replace("end\n", "", StringComparison.Ordinal)}");
        yield return ("a uuencoded file with an odd mode", $"{Head}\nHello\n{Uu.Replace("begin 644", "begin 0644", StringComparison.Ordinal)}");
        yield return ("a uuencoded file with a short mode", $"{Head}\nHello\n{Uu.Replace("begin 644", "begin 64", StringComparison.Ordinal)}");
        yield return ("a uuencoded file with tabs", $"{Head}\nHello\n{Uu.Replace("begin 644 ", "begin\t644\t", StringComparison.Ordinal)}");
        yield return ("a uuencoded file with blanks before begin", $"{Head}\nHello\n  {Uu}");
        yield return ("a uuencoded file with Begin", $"{Head}\nHello\n{Uu.Replace("begin", "Begin", StringComparison.Ordinal)}");
        yield return ("a file in begin-base64", $"{Head}\nHello\nbegin-base64 644 eicar.com\n{Base64}\n====\n");
        yield return ("base64 in a text", $"{Head}\nHello\n\n{Base64}\n\nBye\n");
        yield return ("a MIME part in a text", $"{Head}\nHello\n\n--bd\n{Attached}--bd--\n");
        yield return ("a yEnc file in a text", $"{Head}\nHello\n{YEnc()}\n");
        yield return ("a BinHex file in a text", $"{Head}\nHello\n{BinHex()}\n");
        yield return ("an xxencoded file in a text", $"{Head}\nHello\n{Xx}\n");
        yield return ("a data URL in HTML", $"{Head}Content-Type: text/html\n\n<a href=\"data:application/octet-stream;base64,{Base64}\">x</a>\n");
    }

    private static string YEnc()
    {
        var text = new StringBuilder("=ybegin line=128 size=68 name=eicar.com\n");
        foreach (var octet in TestVirusOctets)
        {
            var coded = (byte)(octet + 42);
            text.Append(coded is 0 or 10 or 13 or (byte)'=' ? "=" + (char)(byte)(coded + 64) : ((char)coded).ToString());
        }
        return text.Append("\n=yend size=68\n").ToString();
    }

    private static byte[] TestVirusOctets => Encoding.Latin1.GetBytes(Eicar);

    /// <summary>BinHex 4.0 with an empty resource fork; the check sums are left zero, as sloppy writers do.</summary>
    private static string BinHex()
    {
        const string Digits = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";
        var octets = new List<byte> { 9 };
        octets.AddRange("eicar.com"u8);
        octets.Add(0);
        octets.AddRange("????????\0\0"u8);
        octets.AddRange(new byte[] { 0, 0, 0, 68, 0, 0, 0, 0, 0, 0 });
        octets.AddRange(TestVirusOctets);
        octets.AddRange(new byte[4]);
        var text = new StringBuilder();
        for (var i = 0; i < octets.Count; i += 3)
        {
            var unit = (octets[i] << 16) | (i + 1 < octets.Count ? octets[i + 1] << 8 : 0) | (i + 2 < octets.Count ? octets[i + 2] : 0);
            text.Append(Digits[unit >> 18]).Append(Digits[(unit >> 12) & 63]).Append(Digits[(unit >> 6) & 63]).Append(Digits[unit & 63]);
        }
        return "(This file must be converted with BinHex 4.0)\n\n:" + string.Join('\n', text.ToString().Chunk(63).Select(c => new string(c))) + ":\n";
    }
}
