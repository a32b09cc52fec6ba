using static Amavis.Testing.Evasion.Pieces;

namespace Amavis.Testing.Evasion;

/// <summary>An attachment called evil.exe in the eyes of some reader of mail.</summary>
public static class FileNameTricks
{
    public static IEnumerable<EvasionCase> Cases =>
    [
        .. Fields().Select(c => new EvasionCase("file name", c.Name, Crlf(Multipart("Content-Type: multipart/mixed; boundary=bd", "bd", c.Fields + $"Content-Transfer-Encoding: base64\n\n{Base64}\n")))),
        .. Boundaries.Cases.Concat(HeaderEnds.Cases).Where(c => c.Mail.Contains("eicar.com", StringComparison.Ordinal)).Select(Renamed),
    ];

    /// <summary>The structure's tricks hide names, too.</summary>
    private static EvasionCase Renamed(EvasionCase one) => new("file name, " + one.Class, one.Name, one.Mail.Replace("eicar.com", "evil.exe", StringComparison.Ordinal));

    private static IEnumerable<(string Name, string Fields)> Fields()
    {
        static string Disposition(string parameters) => $"Content-Type: application/octet-stream\nContent-Disposition: attachment; {parameters}\n";
        static string Type(string parameters) => $"Content-Type: application/octet-stream; {parameters}\nContent-Disposition: attachment\n";
        foreach (var (name, value) in new[]
        {
            ("plain", "evil.exe"), ("quoted", "\"evil.exe\""), ("single quotes", "'evil.exe'"), ("quote open", "\"evil.exe"), ("quote at the end", "evil.exe\""),
            ("trailing dot", "\"evil.exe.\""), ("trailing blank", "\"evil.exe \""), ("trailing dots and blanks", "\"evil.exe. . .\""), ("NUL after", "\"evil.exe\0.txt\""),
            ("percent NUL", "\"evil.exe%00.txt\""), ("path", "\"..\\\\..\\\\evil.exe\""), ("Unix path", "\"/tmp/evil.exe\""), ("drive", "\"C:\\evil.exe\""),
            ("encoded word", "\"=?utf-8?Q?evil.exe?=\""), ("encoded word in base64", "\"=?utf-8?B?ZXZpbC5leGU=?=\""), ("encoded word unquoted", "=?utf-8?B?ZXZpbC5leGU=?="),
            ("encoded words joined", "\"=?utf-8?Q?evil?= =?utf-8?Q?.exe?=\""), ("encoded words folded", "\"=?utf-8?Q?evil?=\n =?utf-8?Q?.exe?=\""),
            ("encoded words glued", "\"=?utf-8?Q?evil?==?utf-8?Q?.exe?=\""), ("encoded word and text", "\"evil=?utf-8?Q?.exe?=\""),
            ("encoded word in an unknown charset", "\"=?x-none?Q?evil.exe?=\""), ("encoded word in UTF-16", "\"=?utf-16le?B?ZQB2AGkAbAAuAGUAeABlAA==?=\""),
            ("encoded word in UTF-7", "\"=?utf-7?Q?evil+AC4-exe?=\""), ("encoded word split in a digit", "\"=?utf-8?B?ZXZpbC5?= =?utf-8?B?leGU=?=\""),
            ("right-to-left override", "\"=?utf-8?Q?evil=E2=80=AE.exe?=\""), ("no-width blank", "\"=?utf-8?Q?evil.e=E2=80=8Bxe?=\""), ("soft hyphen", "\"=?utf-8?Q?evil.ex=C2=ADe?=\""),
            ("comment after", "evil.exe (x)"), ("backslash", "\"evil\\.exe\""), ("backslashes in all", "\"e\\v\\i\\l\\.\\e\\x\\e\""), ("folded", "\n \"evil.exe\""), ("tab after", "\"evil.exe\t\""),
            ("upper case", "\"EVIL.EXE\""), ("long", "\"" + new string('a', 9000) + ".exe\""), ("blanks before the end", "\"evil.txt" + new string(' ', 200) + ".exe\""),
            ("no-break blank after", "\"=?utf-8?Q?evil.exe=C2=A0?=\""), ("blank in it", "evil one.exe"), ("folded inside", "\"evil\n .exe\""),
            ("quoted twice", "\"\\\"evil.exe\\\"\""), ("text after the quotes", "\"evil.exe\"x"), ("percent encoded", "\"evil%2Eexe\""), ("control characters", "\"evil.e\x01xe\""),
        })
        {
            yield return (name, Disposition("filename=" + value));
            yield return (name + ", of the type", Type("name=" + value));
        }
        foreach (var (name, parameters) in new[]
        {
            ("extended", "@*=utf-8''evil.exe"), ("extended with percent", "@*=utf-8''evil%2eexe"), ("extended without charset", "@*=''evil.exe"), ("extended without quotes", "@*=evil%2Eexe"),
            ("extended in quotes", "@*=\"utf-8''evil%2Eexe\""), ("extended in UTF-16", "@*=utf-16le''e%00v%00i%00l%00.%00e%00x%00e%00"), ("extended, unknown charset", "@*=x-none''evil%2Eexe"),
            ("in pieces", "@*0=evil; @*1=.exe"), ("pieces out of order", "@*1=.exe; @*0=evil"), ("pieces with a gap", "@*0=evil; @*2=.exe"), ("pieces from one", "@*1=evil; @*2=.exe"),
            ("pieces extended", "@*0*=utf-8''evil; @*1*=%2Eexe"), ("pieces mixed", "@*0*=utf-8''evil; @*1=.exe"), ("pieces doubled", "@*0=evil; @*0=good; @*1=.exe"), ("one piece", "@*0=evil.exe"),
            ("leading zeros", "@*00=evil; @*01=.exe"), ("plain first, extended", "@=good.txt; @*=utf-8''evil.exe"), ("extended first, plain", "@*=utf-8''good.txt; @=evil.exe"),
            ("twice, first", "@=evil.exe; @=good.txt"), ("twice, last", "@=good.txt; @=evil.exe"), ("pieces and plain", "@*0=good; @*1=.txt; @=evil.exe"), ("plain and pieces", "@=good.txt; @*0=evil; @*1=.exe"),
            ("upper case parameter", "@UP=evil.exe"), ("blanks around equals", "@ = evil.exe"), ("no semicolon", "x=y @=evil.exe"), ("colon for equals", "@: evil.exe"), ("blank in the piece number", "@* 0=evil; @* 1=.exe"),
            ("percent sign alone", "@*=utf-8''evil%.exe"), ("language", "@*=utf-8'en'evil.exe"), ("encoded word in the extended one", "@*=\"=?utf-8?Q?evil.exe?=\""), ("pieces of an encoded word", "@*0=\"=?utf-8?B?ZXZp\"; @*1=\"bC5leGU=?=\""),
        })
        {
            yield return (name, Disposition(parameters.Replace("@UP", "FILENAME", StringComparison.Ordinal).Replace("@", "filename", StringComparison.Ordinal)));
            yield return (name + ", of the type", Type(parameters.Replace("@UP", "NAME", StringComparison.Ordinal).Replace("@", "name", StringComparison.Ordinal)));
        }
        yield return ("the other field's parameter", "Content-Type: application/octet-stream; filename=evil.exe\nContent-Disposition: attachment\n");
        yield return ("the other field's parameter, disposition", "Content-Type: application/octet-stream\nContent-Disposition: attachment; name=evil.exe\n");
        yield return ("clash, in the type", "Content-Type: application/octet-stream; name=evil.exe\nContent-Disposition: attachment; filename=good.txt\n");
        yield return ("clash, in the disposition", "Content-Type: application/octet-stream; name=good.txt\nContent-Disposition: attachment; filename=evil.exe\n");
        yield return ("two dispositions, first", "Content-Disposition: attachment; filename=evil.exe\nContent-Disposition: attachment; filename=good.txt\n");
        yield return ("two dispositions, last", "Content-Disposition: attachment; filename=good.txt\nContent-Disposition: attachment; filename=evil.exe\n");
        yield return ("blank before the colon", "Content-Disposition : attachment; filename=evil.exe\n");
        yield return ("no type of disposition", "Content-Disposition: ; filename=evil.exe\n");
        yield return ("only the parameter", "Content-Disposition: filename=evil.exe\n");
        yield return ("comma for semicolon", "Content-Disposition: attachment, filename=evil.exe\n");
        yield return ("no semicolon", "Content-Disposition: attachment filename=evil.exe\n");
        yield return ("a parameter with a semicolon in quotes before", "Content-Disposition: attachment; x=\"a;b\"; filename=evil.exe\n");
        yield return ("a quote that is never closed before", "Content-Disposition: attachment; x=\"a; filename=evil.exe\n");
        yield return ("a comment that is never closed before", "Content-Disposition: attachment (x; filename=evil.exe\n");
        yield return ("300 parameters before", "Content-Disposition: attachment;" + string.Concat(Enumerable.Range(0, 300).Select(i => $"\n p{i}=v;")) + " filename=evil.exe\n");
        yield return ("a uuencoded file's", $"Content-Type: text/plain\n\n{Uu.Replace("eicar.com", "evil.exe", StringComparison.Ordinal)}\n--bd\nContent-Type: text/plain\n");
    }
}
