namespace Amavis.Configuration.Importing.Syntax;

/// <summary>Expressions, from the operators that bind least to those that bind most.</summary>
internal sealed partial class PerlParser
{
    /// <summary>Left-associative operators by precedence; longer ones stand before those they begin with.</summary>
    private static readonly string[][] Levels =
    [
        ["||", "//"],
        ["&&"],
        ["|"],
        ["&"],
        ["<=>", "==", "!=", "eq", "ne", "cmp"],
        ["<=", ">=", "<", ">", "lt", "gt", "le", "ge"],
        ["<<", ">>"],
        ["+", "-", "."],
        ["*", "/", "%", "x"],
        ["=~", "!~"],
    ];

    /// <summary>Arguments of <c>lc</c>, <c>defined</c> and the like bind more than comparisons.</summary>
    private const int NamedUnaryLevel = 6;

    private static readonly string[] AssignOperators = ["**=", "||=", "&&=", "//=", "<<=", ">>=", "+=", "-=", "*=", "/=", ".=", "%=", "x=", "|=", "&=", "="];

    /// <summary><c>or</c>, <c>and</c>, <c>not</c>: the whole of a statement.</summary>
    /// <param name="begun">What was read of it already; null: nothing.</param>
    private Expression? Low(Expression? begun = null)
    {
        var start = begun?.At ?? _cursor.At;
        if (LowAnd(begun) is not { } first)
            return null;
        var rest = new List<(string, Expression)>();
        while (true)
        {
            _cursor.SkipSpace();
            if (_cursor.PeekWord() is not ("or" or "xor"))
                return rest.Count == 0 ? first : new Expression.Chain(start, first, rest);
            var word = _cursor.TakeWord();
            _cursor.SkipSpace();
            if (LowAnd() is not { } next)
                return null;
            rest.Add((word, next));
        }
    }

    private Expression? LowAnd(Expression? begun = null)
    {
        var start = begun?.At ?? _cursor.At;
        if ((begun ?? LowNot()) is not { } first)
            return null;
        var rest = new List<(string, Expression)>();
        while (true)
        {
            _cursor.SkipSpace();
            if (_cursor.PeekWord() != "and")
                return rest.Count == 0 ? first : new Expression.Chain(start, first, rest);
            _cursor.TakeWord();
            _cursor.SkipSpace();
            if (LowNot() is not { } next)
                return null;
            rest.Add(("and", next));
        }
    }

    private Expression? LowNot()
    {
        _cursor.SkipSpace();
        var start = _cursor.At;
        var negations = 0;
        while (_cursor.PeekWord() == "not")
        {
            _cursor.TakeWord();
            _cursor.SkipSpace();
            negations++;
        }
        var expression = Comma();
        if (expression is null || negations == 0)
            return expression;
        return new Expression.Unary(start, negations % 2 == 1 ? '!' : '?', expression);
    }

    /// <summary>One expression, or several parted by commas.</summary>
    private Expression? Comma()
    {
        var start = _cursor.At;
        if (Items(start) is not { } items)
            return null;
        return items is { Items: [{ IsKey: false, Comments.IsEmpty: true } only], Closing.Count: 0 } && !_tookComma ? only.Value : items;
    }

    private bool _tookComma;

    /// <summary>Elements parted by commas, up to something that is no element. Comments go to the element they stand at.</summary>
    private Expression.List? Items(int start)
    {
        var items = new List<ListItem>();
        var opening = new List<Comment>();
        _cursor.SkipSpace();
        var comments = _cursor.TakeComments();
        opening.AddRange(comments.TakeWhile(c => c.SameLine));
        var leading = comments.Skip(opening.Count).ToList();
        _tookComma = false;
        var comma = false;
        while (!IsListEnd())
        {
            if (Assignment() is not { } value)
                return null;
            _cursor.SkipSpace();
            var isKey = _cursor.StartsWith("=>");
            comma = isKey ? _cursor.Take("=>") : _cursor.Current == ',' && _cursor.Take(',');
            while (comma && SkipFurtherCommas())
            {
            }
            var after = _cursor.TakeComments();
            var trailing = after.TakeWhile(c => c.SameLine).ToList();
            items.Add(new ListItem(value, new CommentSet { Leading = leading, Trailing = trailing }, isKey));
            leading = after.Skip(trailing.Count).ToList();
            if (!comma)
                break;
        }
        _tookComma = comma || items.Count > 1;
        return new Expression.List(start, items, opening, leading);
    }

    private bool SkipFurtherCommas()
    {
        _cursor.SkipSpace();
        return _cursor.Current == ',' && _cursor.Take(',');
    }

    private bool IsListEnd() => _cursor.AtEnd || _cursor.Current is ')' or ']' or '}' or ';'
        || _cursor.PeekWord() is "or" or "and" or "if" or "unless" or "for" or "foreach" or "while" or "until" or "xor" && !IsFatCommaAfterWord();

    private bool IsFatCommaAfterWord()
    {
        var at = _cursor.At + _cursor.PeekWord().Length;
        while (at < _cursor.Text.Length && char.IsWhiteSpace(_cursor.Text[at]))
            at++;
        return string.CompareOrdinal(_cursor.Text, at, "=>", 0, 2) == 0;
    }

