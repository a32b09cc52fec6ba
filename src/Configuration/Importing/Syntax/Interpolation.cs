using System.Globalization;
using System.Text;

namespace Amavis.Configuration.Importing.Syntax;

/// <summary>Reads texts in double quotes, and patterns: escapes, and the variables in them.</summary>
internal sealed class Interpolation
{
    private readonly string _content;
    private readonly int _offset;
    private readonly bool _isPattern;
    private readonly List<Expression> _parts = [];
    private readonly StringBuilder _text = new();
    private int _at;
    private string _fault = "";

    private Interpolation(string content, int offset, bool isPattern) => (_content, _offset, _isPattern) = (content, offset, isPattern);

    /// <param name="offset">Place in the file that faults and parts are given.</param>
    public static Expression? OfText(string content, int offset, out string fault) => new Interpolation(content, offset, false).Read(out fault);

    /// <summary>Escapes of a pattern stay for the pattern.</summary>
    public static Expression? OfPattern(string content, int offset, out string fault) => new Interpolation(content, offset, true).Read(out fault);

    private char Next(int ahead = 0) => _at + ahead < _content.Length ? _content[_at + ahead] : '\0';

    private Expression? Read(out string fault)
    {
        while (_at < _content.Length && _fault.Length == 0)
            Step();
        fault = _fault;
        if (fault.Length > 0)
            return null;
        if (_parts.Count == 0)
            return new Expression.Text(_offset, _text.ToString());
        Flush();
        return new Expression.Interpolated(_offset, _parts);
    }

    private void Flush()
    {
        if (_text.Length > 0)
            _parts.Add(new Expression.Text(_offset, _text.ToString()));
        _text.Clear();
    }

    private void Step()
    {
        var c = Next();
        if (c == '\\' && _isPattern)
        {
            _text.Append(_content, _at, Math.Min(2, _content.Length - _at));
            _at += 2;
        }
        else if (c == '\\')
        {
            Escape();
        }
        else if (c is '$' or '@' && BeginsVariable(c))
        {
            Variable(c);
        }
        else
        {
            _text.Append(c);
            _at++;
        }
    }

    private bool BeginsVariable(char sigil)
    {
        var next = Next(1);
        if (Cursor.IsWordStart(next))
            return true;
        if (next == '{')
            return !_isPattern || Cursor.IsWordStart(Next(2)) || Next(2) is '$' or '\\';
        // In a pattern, $ before anything else is the end of the text.
        return sigil == '$' && !_isPattern && (char.IsAsciiDigit(next) || next is '!' or '@' or '&' or '$' or '0');
    }

    private void Variable(char sigil)
    {
        _at++;
        string name;
        if (Next() == '{')
        {
            var end = _content.IndexOf('}', _at);
            name = end < 0 ? "" : _content[(_at + 1)..end].Trim();
            if (name.Length == 0 || !name.All(c => Cursor.IsWordPart(c) || c == ':'))
            {
                _fault = "only plain variables can be put into a text";
                return;
            }
            _at = end + 1;
        }
        else if (Cursor.IsWordStart(Next()))
        {
            name = TakeName();
        }
        else
        {
            name = Next().ToString();
            _at++;
        }
        name = name.StartsWith("Amavis::Conf::", StringComparison.Ordinal) ? name["Amavis::Conf::".Length..] : name;
        Expression part = new Expression.Variable(_offset, sigil, name);
        if (sigil == '$')
            part = Subscripts((Expression.Variable)part);
        Flush();
        if (_fault.Length == 0)
            _parts.Add(part);
    }

    private string TakeName()
    {
        var start = _at;
        while (Cursor.IsWordPart(Next()) || (Next() == ':' && Next(1) == ':' && Cursor.IsWordStart(Next(2))))
            _at += Next() == ':' ? 2 : 1;
        return _content[start.._at];
    }

