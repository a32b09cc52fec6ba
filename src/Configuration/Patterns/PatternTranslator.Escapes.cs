using System.Buffers;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Amavis.Configuration.Patterns;

/// <summary>Escapes and bracketed classes.</summary>
internal sealed partial class PatternTranslator
{
    private static readonly SearchValues<char> PosixLetters = SearchValues.Create("^abcdefghijklmnopqrstuvwxyz");

    private const string Vertical = @"\n\v\f\r\u0085\u2028\u2029";
    private const string Horizontal = @"\t\p{Zs}";

    private static readonly Dictionary<string, string> PosixClasses = new()
    {
        ["alpha"] = "a-zA-Z",
        ["digit"] = "0-9",
        ["alnum"] = "a-zA-Z0-9",
        ["upper"] = "A-Z",
        ["lower"] = "a-z",
        ["space"] = @"\s",
        ["blank"] = @" \t",
        ["punct"] = @"!-/:-@\[-`{-~",
        ["cntrl"] = @"\x00-\x1f\x7f",
        ["graph"] = "!-~",
        ["print"] = " -~",
        ["xdigit"] = "0-9a-fA-F",
        ["word"] = @"\w",
        ["^space"] = @"\S",
        ["^digit"] = @"\D",
        ["^word"] = @"\W",
    };

    private void Escape()
    {
        switch (Next(1))
        {
            case '\0':
                Refuse("ends in a single backslash");
                break;
            case 'h':
                Atom($"[{Horizontal}]", 2);
                break;
            case 'H':
                Atom($"[^{Horizontal}]", 2);
                break;
            case 'v':
                Atom($"[{Vertical}]", 2);
                break;
            case 'V':
                Atom($"[^{Vertical}]", 2);
                break;
            case 'R':
                Atom($@"(?:\r\n|[{Vertical}])", 2);
                break;
            case 'N' when Next(2) != '{':
                Atom(@"[^\n]", 2);
                break;
            case 'Q':
                Quoted();
                break;
            case 'E':
                _at += 2;
                break;
            case 'g' or 'k':
                Reference();
                break;
            case 'K' or 'X' or 'C' or 'N' or 'l' or 'u' or 'L' or 'U':
                Refuse($"\\{Next(1)} is not supported");
                break;
            default:
                CommonEscape(inClass: false);
                break;
        }
    }

    /// <summary>Escapes that mean the same inside and outside of brackets.</summary>
    private void CommonEscape(bool inClass)
    {
        var kind = Next(1);
        _atomStart = inClass ? _atomStart : _text.Length;
        if (kind == 'x')
        {
            Hexadecimal(inClass);
        }
        else if (kind == 'o' && Next(2) == '{')
        {
            Braced(8, inClass);
        }
        else if (kind is 'p' or 'P' && Next(2) != '{')
        {
            _text.Append('\\').Append(kind).Append('{').Append(Next(2)).Append('}');
            _at += 3;
        }
        else if (kind == '_')
        {
            _text.Append('_');
            _at += 2;
        }
        else
        {
            Plain(Math.Min(2, _pattern.Length - _at));
        }
    }

