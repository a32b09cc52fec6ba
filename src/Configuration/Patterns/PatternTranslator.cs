using System.Buffers;
using System.Globalization;
using System.Text;

namespace Amavis.Configuration.Patterns;

/// <param name="Fault">Why the pattern can't be used here; null: it can.</param>
internal sealed record Translation(string Text, string? Comment, string? Fault);

/// <summary>
/// Writes a Perl pattern in .NET's dialect. What both share passes unchanged; possessive quantifiers, POSIX classes and a few
/// escapes are rewritten; code, recursion and control verbs are refused.
/// </summary>
internal sealed partial class PatternTranslator
{
    private static readonly SearchValues<char> FlagLetters = SearchValues.Create("^imsxnadlup-");

    private readonly string _pattern;
    private readonly StringBuilder _text = new();
    private readonly List<string> _comments = [];
    private readonly Stack<(int Start, bool Extended)> _groups = [];

    private int _at;
    private int _atomStart = -1;
    private int _captures;
    private bool _extended;
    private string? _fault;

    private PatternTranslator(string pattern) => _pattern = pattern;

    public static Translation Translate(string pattern)
    {
        var translator = new PatternTranslator(pattern);
        while (translator._at < pattern.Length && translator._fault is null)
            translator.Step();
        var comment = translator._comments.Count == 0 ? null : string.Join(", ", translator._comments);
        return new Translation(translator._text.ToString(), comment, translator._fault);
    }

    private char Next(int offset = 0) => _at + offset < _pattern.Length ? _pattern[_at + offset] : '\0';

    private bool StartsWith(string text) => string.CompareOrdinal(_pattern, _at, text, 0, text.Length) == 0;

    private void Refuse(string what) => _fault ??= what;

    private void Atom(string text, int consumed)
    {
        _atomStart = _text.Length;
        _text.Append(text);
        _at += consumed;
    }

    private void Plain(int consumed)
    {
        _text.Append(_pattern, _at, consumed);
        _at += consumed;
    }

    private void Step()
    {
        switch (Next())
        {
            case '\\':
                Escape();
                break;
            case '[':
                Class();
                break;
            case '(':
                Open();
                break;
            case ')':
                Close();
                break;
            case '*' or '+' or '?':
                Quantifier(1);
                break;
            case '{':
                Brace();
                break;
            case '#' when _extended:
                var end = _pattern.IndexOf('\n', _at);
                _at = end < 0 ? _pattern.Length : end;
                break;
            case '|' or '^':
                _atomStart = -1;
                Plain(1);
                break;
            case ' ' or '\t' or '\n' when _extended:
                Plain(1);
                break;
            default:
                Atom(Next().ToString(), 1);
                break;
        }
    }

    private void Brace()
    {
        var end = _at + 1;
        while (end < _pattern.Length && (char.IsAsciiDigit(_pattern[end]) || _pattern[end] == ','))
            end++;
        if (end < _pattern.Length && _pattern[end] == '}' && char.IsAsciiDigit(Next(1)) && _pattern.AsSpan(_at, end - _at).Count(',') <= 1)
            Quantifier(end + 1 - _at);
        else
            Atom(@"\{", 1);
    }

    private void Quantifier(int length)
    {
        Plain(length);
        if (Next() == '?')
        {
            Plain(1);
        }
        else if (Next() == '+' && _atomStart >= 0)
        {
            // A possessive quantifier is an atomic group around what it repeats.
            _text.Insert(_atomStart, "(?>").Append(')');
            _at++;
        }
    }

    private void Close()
    {
        Plain(1);
        if (!_groups.TryPop(out var group))
            return;
        _atomStart = group.Start;
        _extended = group.Extended;
    }

    private void Open()
    {
        if (StartsWith("(?#"))
        {
            Comment();
            return;
        }
        if (StartsWith("(*"))
        {
            Refuse("control verbs (*…) are not supported");
            return;
        }
        _groups.Push((_text.Length, _extended));
        if (Next(1) != '?')
        {
            _captures++;
            Plain(1);
            _atomStart = -1;
            return;
        }
        Special();
        _atomStart = -1;
    }

    private void Comment()
    {
        var end = _pattern.IndexOf(')', _at);
        if (end < 0)
        {
            Refuse("a comment (?#… is not closed");
            return;
        }
        _comments.Add(_pattern[(_at + 3)..end].Trim());
        Plain(end + 1 - _at);
    }

    /// <summary>What follows <c>(?</c>.</summary>
    private void Special()
    {
        var kind = Next(2);
        if (kind == '{' || StartsWith("(??{"))
            Refuse("code in patterns is not supported");
        else if (kind == '|')
            Refuse("branch reset (?|…) is not supported");
        else if (kind is 'R' or '&' or '+' || char.IsAsciiDigit(kind) || StartsWith("(?P>") || (kind == '-' && char.IsAsciiDigit(Next(3))))
            Refuse("recursion is not supported");
        else if (StartsWith("(?(DEFINE)"))
            Refuse("(?(DEFINE)…) is not supported");
        else if (StartsWith("(?P="))
            NamedReference();
        else if (StartsWith("(?P<"))
            Named(skip: 1);
        else if (kind == '\'' || (kind == '<' && Next(3) is not ('=' or '!')))
            Named(skip: 0);
        else if (kind is ':' or '=' or '!' or '>' or '<' or '(')
            Plain(kind == '<' ? 4 : kind == '(' ? 2 : 3);
        else
            Flags();
    }

    private void Named(int skip)
    {
        _captures++;
        _text.Append("(?");
        _at += 2 + skip;
    }

    private void NamedReference()
    {
        _groups.Pop();
        var end = _pattern.IndexOf(')', _at);
        if (end < 0)
            Refuse("(?P=… is not closed");
        else
            Atom(@"\k<" + _pattern[(_at + 4)..end] + ">", end + 1 - _at);
    }

    /// <summary><c>(?i)</c>, <c>(?i-s:</c>, <c>(?^i:</c>; the flags of Perl's character sets have no meaning here and go.</summary>
    private void Flags()
    {
        var end = _at + 2;
        while (end < _pattern.Length && _pattern[end] is not (':' or ')'))
            end++;
        var flags = _pattern[(_at + 2)..end];
        if (end == _pattern.Length || flags.AsSpan().ContainsAnyExcept(FlagLetters))
        {
            Refuse($"\"(?{flags}\" is not understood");
            return;
        }
        var parts = flags.TrimStart('^').Split('-', 2);
        var on = Kept(parts[0]);
        var off = flags.StartsWith('^') ? string.Concat("imsx".Where(f => !on.Contains(f))) : parts.Length > 1 ? Kept(parts[1]) : "";
        var extended = on.Contains('x') || (_extended && !off.Contains('x'));
        _text.Append("(?").Append(on);
        if (off.Length > 0)
            _text.Append('-').Append(off);
        _text.Append(_pattern[end]);
        _at = end + 1;
        if (_pattern[end] == ')')
            _groups.Pop();
        if (on.Length + off.Length == 0 && _pattern[end] == ')')
            _text.Length -= 3;
        _extended = extended;
    }

    private static string Kept(string flags) => string.Concat(flags.Where(f => "imsxn".Contains(f)).Distinct());

    private static string CodePoint(int value, bool inClass) => value <= 0xffff
        ? string.Create(CultureInfo.InvariantCulture, $"\\u{value:x4}")
        : inClass ? "" : string.Concat("(?:", string.Concat(char.ConvertFromUtf32(value).Select(c => CodePoint(c, false))), ")");
}