    /// <summary><c>$h{k}</c>, <c>$a[0]</c>, <c>$r->{k}</c>. In a pattern a bracket begins a class.</summary>
    private Expression Subscripts(Expression.Variable scalar)
    {
        Expression part = scalar;
        for (var count = 0; count < 8 && _fault.Length == 0; count++)
        {
            var arrow = Next() == '-' && Next(1) == '>' && (Next(2) == '{' || (Next(2) == '[' && !_isPattern));
            var open = Next(arrow ? 2 : 0);
            if (open != '{' && (open != '[' || _isPattern || !IsIndex(arrow ? 3 : 1)))
                break;
            if (open == '{' && _isPattern && !arrow && (char.IsAsciiDigit(Next(1)) || Next(1) == ','))
                break;
            _at += arrow ? 3 : 1;
            var isHash = open == '{';
            if (Key(isHash ? '}' : ']') is not { } key)
                break;
            var container = !arrow && count == 0
                ? (Expression)(scalar with { Sigil = isHash ? '%' : '@' })
                : new Expression.Dereference(_offset, isHash ? '%' : '@', part);
            part = new Expression.Element(_offset, container, key, isHash);
        }
        return part;
    }

    private bool IsIndex(int ahead) => char.IsAsciiDigit(Next(ahead)) || Next(ahead) == '$' || (Next(ahead) == '-' && char.IsAsciiDigit(Next(ahead + 1)));

    private Expression? Key(char close)
    {
        var end = _content.IndexOf(close, _at);
        var text = end < 0 ? "" : _content[_at..end].Trim();
        _at = end < 0 ? _content.Length : end + 1;
        if (text.Length > 0 && text.All(c => Cursor.IsWordPart(c) || c == '-'))
            return close == ']' && long.TryParse(text, out var index) ? new Expression.Number(_offset, index, null) : new Expression.Text(_offset, text);
        if (text.Length > 2 && text[0] is '\'' or '"' && text[^1] == text[0] && !text[1..^1].AsSpan().ContainsAny("$@\\\"'"))
            return new Expression.Text(_offset, text[1..^1]);
        if (text.Length > 1 && text[0] == '$' && text.AsSpan(1).ContainsAnyExcept(WordCharacters) is false)
            return new Expression.Variable(_offset, '$', text[1..]);
        _fault = "only plain elements can be put into a text";
        return null;
    }

    private static readonly System.Buffers.SearchValues<char> WordCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    private void Escape()
    {
        var c = Next(1);
        _at += 2;
        switch (c)
        {
            case 'n':
                _text.Append('\n');
                break;
            case 't':
                _text.Append('\t');
                break;
            case 'r':
                _text.Append('\r');
                break;
            case 'f':
                _text.Append('\f');
                break;
            case 'a':
                _text.Append('\a');
                break;
            case 'b':
                _text.Append('\b');
                break;
            case 'e':
                _text.Append('\x1b');
                break;
            case >= '0' and <= '7':
                Digits(c - '0', 8, 2);
                break;
            case 'x':
                Hexadecimal();
                break;
            case 'l' or 'u' or 'L' or 'U' or 'Q' or 'E' or 'N' or 'c' or 'F':
                _fault = $"\\{c} in a text is not evaluated";
                break;
            case '\0' when _at > _content.Length:
                _text.Append('\\');
                break;
            default:
                _text.Append(c);
                break;
        }
    }

    private void Digits(int value, int radix, int most)
    {
        for (var i = 0; i < most && DigitOf(Next()) is var digit && digit < radix; i++, _at++)
            value = value * radix + digit;
        Append(value);
    }

    private static int DigitOf(char c) => char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : int.MaxValue;

    private void Hexadecimal()
    {
        if (Next() != '{')
        {
            Digits(0, 16, 2);
            return;
        }
        var end = _content.IndexOf('}', _at);
        var digits = end < 0 ? "" : _content[(_at + 1)..end].Trim();
        _at = end + 1;
        if (int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value))
            Append(value);
        else
            _fault = "\\x{…} holds no number";
    }

    private void Append(int value)
    {
        if (value is < 0 or > 0x10ffff or (>= 0xd800 and <= 0xdfff))
            _fault = $"\\x{{{value:x}}} is no character";
        else
            _text.Append(char.ConvertFromUtf32(value));
    }
}
