using System.Text;

namespace Amavis.Configuration.Importing.Syntax;

/// <summary>Texts in all their quotes.</summary>
internal sealed partial class PerlParser
{
    private Expression? Quoted()
    {
        var start = _cursor.At;
        var quote = _cursor.Current;
        if (!_cursor.TryDelimited(out var content))
            return Fault($"the text that begins here has no closing {quote}", start);
        return quote switch
        {
            '\'' => new Expression.Text(start, Single(content, '\'', '\'')),
            '"' => Double(content, start),
            _ => new Expression.Command(start, content),
        };
    }

    /// <summary><c>q</c>, <c>qq</c>, <c>qw</c>, <c>qr</c>, <c>m</c>; false: the word is no quote here.</summary>
    private bool QuoteLike(string word, int start, out Expression? quoted)
    {
        quoted = null;
        var after = _cursor.At;
        if (_cursor.Current is ' ' or '\t' or '\n' or '\r')
            _cursor.SkipSpace();
        var open = _cursor.Current;
        var spaced = _cursor.At != after;
        if (_cursor.AtEnd || char.IsWhiteSpace(open) || Cursor.IsWordPart(open) || open is ',' or ';' or ')' or ']' || (open == '}' || (open == '#' && spaced)) || (open == '=' && _cursor.Peek(1) is '>' or '='))
        {
            _cursor.At = after;
            return false;
        }
        if (word is "s" or "y" or "tr")
        {
            quoted = Fault("changing texts by patterns is not evaluated", start);
            return true;
        }
        if (!_cursor.TryDelimited(out var content))
        {
            quoted = Fault($"the text that begins here has no closing delimiter (it begins with {word}{open})", start);
            return true;
        }
        quoted = word switch
        {
            "q" => new Expression.Text(start, Single(content, open, Closing(open))),
            "qq" => Double(content, start),
            "qw" => new Expression.Words(start, [.. content.Split((char[])[' ', '\t', '\r', '\n', '\f'], StringSplitOptions.RemoveEmptyEntries).Select(w => Single(w, open, Closing(open)))]),
            _ => PatternOf(content, open, start, word == "m"),
        };
        return true;
    }

    private static char Closing(char open) => open switch { '(' => ')', '[' => ']', '{' => '}', '<' => '>', _ => open };

    private Expression? Match(int start) => _cursor.TryDelimited(out var content)
        ? PatternOf(content, '/', start, isMatch: true)
        : Fault("a pattern has no end", start);

    private Expression? PatternOf(string content, char open, int start, bool isMatch)
    {
        var flags = "";
        for (; char.IsAsciiLetter(_cursor.Current); _cursor.At++)
        {
            switch (_cursor.Current)
            {
                case 'i' or 'm' or 's' or 'x':
                    flags += flags.Contains(_cursor.Current) ? "" : _cursor.Current;
                    break;
                case 'o' or 'a' or 'u' or 'l' or 'd' or 'g' or 'c' or 'n' or 'p':
                    break;
                default:
                    return Fault($"\"{_cursor.Current}\" is no flag of a pattern");
            }
        }
        var body = open == '\'' ? new Expression.Text(start, content) : Interpolation.OfPattern(content, start, out var fault) ?? Fault(fault, start);
        return body is null ? null : new Expression.Pattern(start, body, flags, isMatch);
    }

    /// <summary>Only the backslash and the delimiters can be escaped.</summary>
    private static string Single(string content, char open, char close)
    {
        if (!content.Contains('\\'))
            return content;
        var text = new StringBuilder(content.Length);
        for (var i = 0; i < content.Length; i++)
        {
            if (content[i] == '\\' && i + 1 < content.Length && (content[i + 1] == '\\' || content[i + 1] == open || content[i + 1] == close))
                i++;
            text.Append(content[i]);
        }
        return text.ToString();
    }

    private Expression? Double(string content, int start) => Interpolation.OfText(content, start, out var fault) ?? Fault(fault, start);

    private Expression? HereDocument()
    {
        var start = _cursor.At;
        _cursor.At += 2;
        var indented = _cursor.Take('~');
        var quote = _cursor.Current;
        string tag;
        if (quote is '"' or '\'')
        {
            if (!_cursor.TryDelimited(out tag))
                return Fault("the tag of a here-document has no closing quote", start);
        }
        else if ((tag = _cursor.TakeWord()).Length == 0)
        {
            return Expected("the tag of a here-document");
        }
        if (_cursor.HereDocument(tag, indented) is not { } body)
            return Fault($"the line \"{tag}\" that ends this text is missing", start);
        return quote == '\'' ? new Expression.Text(start, body) : Double(body, start);
    }
}