    private Expression? Assignment()
    {
        if (++_depth > ImportLimits.Nesting)
            return Fault("nested too deeply");
        var start = _cursor.At;
        var expression = Ternary();
        _cursor.SkipSpace();
        if (expression is not null && TakeAssign() is { } name)
        {
            _cursor.SkipSpace();
            expression = Assignment() is { } value ? new Expression.Assign(start, expression, name, value) : null;
        }
        _depth--;
        return expression;
    }

    /// <summary>The operator before the equals sign; null: no assignment.</summary>
    private string? TakeAssign()
    {
        if (_cursor.Current is '=' && _cursor.Peek(1) is '=' or '>' or '~')
            return null;
        foreach (var name in AssignOperators)
        {
            if (_cursor.StartsWith(name) && (name[0] != 'x' || _cursor.Peek(2) is not '>'))
            {
                _cursor.At += name.Length;
                return name[..^1];
            }
        }
        return null;
    }

    private Expression? Ternary()
    {
        var start = _cursor.At;
        if (RangeOf() is not { } condition)
            return null;
        _cursor.SkipSpace();
        if (!_cursor.Take('?'))
            return condition;
        _cursor.SkipSpace();
        if (Assignment() is not { } then)
            return null;
        _cursor.SkipSpace();
        if (!_cursor.Take(':'))
            return Expected("\":\"");
        _cursor.SkipSpace();
        return Assignment() is { } otherwise ? new Expression.Conditional(start, condition, then, otherwise) : null;
    }

    private Expression? RangeOf()
    {
        var start = _cursor.At;
        if (Binary(0) is not { } first)
            return null;
        _cursor.SkipSpace();
        if (!_cursor.StartsWith("..") || _cursor.StartsWith("..."))
            return first;
        _cursor.At += 2;
        _cursor.SkipSpace();
        return Binary(0) is { } last ? new Expression.Range(start, first, last) : null;
    }

    private Expression? Binary(int level)
    {
        if (level == Levels.Length)
            return Prefixed();
        var start = _cursor.At;
        if (Binary(level + 1) is not { } first)
            return null;
        List<(string, Expression)>? rest = null;
        while (TakeOperator(level) is { } name)
        {
            _cursor.SkipSpace();
            if (Binary(level + 1) is not { } next)
                return null;
            (rest ??= []).Add((name, next));
        }
        return rest is null ? first : new Expression.Chain(start, first, rest);
    }

    private string? TakeOperator(int level)
    {
        _cursor.SkipSpace();
        foreach (var name in Levels[level])
        {
            if (!_cursor.StartsWith(name) || !IsWholeOperator(name))
                continue;
            _cursor.At += name.Length;
            return name;
        }
        return null;
    }

    /// <summary>Whether the operator is not the beginning of a longer one, or of a word.</summary>
    private bool IsWholeOperator(string name)
    {
        var next = _cursor.Peek(name.Length);
        if (char.IsAsciiLetter(name[0]))
            return !Cursor.IsWordPart(next) && next != '=' && !IsFatCommaAfterWord() || (name == "x" && char.IsAsciiDigit(next));
        return name switch
        {
            "." => next is not ('.' or '='),
            "+" or "-" => next != '=' && next != name[0] && !(name == "-" && next == '>'),
            "*" => next is not ('*' or '='),
            "|" or "&" => next != '=' && next != name[0],
            "||" or "&&" or "//" or "%" or "<<" or ">>" => next != '=',
            "/" => next is not ('=' or '/'),
            "<" or ">" => next != name[0],
            "==" => true,
            _ => true,
        };
    }

    /// <summary>What has an operator before it.</summary>
    private Expression? Prefixed()
    {
        if (++_depth > ImportLimits.Nesting)
            return Fault("nested too deeply");
        _cursor.SkipSpace();
        var start = _cursor.At;
        var expression = _cursor.Current switch
        {
            '!' when _cursor.Peek(1) != '~' => Unary('!'),
            '\\' => Referenced(),
            '-' when Cursor.IsWordStart(_cursor.Peek(1)) => Dashed(),
            '-' when _cursor.Peek(1) != '-' => Unary('-'),
            '+' when _cursor.Peek(1) != '+' => Unary('+'),
            '~' => Unary('~'),
            _ => Term(),
        };
        _depth--;
        return expression;

        Expression? Unary(char name)
        {
            _cursor.At++;
            _cursor.SkipSpace();
            return Prefixed() is { } operand ? new Expression.Unary(start, name, operand) : null;
        }
    }

    private Expression.ReferenceTo? Referenced()
    {
        var start = _cursor.At++;
        _cursor.SkipSpace();
        return Prefixed() is { } of ? new Expression.ReferenceTo(start, of) : null;
    }

    /// <summary>A file test, a dashed word, or the negative of a constant.</summary>
    private Expression? Dashed()
    {
        var start = _cursor.At++;
        var word = _cursor.PeekWord();
        if (word.Length == 1 && "edfrwxszl".Contains(word[0]) && !IsFatCommaAfterWord())
        {
            _cursor.At++;
            _cursor.SkipSpace();
            return Prefixed() is { } file ? new Expression.FileTest(start, word[0], file) : null;
        }
        if (IsFatCommaAfterWord() || _cursor.Peek(word.Length) == '}')
        {
            _cursor.TakeWord();
            return new Expression.Text(start, "-" + word);
        }
        return Prefixed() is { } operand ? new Expression.Unary(start, '-', operand) : null;
    }
}
