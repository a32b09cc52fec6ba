using static Amavis.Testing.Evasion.Pieces;

namespace Amavis.Testing.Evasion;

/// <summary>Tricks with the delimiters of multiparts.</summary>
public static class Boundaries
{
    public static IEnumerable<EvasionCase> Cases => All.Select(c => new EvasionCase("boundary", c.Name, Crlf(c.Mail)));

    private static IEnumerable<(string Name, string Mail)> All =>
    [
        .. Parameters().Select(p => (p.Name, Multipart("Content-Type: " + p.Type, p.Delimiter, Attached))),
        .. Shapes(),
    ];

    /// <summary>What the field says, and the delimiter that is used.</summary>
    private static IEnumerable<(string Name, string Type, string Delimiter)> Parameters()
    {
        yield return ("two parameters, the first is used", "multipart/mixed; boundary=\"one\"; boundary=\"two\"", "one");
        yield return ("two parameters, the last is used", "multipart/mixed; boundary=\"one\"; boundary=\"two\"", "two");
        yield return ("two without blanks, the first is used", "multipart/mixed;boundary=one;boundary=two", "one");
        yield return ("two without blanks, the last is used", "multipart/mixed;boundary=one;boundary=two", "two");
        yield return ("two in different case", "multipart/mixed; BOUNDARY=one; boundary=two", "one");
        yield return ("two, folded", "multipart/mixed; boundary=one;\n\tboundary=two", "one");
        yield return ("three, the middle one", "multipart/mixed; boundary=one; boundary=two; boundary=three", "two");
        yield return ("plain and extended, plain used", "multipart/mixed; boundary=one; boundary*=us-ascii''two", "one");
        yield return ("plain and extended, extended used", "multipart/mixed; boundary=one; boundary*=us-ascii''two", "two");
        yield return ("extended only", "multipart/mixed; boundary*=us-ascii''one", "one");
        yield return ("extended with percent", "multipart/mixed; boundary*=us-ascii''o%6ee", "one");
        yield return ("extended, percent left alone", "multipart/mixed; boundary*=us-ascii''o%6ee", "o%6ee");
        yield return ("in pieces", "multipart/mixed; boundary*0=on; boundary*1=e", "one");
        yield return ("in pieces out of order", "multipart/mixed; boundary*1=e; boundary*0=on", "one");
        yield return ("pieces and plain, pieces used", "multipart/mixed; boundary*0=on; boundary*1=e; boundary=two", "one");
        yield return ("pieces and plain, plain used", "multipart/mixed; boundary*0=on; boundary*1=e; boundary=two", "two");
        yield return ("only the first piece is seen", "multipart/mixed; boundary*0=on; boundary*1=e", "on");
        yield return ("encoded word, decoded", "multipart/mixed; boundary=\"=?us-ascii?Q?one?=\"", "one");
        yield return ("encoded word, as it stands", "multipart/mixed; boundary=\"=?us-ascii?Q?one?=\"", "=?us-ascii?Q?one?=");
        yield return ("encoded word in base64", "multipart/mixed; boundary==?utf-8?B?b25l?=", "one");
        yield return ("quote never closed", "multipart/mixed; boundary=\"one", "one");
        yield return ("quote never closed and a parameter", "multipart/mixed; boundary=\"one; charset=x", "one");
        yield return ("quote never closed, all of it", "multipart/mixed; boundary=\"one; charset=x", "one; charset=x");
        yield return ("quote at the end only", "multipart/mixed; boundary=one\"", "one");
        yield return ("quote at the end only, kept", "multipart/mixed; boundary=one\"", "one\"");
        yield return ("quote in the middle", "multipart/mixed; boundary=o\"n\"e", "one");
        yield return ("quote in the middle, kept", "multipart/mixed; boundary=o\"n\"e", "o\"n\"e");
        yield return ("quote in the middle, cut", "multipart/mixed; boundary=o\"n\"e", "o");
        yield return ("text after the quotes", "multipart/mixed; boundary=\"one\"two", "one");
        yield return ("text after the quotes, joined", "multipart/mixed; boundary=\"one\"two", "onetwo");
        yield return ("two quoted strings, first", "multipart/mixed; boundary=\"one\" \"two\"", "one");
        yield return ("two quoted strings, both", "multipart/mixed; boundary=\"one\" \"two\"", "one two");
        yield return ("single quotes, stripped", "multipart/mixed; boundary='one'", "one");
        yield return ("single quotes, kept", "multipart/mixed; boundary='one'", "'one'");
        yield return ("backslash undone", "multipart/mixed; boundary=\"o\\ne\"", "one");
        yield return ("backslash kept", "multipart/mixed; boundary=\"o\\ne\"", "o\\ne");
        yield return ("comment before", "multipart/mixed; boundary=(x)one", "one");
        yield return ("comment before, kept", "multipart/mixed; boundary=(x)one", "(x)one");
        yield return ("comment after", "multipart/mixed; boundary=one(x)", "one");
        yield return ("comment after, kept", "multipart/mixed; boundary=one(x)", "one(x)");
        yield return ("comment after a blank", "multipart/mixed; boundary=one (x)", "one");
        yield return ("comment in the name", "multipart/mixed; boun(x)dary=one", "one");
        yield return ("parameter in a comment", "multipart/mixed; (boundary=two;) boundary=one", "one");
        yield return ("parameter in a comment, used", "multipart/mixed; (; boundary=two;) boundary=one", "two");
        yield return ("parameter in a quoted string", "multipart/mixed; x=\"; boundary=two; y=\"; boundary=one", "one");
        yield return ("parameter in a quoted string, used", "multipart/mixed; x=\"; boundary=two; y=\"; boundary=one", "two");
        yield return ("token with a blank, all", "multipart/mixed; boundary=one two", "one two");
        yield return ("token with a blank, first word", "multipart/mixed; boundary=one two", "one");
        yield return ("token with a comma", "multipart/mixed; boundary=one,two", "one");
        yield return ("token with a comma, all", "multipart/mixed; boundary=one,two", "one,two");
        yield return ("token with a slash", "multipart/mixed; boundary=one/two", "one/two");
        yield return ("token with a colon", "multipart/mixed; boundary=one:two", "one");
        yield return ("semicolon in quotes", "multipart/mixed; boundary=\"one;two\"", "one;two");
        yield return ("semicolon in quotes, cut", "multipart/mixed; boundary=\"one;two\"", "one");
        yield return ("blanks around equals", "multipart/mixed; boundary = one", "one");
        yield return ("tab before equals", "multipart/mixed; boundary\t=\"one\"", "one");
        yield return ("no semicolon", "multipart/mixed boundary=one", "one");
        yield return ("comma for semicolon", "multipart/mixed, boundary=one", "one");
        yield return ("two semicolons", "multipart/mixed;; boundary=one", "one");
        yield return ("semicolon first", "; multipart/mixed; boundary=one", "one");
        yield return ("colon for equals", "multipart/mixed; boundary: one", "one");
        yield return ("trailing blanks in quotes", "multipart/mixed; boundary=\"one  \"", "one");
        yield return ("trailing blanks in quotes, kept", "multipart/mixed; boundary=\"one  \"", "one  ");
        yield return ("leading blank in quotes", "multipart/mixed; boundary=\" one\"", " one");
        yield return ("leading blank in quotes, cut", "multipart/mixed; boundary=\" one\"", "one");
        yield return ("empty", "multipart/mixed; boundary=\"\"", "");
        yield return ("empty token", "multipart/mixed; boundary=", "");
        yield return ("missing", "multipart/mixed", "one");
        yield return ("missing, with a look-alike", "multipart/mixed; boundery=one", "one");
        yield return ("with a NUL", "multipart/mixed; boundary=\"one\0two\"", "one");
        yield return ("with a NUL, gone", "multipart/mixed; boundary=\"one\0two\"", "onetwo");
        yield return ("8-bit", "multipart/mixed; boundary=\"\u00f6ne\"", "\u00f6ne");
        yield return ("type without subtype", "multipart; boundary=one", "one");
        yield return ("type with a slash only", "multipart/; boundary=one", "one");
        yield return ("type with blanks", "multipart / mixed; boundary=one", "one");
        yield return ("type in quotes", "\"multipart/mixed\"; boundary=one", "one");
        yield return ("type with a comment", "multipart(x)/(y)mixed(z); boundary=one", "one");
        yield return ("type in an encoded word", "=?us-ascii?Q?multipart/mixed?=; boundary=one", "one");
        yield return ("type with a NUL", "multipart\0/mixed; boundary=one", "one");
        yield return ("type with a second slash", "multipart/mixed/x; boundary=one", "one");
        yield return ("unknown subtype", "multipart/x-mine; boundary=one", "one");
        yield return ("upper case", "MULTIPART/MIXED; BOUNDARY=one", "one");
        yield return ("other case in the body", "multipart/mixed; boundary=one", "ONE");
        yield return ("very long", "multipart/mixed; boundary=\"" + new string('x', 900) + "\"", new string('x', 900));
        yield return ("longer than 70, cut there", "multipart/mixed; boundary=\"" + new string('x', 100) + "\"", new string('x', 70));
        yield return ("many parameters before it", "multipart/mixed;" + string.Concat(Enumerable.Range(0, 300).Select(i => $"\n p{i}=v;")) + " boundary=one", "one");
        yield return ("folded before equals", "multipart/mixed; boundary\n =one", "one");
        yield return ("folded inside of the value", "multipart/mixed; boundary=\"o\n ne\"", "o ne");
        yield return ("folded inside of the value, joined", "multipart/mixed; boundary=\"o\n ne\"", "one");
        yield return ("folded with a line of blanks", "multipart/mixed;\n \n boundary=one", "one");
        yield return ("text type with a boundary", "text/plain; boundary=one", "one");
        yield return ("no type, a boundary", "; boundary=one", "one");
        yield return ("application type with a boundary", "application/multipart; boundary=one", "one");
    }

