using System.Globalization;

namespace Amavis.Configuration.Importing.Syntax;

/// <summary>Terms: values, variables, lists, calls.</summary>
internal sealed partial class PerlParser
{
    private static readonly HashSet<string> NamedUnary =
    [
        "lc", "uc", "lcfirst", "ucfirst", "length", "defined", "ref", "scalar", "chr", "ord", "keys", "values", "delete", "exists", "chomp", "chop",
        "undef", "int", "abs", "hex", "oct", "quotemeta", "umask", "require", "rand", "exit", "caller", "each", "shift", "pop", "chdir", "rmdir", "stat", "sleep",
    ];

    private static readonly HashSet<string> ListCalls =
    [
        "push", "unshift", "splice", "join", "split", "sprintf", "pack", "unpack", "reverse", "die", "warn", "print", "printf", "return", "dkim_key",
        "include_config_files", "include_optional_config_files", "read_l10n_templates", "read_hash", "read_array", "read_cidr", "read_text", "new_RE",
        "open", "close", "system", "exec", "unlink", "mkdir", "opendir", "readdir", "bless", "local", "index", "substr", "eval",
    ];

    private Expression? Term()
    {
        if (Primary() is not { } term)
            return null;
        return Subscripts(term);
    }

    private Expression? Primary()
    {
        _cursor.SkipSpace();
        var c = _cursor.Current;
        switch (c)
        {
            case '\0' when _cursor.AtEnd:
                return Expected("a value");
            case '\'' or '"' or '`':
                return Quoted();
            case '$' or '@' or '%' or '&':
                return Variable();
            case '(':
                return Group();
            case '[':
                return Bracketed(']') is { } items ? new Expression.AnonymousArray(items.At, items) : null;
            case '{':
                return Bracketed('}') is { } pairs ? new Expression.AnonymousHash(pairs.At, pairs) : null;
            case '<' when _cursor.Peek(1) == '<' && (_cursor.Peek(2) is '"' or '\'' or '~' || Cursor.IsWordStart(_cursor.Peek(2))):
                return HereDocument();
            case '<':
                return Fault("reading from files and file name patterns are not evaluated");
            case '/':
                return Match(_cursor.At);
        }
        if (char.IsAsciiDigit(c) || (c == '.' && char.IsAsciiDigit(_cursor.Peek(1))))
            return Number();
        return Cursor.IsWordStart(c) ? Word() : Expected("a value");
    }

    /// <summary>A list in round brackets, or a condition with <c>and</c>, <c>or</c>, <c>not</c>.</summary>
    private Expression? Group()
    {
        var start = _cursor.At++;
        if (++_depth > ImportLimits.Nesting)
            return Fault("nested too deeply", start);
        _cursor.SkipSpace();
        Expression? inside = _cursor.PeekWord() == "not" && !IsFatCommaAfterWord() ? LowNot() : Items(start);
        if (inside is null)
            return null;
        _cursor.SkipSpace();
        if (_cursor.PeekWord() is "or" or "and" or "xor" && (inside = Low(inside)) is null)
            return null;
        if (_cursor.Take(')'))
        {
            _depth--;
            return inside as Expression.List ?? new Expression.List(start, [new ListItem(inside, CommentSet.None)], [], []);
        }
        return _cursor.AtEnd ? Fault("\"(\" has no \")\"", start) : Expected("\",\" or \")\"");
    }

    /// <summary>A list in brackets.</summary>
    private Expression.List? Bracketed(char close)
    {
        var start = _cursor.At++;
        if (++_depth > ImportLimits.Nesting)
        {
            Fault("nested too deeply", start);
            return null;
        }
        if (Items(start) is not { } items)
            return null;
        if (_cursor.Take(close))
        {
            _depth--;
            return items;
        }
        if (_cursor.AtEnd)
            Fault($"\"{_source.Text[start]}\" has no \"{close}\"", start);
        else
            Expected($"\",\" or \"{close}\"");
        return null;
    }

