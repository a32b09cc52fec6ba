using static Amavis.Testing.Evasion.Pieces;

namespace Amavis.Testing.Evasion;

/// <summary>Tricks with the end of header sections and with line ends.</summary>
public static class HeaderEnds
{
    private const string Type = "Content-Type: multipart/mixed; boundary=bd\n";

    public static IEnumerable<EvasionCase> Cases => Tricks().Select(c => new EvasionCase("header end", c.Name, c.Mail));

    private static string Fields(string encoding) =>
        $"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=eicar.com\nContent-Transfer-Encoding: {encoding}\n";

    private static IEnumerable<(string Name, string Mail)> Tricks()
    {
        // Where the header section of a part ends.
        foreach (var (name, separator) in new[]
        {
            ("CR CR LF", "\r\r\n"), ("LF CR LF", "\n\r\n"), ("LF alone", "\n"), ("CR alone", "\r"), ("blanks", "  \r\n"), ("tab", "\t\r\n"),
            ("NUL", "\0\r\n"), ("form feed", "\f\r\n"), ("vertical tab", "\v\r\n"), ("no-break space", "\u00a0\r\n"), ("nothing", ""),
            ("a word", "word\r\n"), ("hyphens", "----\r\n"), ("a dot", ".\r\n"), ("a colon", ":\r\n"), ("backspace", "\b\r\n"),
        })
        {
            yield return ("part: " + name, Crlf($"{Head}{Type}\n--bd\n{Text}--bd\n{Fields("base64")}") + separator + Crlf($"{Base64}\n--bd--\n"));
            yield return ("part, then an empty line: " + name, Crlf($"{Head}{Type}\n--bd\n{Text}--bd\nContent-Type: text/plain\n") + separator + Crlf($"{Fields("base64")}\n{Base64}\n--bd--\n"));
            yield return ("message: " + name, Crlf($"{Head}{Fields("base64")}") + separator + Crlf($"{Base64}\n"));
            yield return ("message, then an empty line: " + name, Crlf($"{Head}") + separator + Crlf($"{Fields("base64")}\n{Base64}\n"));
        }
        yield return ("all lines by CR", Crlf(Head) + Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached).Replace('\n', '\r'));
        yield return ("body lines by CR", Crlf($"{Head}{Type}\n") + $"--bd\n{Text}--bd\n{Attached}--bd--\n".Replace('\n', '\r'));
        yield return ("lines by LF", Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached));
        yield return ("lines by CR CR LF", Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached).Replace("\n", "\r\r\n", StringComparison.Ordinal));
        yield return ("lines by LF CR", Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached).Replace("\n", "\n\r", StringComparison.Ordinal));
        yield return ("CR hides a field of the part", Crlf($"{Head}{Type}\n--bd\n{Text}--bd\nX-A: b\rContent-Transfer-Encoding: base64\n\n{Base64}\n--bd--\n").Replace("\r\r\n", "\r\n", StringComparison.Ordinal));
        yield return ("CR hides a field of the message", Crlf(Head) + "X-A: b\rContent-Transfer-Encoding: base64\r\n\r\n" + Crlf($"{Base64}\n"));
        yield return ("CR hides the content type", Crlf(Head) + "X-A: b\rContent-Type: multipart/mixed; boundary=bd\r\n\r\n" + Crlf($"--bd\n{Text}--bd\n{Attached}--bd--\n"));
        yield return ("NUL hides a field", Crlf(Head) + "X-A: b\0Content-Transfer-Encoding: base64\r\n\r\n" + Crlf($"{Base64}\n"));
        yield return ("fold cut off at the end of the section", Crlf($"{Head}{Type}\n--bd\n{Text}--bd\nContent-Type: application/octet-stream;\n") + " " + Crlf($"\nContent-Transfer-Encoding: base64\n\n{Base64}\n--bd--\n"));
        yield return ("a From line before the fields", Crlf($"From x@example.org Sun Nov 22 10:00:00 2026\n{Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached)}"));
        yield return ("a line without colon, then the fields", Crlf($"{Head}nonsense\n{Fields("base64")}\n{Base64}\n"));
        yield return ("a line without colon in the part, then the fields", Crlf($"{Head}{Type}\n--bd\n{Text}--bd\nnonsense\n{Fields("base64")}\n{Base64}\n--bd--\n"));
        yield return ("an empty line before the message", "\r\n" + Crlf(Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached)));
        yield return ("an empty line before the part's fields", Crlf($"{Head}{Type}\n--bd\n{Text}--bd\n\n{Fields("base64")}\n{Base64}\n--bd--\n"));
        yield return ("blanks before the part's fields", Crlf($"{Head}{Type}\n--bd\n{Text}--bd\n Content-Type: application/octet-stream\n Content-Transfer-Encoding: base64\n\n{Base64}\n--bd--\n"));
        yield return ("UTF-8 mark before the fields", "\u00ef\u00bb\u00bf" + Crlf(Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", Attached)));
        yield return ("UTF-8 mark before the part's fields", Crlf($"{Head}{Type}\n--bd\n{Text}--bd\n\u00ef\u00bb\u00bfContent-Transfer-Encoding: base64\n\n{Base64}\n--bd--\n"));
        yield return ("header section of 200 kB before", Crlf($"{Head}X-A: {string.Concat(Enumerable.Repeat(new string('a', 900) + "\n ", 220))}z\n{Type}\n--bd\n{Text}--bd\n{Attached}--bd--\n"));
        yield return ("line of 100 kB before the type", Crlf($"{Head}X-A: {new string('a', 100_000)}\n{Type}\n--bd\n{Text}--bd\n{Attached}--bd--\n"));
        yield return ("line of 100 kB in the type", Crlf($"{Head}Content-Type: multipart/mixed; x={new string('a', 100_000)}; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n"));
    }
}
