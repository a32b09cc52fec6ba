using System.Text;

namespace Amavis.Core.Templates;

/// <summary>Takes a template apart into tokens, the longest first. Any text has tokens; linear in time.</summary>
internal sealed class TemplateLexer(string template)
{
    /// <summary>Characters between the parentheses of <c>_NAME(…)_</c>; more is plain text.</summary>
    private const int MaxUnderscoreArgument = 256;

    private readonly List<TemplateToken> _tokens = [];
    private readonly StringBuilder _text = new();
    private int _textStart;
    private int _at;

    public static List<TemplateToken> Read(string template) => new TemplateLexer(template).Run();

    private List<TemplateToken> Run()
    {
        while (_at < template.Length)
        {
            switch (template[_at])
            {
                case '\n':
                    Token(TokenKind.Newline, "\n", 1);
                    break;
                case '\r' when Next == '\n':
                    Token(TokenKind.Newline, "\n", 2);
                    break;
                case '#':
                    Token(TokenKind.Hash, "#", 1);
                    break;
                case '|':
                    Token(TokenKind.Separator, "|", 1);
                    break;
                case ']':
                    Token(TokenKind.Close, "]", 1);
                    break;
                case '"' when Next == ']':
                    Token(TokenKind.QuoteClose, "\"]", 2);
                    break;
                case '[':
                    Opening();
                    break;
                case '%':
                    Percent();
                    break;
                case '\\':
                    Escape();
                    break;
                case '_':
                    Underscore();
                    break;
                default:
                    Text(template[_at], 1);
                    break;
            }
        }
        EndText();
        return _tokens;
    }

    private char Next => At(1);

    private char At(int ahead) => _at + ahead < template.Length ? template[_at + ahead] : '\0';

    private void Token(TokenKind kind, string text, int length, string? argument = null)
    {
        EndText();
        _tokens.Add(new TemplateToken(kind, text, _at, argument));
        _at += length;
    }

    private void Text(char character, int length)
    {
        if (_text.Length == 0)
            _textStart = _at;
        _text.Append(character);
        _at += length;
    }

    private void EndText()
    {
        if (_text.Length == 0)
            return;
        _tokens.Add(new TemplateToken(TokenKind.Text, _text.ToString(), _textStart));
        _text.Clear();
    }

    private void Opening()
    {
        var (kind, text) = Next switch
        {
            '?' => (TokenKind.Selector, "[?"),
            '~' => (TokenKind.Match, "[~"),
            '@' => (TokenKind.ActiveCall, "[@"),
            ':' => (TokenKind.Call, "[:"),
            '=' => (TokenKind.Definition, "[="),
            '"' => (TokenKind.QuoteOpen, "[\""),
            _ => (TokenKind.Iterator, "["),
        };
        Token(kind, text, text.Length);
    }

    private void Percent()
    {
        if (Next == '%')
        {
            Text('%', 2);
            return;
        }
        var counts = Next == '#' && _at + 2 < template.Length;
        var start = _at + (counts ? 2 : 1);
        if (start >= template.Length)
        {
            Text('%', 1);
            return;
        }
        var length = char.IsSurrogatePair(template, start) ? 2 : 1;
        Token(counts ? TokenKind.Count : TokenKind.Macro, template.Substring(start, length), start + length - _at);
    }

    private void Escape()
    {
        switch (Next)
        {
            case '\0' when _at + 1 >= template.Length:
                Text('\\', 1);
                return;
            case '\n' or '_':
                _at += 2;
                return;
            case '\r' when At(2) == '\n':
                _at += 3;
                return;
            case >= '0' and <= '3' when At(2) is >= '0' and <= '7' && At(3) is >= '0' and <= '7':
                Text((char)(((Next - '0') * 64) + ((At(2) - '0') * 8) + (At(3) - '0')), 4);
                return;
            default:
                Text(Escaped(Next), 2);
                return;
        }
    }

    private static char Escaped(char letter) => letter switch
    {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'f' => '\f',
        'b' => '\b',
        'e' => '\x1b',
        'a' => '\a',
        _ => letter,
    };

    private void Underscore()
    {
        var end = _at + 1;
        while (end < template.Length && char.IsAsciiLetterUpper(template[end]))
            end++;
        var name = template[(_at + 1)..end];
        if (name.Length > 0 && end < template.Length && template[end] == '_')
        {
            Token(TokenKind.Underscore, name, end + 1 - _at);
            return;
        }
        if (name.Length > 0 && end < template.Length && template[end] == '(')
        {
            var rest = template.AsSpan(end + 1);
            var close = rest[..Math.Min(rest.Length, MaxUnderscoreArgument + 1)].IndexOf(')');
            if (close >= 0 && close + 1 < rest.Length && rest[close + 1] == '_')
            {
                Token(TokenKind.Underscore, name, end + 1 + close + 2 - _at, rest[..close].ToString());
                return;
            }
        }
        Text('_', 1);
    }
}