    private Expression? Number()
    {
        var (start, text) = (_cursor.At, _cursor.Text);
        if (_cursor.Current == '0' && _cursor.Peek(1) is 'x' or 'X' or 'b' or 'B' or '_' || (_cursor.Current == '0' && char.IsAsciiDigit(_cursor.Peek(1))))
            return Radix(start);
        var at = start;
        while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '_'))
            at++;
        // Two dots are a range.
        if (at < text.Length && text[at] == '.' && (at + 1 >= text.Length || text[at + 1] != '.') && (at + 1 >= text.Length || !Cursor.IsWordStart(text[at + 1]) || text[at + 1] is 'e' or 'E'))
        {
            at++;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '_'))
                at++;
        }
        if (at + 1 < text.Length && text[at] is 'e' or 'E' && (char.IsAsciiDigit(text[at + 1]) || (text[at + 1] is '-' or '+' && at + 2 < text.Length && char.IsAsciiDigit(text[at + 2]))))
        {
            at += 2;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
        }
        var digits = text[start..at].Replace("_", "", StringComparison.Ordinal);
        _cursor.At = at;
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out var value) || !double.IsFinite(value))
            return Fault($"\"{_source.Shown(start, at)}\" is no number", start);
        return new Expression.Number(start, value, digits is [>= '0' and <= '9', .., >= '0' and <= '9'] or [>= '0' and <= '9'] && !digits.AsSpan().ContainsAny('e', 'E') ? digits : null);
    }

    /// <summary>Hexadecimal, binary, and octal by a leading zero.</summary>
    private Expression? Radix(int start)
    {
        var bits = char.ToLowerInvariant(_cursor.Peek(1)) switch { 'x' => 4, 'b' => 1, _ => 3 };
        _cursor.At += bits == 3 ? 1 : 2;
        var value = 0.0;
        for (; char.IsAsciiHexDigit(_cursor.Current) || _cursor.Current == '_'; _cursor.At++)
        {
            if (_cursor.Current == '_')
                continue;
            var digit = Convert.ToInt32(_cursor.Current.ToString(), 16);
            if (digit >= 1 << bits)
                return Fault($"\"{_cursor.Current}\" is no digit of this number");
            value = value * (1 << bits) + digit;
        }
        return double.IsFinite(value) ? new Expression.Number(start, value, null) : Fault("a number is too large", start);
    }

    private Expression? Word()
    {
        var start = _cursor.At;
        if (IsFatCommaAfterWord())
            return new Expression.Text(start, _cursor.TakeWord());
        var word = _cursor.TakeWord();
        switch (word)
        {
            case "q" or "qq" or "qw" or "qr" or "m" or "s" or "y" or "tr" when QuoteLike(word, start, out var quoted):
                return quoted;
            case "sub":
                return Code(start);
            case "do":
                return Do(start);
            case "my" or "our" or "local" or "state":
                _cursor.SkipSpace();
                return Term() is { } declared ? new Expression.Declaration(start, declared) : null;
            case "map" or "grep" or "sort":
                return WithBody(word, start);
        }
        var spaced = _cursor.At;
        _cursor.SkipSpace();
        if (_cursor.Current == '(')
            return Bracketed(')') is { } arguments ? new Expression.Call(start, word, arguments, null) : null;
        if (NamedUnary.Contains(word))
            return UnaryCall(word, start);
        if (ListCalls.Contains(word))
            return Items(start) is { } items ? new Expression.Call(start, word, items, null) : null;
        _cursor.At = spaced;
        return new Expression.Word(start, word);
    }

    private Expression.Call? UnaryCall(string word, int start)
    {
        if (IsListEnd() || (word == "undef" && _cursor.Current is not ('$' or '@' or '%')) || _cursor.Current is ',' or '=' or '?' or ':' or '.' or '|' or '*' || (_cursor.Current is '<' or '>' or '!' && _cursor.Peek(1) == '='))
            return new Expression.Call(start, word, new Expression.List(start, [], [], []), null);
        return Binary(NamedUnaryLevel) is { } operand
            ? new Expression.Call(start, word, new Expression.List(start, [new ListItem(operand, CommentSet.None)], [], []), null)
            : null;
    }

    /// <summary><c>map</c> and its kind, with a block or an expression first.</summary>
    private Expression? WithBody(string word, int start)
    {
        _cursor.SkipSpace();
        var bracketed = _cursor.Take('(');
        _cursor.SkipSpace();
        Expression? body = null;
        if (_cursor.Current == '{')
        {
            body = Bracketed('}');
            if (body is null)
                return null;
            _cursor.SkipSpace();
            _cursor.Take(',');
        }
        else if (word != "sort")
        {
            if ((body = Assignment()) is null)
                return null;
            _cursor.SkipSpace();
            if (!_cursor.Take(','))
                return Expected("\",\"");
        }
        if (Items(start) is not { } list)
            return null;
        if (bracketed && !_cursor.Take(')'))
            return Expected("\")\"");
        return new Expression.Call(start, word, list, body);
    }

    private Expression? Code(int start)
    {
        _cursor.SkipSpace();
        var open = _cursor.At;
        if (_cursor.Current != '{' || !BlockEnd.TrySkip(_cursor))
            return Fault("the end of this code can't be found", open);
        _cursor.TakeComments();
        return new Expression.Code(start, _source.Text[open.._cursor.At]);
    }

    /// <summary><c>do FILE</c>; <c>do BLOCK</c> is code.</summary>
    private Expression? Do(int start)
    {
        _cursor.SkipSpace();
        if (_cursor.Current == '{')
            return Code(start) is null ? null : new Expression.Unsupported(start, "code in a value is not evaluated");
        return Prefixed() is { } file
            ? new Expression.Call(start, "do", new Expression.List(start, [new ListItem(file, CommentSet.None)], [], []), null)
            : null;
    }
}
