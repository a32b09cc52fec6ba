namespace Amavis.Configuration.Importing.Syntax;

/// <summary>Variables and what is taken out of them.</summary>
internal sealed partial class PerlParser
{
    /// <summary>How many subscripts may follow each other.</summary>
    private const int MaxSubscripts = 20;

    private Expression? Variable()
    {
        var start = _cursor.At;
        var sigil = _cursor.Current;
        _cursor.At++;
        if (sigil == '$' && _cursor.Current == '#')
            return Fault("the last index of a list is not evaluated", start);
        if (_cursor.Current == '{')
            return Braced(start, sigil);
        if (_cursor.Current == '$' && (Cursor.IsWordStart(_cursor.Peek(1)) || _cursor.Peek(1) is '$' or '{'))
            return ++_depth > ImportLimits.Nesting ? Fault("nested too deeply") : Variable() is { } reference ? new Expression.Dereference(start, sigil, reference) : null;
        var name = _cursor.TakeWord();
        if (name.Length == 0 && sigil == '$')
            name = SpecialName();
        if (name.Length == 0)
            return Expected($"the name of a variable after \"{sigil}\"");
        if (sigil == '&')
            return Called(start, name);
        return new Expression.Variable(start, sigil, Plain(name));
    }

    /// <summary><c>&amp;CC_VIRUS</c> is the constant; arguments of other calls are of no use here.</summary>
    private Expression.Variable? Called(int start, string name)
    {
        if (_cursor.Current == '(' && Bracketed(')') is null)
            return null;
        return new Expression.Variable(start, '&', name);
    }

    private static string Plain(string name) =>
        name.StartsWith(Namespace + "::", StringComparison.Ordinal) ? name[(Namespace.Length + 2)..] : name.StartsWith("main::", StringComparison.Ordinal) ? name[6..] : name;

    /// <summary><c>$0</c>, <c>$1</c>, <c>$!</c>, <c>$@</c>, …</summary>
    private string SpecialName()
    {
        if (char.IsAsciiDigit(_cursor.Current) || "!@&/\\;,|^0".Contains(_cursor.Current))
            return _cursor.Text[_cursor.At++].ToString();
        return "";
    }

    /// <summary><c>${name}</c>, <c>@{$reference}</c>.</summary>
    private Expression? Braced(int start, char sigil)
    {
        _cursor.At++;
        _cursor.SkipSpace();
        var word = _cursor.PeekWord();
        var after = _cursor.At + word.Length;
        while (after < _cursor.Text.Length && _cursor.Text[after] is ' ' or '\t')
            after++;
        if (word.Length > 0 && after < _cursor.Text.Length && _cursor.Text[after] == '}')
        {
            _cursor.At = after + 1;
            return new Expression.Variable(start, sigil, Plain(word));
        }
        if (Low() is not { } reference)
            return null;
        _cursor.SkipSpace();
        return _cursor.Take('}') ? new Expression.Dereference(start, sigil, reference) : Expected("\"}\"");
    }

    /// <summary>Subscripts, arrows and slices behind a term.</summary>
    private Expression? Subscripts(Expression term)
    {
        for (var count = 0; ; count++)
        {
            if (count > MaxSubscripts)
                return Fault("too many subscripts");
            var next = Subscript(term, out var known);
            if (!known)
                return term;
            if (next is null)
                return null;
            term = next;
        }
    }

    /// <param name="known">Something followed; the result is null when it was faulty.</param>
    private Expression? Subscript(Expression term, out bool known)
    {
        var spaced = _cursor.At;
        known = true;
        while (_cursor.Current is ' ' or '\t')
            _cursor.At++;
        var canFollow = term is Expression.Variable { Sigil: '$' or '@' } or Expression.Element or Expression.Dereference { Sigil: '$' or '@' };
        if ((canFollow && _cursor.Current is '{' or '[') || (term is Expression.List && _cursor.Current == '['))
            return KeyOf(term);
        _cursor.At = spaced;
        if (!IsArrowNext())
        {
            known = false;
            return null;
        }
        _cursor.SkipSpace();
        _cursor.At += 2;
        _cursor.SkipSpace();
        return _cursor.Current switch
        {
            '{' or '[' => Arrow(term),
            '@' when _cursor.Peek(1) == '*' => Star('@'),
            '%' when _cursor.Peek(1) == '*' => Star('%'),
            _ => Fault("calls of methods and code are not evaluated"),
        };

        Expression Star(char sigil)
        {
            _cursor.At += 2;
            return new Expression.Dereference(term.At, sigil, term);
        }
    }

    /// <summary>An arrow, perhaps on the next line.</summary>
    private bool IsArrowNext()
    {
        var at = _cursor.At;
        while (at < _cursor.Text.Length && char.IsWhiteSpace(_cursor.Text[at]))
            at++;
        return string.CompareOrdinal(_cursor.Text, at, "->", 0, 2) == 0;
    }

    private Expression? KeyOf(Expression term)
    {
        var isHash = _cursor.Current == '{';
        if (Key() is not { } key)
            return null;
        var sigil = isHash ? '%' : '@';
        return term switch
        {
            Expression.Variable { Sigil: '$' } scalar => new Expression.Element(term.At, scalar with { Sigil = sigil }, key, isHash),
            Expression.Dereference { Sigil: '$' } link => new Expression.Element(term.At, link with { Sigil = sigil }, key, isHash),
            Expression.Variable { Sigil: '@' } list => new Expression.Slice(term.At, list with { Sigil = sigil }, key, isHash),
            Expression.Dereference { Sigil: '@' } link => new Expression.Slice(term.At, link with { Sigil = sigil }, key, isHash),
            Expression.Element => new Expression.Element(term.At, new Expression.Dereference(term.At, sigil, term), key, isHash),
            _ => new Expression.Slice(term.At, term, key, isHash),
        };
    }

    private Expression.Element? Arrow(Expression term)
    {
        var isHash = _cursor.Current == '{';
        return Key() is { } key ? new Expression.Element(term.At, new Expression.Dereference(term.At, isHash ? '%' : '@', term), key, isHash) : null;
    }

    /// <summary>What stands in a subscript; a word alone in braces is a text.</summary>
    private Expression? Key()
    {
        var isHash = _cursor.Current == '{';
        var open = _cursor.At++;
        _cursor.SkipSpace();
        var start = _cursor.At;
        var dash = isHash && _cursor.Current == '-' && Cursor.IsWordStart(_cursor.Peek(1));
        if (dash)
            _cursor.At++;
        var word = isHash ? _cursor.TakeWord() : "";
        if (word.Length > 0)
        {
            _cursor.SkipSpace();
            if (_cursor.Take('}'))
                return new Expression.Text(start, (dash ? "-" : "") + word);
        }
        _cursor.At = start;
        if (++_depth > ImportLimits.Nesting)
            return Fault("nested too deeply", open);
        if (Low() is not { } key)
            return null;
        _depth--;
        _cursor.SkipSpace();
        return _cursor.Take(isHash ? '}' : ']') ? key : Expected(isHash ? "\"}\"" : "\"]\"");
    }
}