    private static IEnumerable<(string Name, string Mail)> Shapes()
    {
        const string Type = "Content-Type: multipart/mixed; boundary=bd";
        yield return ("no closing delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bd\n{Attached}");
        yield return ("closing delimiter in between", $"{Head}{Type}\n\n--bd\n{Text}--bd--\n--bd\n{Attached}--bd--\n");
        yield return ("closing delimiter first", $"{Head}{Type}\n\n--bd--\n--bd\n{Attached}--bd--\n");
        yield return ("closed twice", $"{Head}{Type}\n\n--bd\n{Text}--bd--\nx\n--bd--\n--bd\n{Attached}--bd--\n");
        yield return ("attachment in the preamble", $"{Head}{Type}\n\n{Attached}--bd\n{Text}--bd--\n");
        yield return ("attachment in the epilogue", $"{Head}{Type}\n\n--bd\n{Text}--bd--\n{Attached}");
        yield return ("epilogue with another delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bd--\n--be\n{Attached}--be--\n");
        yield return ("blanks after the delimiter", $"{Head}{Type}\n\n--bd  \n{Text}--bd \t\n{Attached}--bd--\n");
        yield return ("text after the delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bdx\n{Attached}--bd--\n");
        yield return ("text after a blank after the delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bd x\n{Attached}--bd--\n");
        yield return ("one hyphen after the delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bd-\n{Attached}--bd--\n");
        yield return ("three hyphens after the delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bd---\n--bd\n{Attached}--bd--\n");
        yield return ("blank before the delimiter", $"{Head}{Type}\n\n--bd\n{Text} --bd\n{Attached}--bd--\n");
        yield return ("blank after the hyphens", $"{Head}{Type}\n\n--bd\n{Text}-- bd\n{Attached}--bd--\n");
        yield return ("one hyphen before", $"{Head}{Type}\n\n-bd\n{Text}-bd\n{Attached}-bd--\n");
        yield return ("three hyphens before", $"{Head}{Type}\n\n---bd\n{Text}---bd\n{Attached}---bd--\n");
        yield return ("no hyphens", $"{Head}{Type}\n\nbd\n{Text}bd\n{Attached}bd--\n");
        yield return ("NUL after the delimiter", $"{Head}{Type}\n\n--bd\n{Text}--bd\0\n{Attached}--bd--\n");
        yield return ("no line end before the delimiter", $"{Head}{Type}\n\n--bd\nContent-Type: text/plain\n\nHello.--bd\n{Attached}--bd--\n");
        yield return ("delimiter in the header section", $"{Head}{Type}\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("no blank line after the part's header section", $"{Head}{Type}\n\n--bd\n{Text}--bd\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: base64\n{Base64}\n--bd--\n");
        yield return ("delimiter amid of the part's header section", $"{Head}{Type}\n\n--bd\nContent-Type: text/plain\n--bd\n{Attached}--bd--\n");
        yield return ("inner has the outer one's delimiter", $"{Head}{Type}\n\n--bd\n{Type}\n\n--bd\n{Text}--bd\n{Attached}--bd--\n--bd--\n");
        yield return ("inner begins with the outer one's", $"{Head}{Type}\n\n--bd\nContent-Type: multipart/mixed; boundary=bdx\n\n--bdx\n{Text}--bdx\n{Attached}--bdx--\n--bd--\n");
        yield return ("outer begins with the inner one's", $"{Head}Content-Type: multipart/mixed; boundary=bdx\n\n--bdx\nContent-Type: multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n--bdx--\n");
        yield return ("inner not closed", $"{Head}{Type}\n\n--bd\nContent-Type: multipart/mixed; boundary=in\n\n--in\n{Text}--in\n{Attached}--bd--\n");
        yield return ("outer closed in the inner", $"{Head}{Type}\n\n--bd\nContent-Type: multipart/mixed; boundary=in\n\n--in\n{Text}--bd--\n--in\n{Attached}--in--\n--bd--\n");
        yield return ("inner goes on after the outer's next part", $"{Head}{Type}\n\n--bd\nContent-Type: multipart/mixed; boundary=in\n\n--in\n{Text}--bd\n{Text}--in\n{Attached}--in--\n--bd--\n");
        yield return ("two fields, the first is used", $"{Head}{Type}\nContent-Type: multipart/mixed; boundary=be\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("two fields, the last is used", $"{Head}{Type}\nContent-Type: multipart/mixed; boundary=be\n\n--be\n{Text}--be\n{Attached}--be--\n");
        yield return ("two fields, text first", $"{Head}Content-Type: text/plain\n{Type}\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("two fields, text last", $"{Head}{Type}\nContent-Type: text/plain\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("blank before the colon", $"{Head}Content-Type : multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("NUL before the colon", $"{Head}Content-Type\0: multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("blank inside of the field name", $"{Head}Content -Type: multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("underscore in the field name", $"{Head}Content_Type: multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("field folded after the name", $"{Head}Content-Type:\n multipart/mixed;\n boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("field folded before the colon", $"{Head}Content-Type\n : multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("no colon", $"{Head}Content-Type multipart/mixed; boundary=bd\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("no MIME-Version", $"From: a@example.org\nSubject: x\n{Type}\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("field after the blank line", $"{Head}\n{Type}\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("blank first in the header section", $" {Head}{Type}\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
        yield return ("field is a continuation", $"{Head}X-A: b\n {Type}\n\n--bd\n{Text}--bd\n{Attached}--bd--\n");
    }
}