    private void Hexadecimal(bool inClass)
    {
        if (Next(2) == '{')
        {
            Braced(16, inClass);
            return;
        }
        var digits = 0;
        while (digits < 2 && char.IsAsciiHexDigit(Next(2 + digits)))
            digits++;
        var value = digits == 0 ? 0 : int.Parse(_pattern.AsSpan(_at + 2, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        _text.Append(CodePoint(value, inClass));
        _at += 2 + digits;
    }

    private void Braced(int radix, bool inClass)
    {
        var end = _pattern.IndexOf('}', _at);
        var digits = end < 0 ? "" : _pattern[(_at + 3)..end];
        var value = Value(digits, radix);
        if (value is < 0 or > 0x10ffff or >= 0xd800 and <= 0xdfff || (inClass && value > 0xffff))
        {
            Refuse($"\\{Next(1)}{{{digits}}} is not supported");
            return;
        }
        _text.Append(CodePoint(value, inClass));
        _at = end + 1;
    }

    private static int Value(string digits, int radix)
    {
        var value = 0;
        foreach (var c in digits)
        {
            var digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix || value > 0x10ffff)
                return -1;
            value = value * radix + digit;
        }
        return digits.Length == 0 ? -1 : value;
    }

    private void Quoted()
    {
        var end = _pattern.IndexOf(@"\E", _at, StringComparison.Ordinal);
        var text = end < 0 ? _pattern[(_at + 2)..] : _pattern[(_at + 2)..end];
        foreach (var c in text)
            Atom(Regex.Escape(c.ToString()), 0);
        _at = end < 0 ? _pattern.Length : end + 2;
    }

    /// <summary><c>\g1</c>, <c>\g{-1}</c>, <c>\g{name}</c>, <c>\k{name}</c>, <c>\k'name'</c>.</summary>
    private void Reference()
    {
        var open = Next(2);
        var close = open switch { '{' => '}', '<' => '>', '\'' => '\'', _ => '\0' };
        var end = close == '\0' ? _at + 2 : _pattern.IndexOf(close, Math.Min(_at + 3, _pattern.Length));
        while (close == '\0' && end < _pattern.Length && (char.IsAsciiDigit(_pattern[end]) || (end == _at + 2 && _pattern[end] == '-')))
            end++;
        var name = end < 0 ? "" : _pattern[(close == '\0' ? _at + 2 : _at + 3)..end];
        if (name.Length == 0)
        {
            Refuse($"\\{Next(1)} refers to no group");
            return;
        }
        var consumed = (close == '\0' ? end : end + 1) - _at;
        if (!int.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            Atom($@"\k<{name}>", consumed);
        else
            Atom($@"(?:\{(number < 0 ? _captures + 1 + number : number)})", consumed);
    }

    private void Class()
    {
        _atomStart = _text.Length;
        Plain(Next(1) == '^' ? 2 : 1);
        for (var first = true; _fault is null; first = false)
        {
            switch (Next())
            {
                case '\0' when _at >= _pattern.Length:
                    Refuse("a class [… is not closed");
                    return;
                case ']' when !first:
                    Plain(1);
                    return;
                case ']':
                    _text.Append(@"\]");
                    _at++;
                    break;
                case '[' when Next(1) == ':' && PosixEnd() is var end and > 0:
                    Posix(end);
                    break;
                case '[':
                    // An unescaped bracket would subtract a class here.
                    _text.Append(@"\[");
                    _at++;
                    break;
                case '\\':
                    ClassEscape();
                    break;
                default:
                    Plain(1);
                    break;
            }
        }
    }

    private int PosixEnd()
    {
        var end = _pattern.IndexOf(":]", _at + 2, StringComparison.Ordinal);
        return end > 0 && !_pattern.AsSpan(_at + 2, end - _at - 2).ContainsAnyExcept(PosixLetters) ? end : -1;
    }

    private void Posix(int end)
    {
        var name = _pattern[(_at + 2)..end];
        if (PosixClasses.TryGetValue(name, out var members))
            _text.Append(members);
        else
            Refuse($"the class [:{name}:] is not supported");
        _at = end + 2;
    }

    private void ClassEscape()
    {
        switch (Next(1))
        {
            case '\0':
                Refuse("ends in a single backslash");
                break;
            case 'h':
                _text.Append(Horizontal);
                _at += 2;
                break;
            case 'v':
                _text.Append(Vertical);
                _at += 2;
                break;
            case 'H' or 'V' or 'N' or 'R' or 'X' or 'Q' or 'E' or 'l' or 'u' or 'L' or 'U':
                Refuse($"\\{Next(1)} is not supported inside [ ]");
                break;
            default:
                CommonEscape(inClass: true);
                break;
        }
    }
}
