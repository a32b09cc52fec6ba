namespace Amavis.Configuration.Importing.Syntax;

/// <summary>Statements.</summary>
internal sealed partial class PerlParser
{
    private const string Namespace = "Amavis::Conf";

    /// <summary><c>use strict</c> and its kind; <c>use vars</c> declares variables.</summary>
    private Statement Use()
    {
        var start = _cursor.At;
        var isUse = _cursor.TakeWord() == "use";
        _cursor.SkipSpace();
        var module = _cursor.PeekWord();
        if (module == "vars" && isUse)
        {
            _cursor.TakeWord();
            _cursor.SkipSpace();
            if (Comma() is not { } names || !TakeEnd())
                return Recover(start);
            return new Statement.Run(start, _cursor.At, new Expression.Declaration(start, names));
        }
        SkipToSemicolon();
        return new Statement.Idle(start, _cursor.At, isUse && module == "strict");
    }

    private void SkipToSemicolon()
    {
        while (!_cursor.AtEnd && !_cursor.Take(';'))
        {
            if (_cursor.Current is '\'' or '"' && _cursor.TryDelimited(out _))
                continue;
            _cursor.At++;
        }
    }

    /// <summary>Another package than the configuration's holds code, up to where that package is taken up again.</summary>
    private Statement Package()
    {
        var start = _cursor.At;
        _cursor.TakeWord();
        _cursor.SkipSpace();
        var name = _cursor.TakeWord();
        if (name is Namespace or "main")
        {
            SkipToSemicolon();
            return new Statement.Idle(start, _cursor.At, false);
        }
        var again = _cursor.Text.IndexOf("\npackage " + Namespace, _cursor.At, StringComparison.Ordinal);
        _cursor.At = again < 0 ? _cursor.Text.Length : again;
        _cursor.TakeComments();
        var what = name == "Amavis::Custom" ? "hooks of one's own (package Amavis::Custom) are" : $"package {name} is";
        return new Statement.Refused(start, _cursor.At, $"{what} code and can't be taken over");
    }

    private Statement.Refused Subroutine() => RefusedBlock("subroutines are code and can't be taken over");

    private Statement? NamedBlock(string word)
    {
        if (word == "END")
            return RefusedBlock("what is run at the end of the process is code");
        _cursor.TakeWord();
        _cursor.SkipSpace();
        return Bare();
    }

    private Statement? Bare()
    {
        var start = _cursor.At;
        return Body(start) is { } body ? new Statement.Block(start, _cursor.At, body) : RefusedFrom(start);
    }

    /// <summary>Blocks that are being read.</summary>
    private int _open;

    /// <summary>The statements of a block in braces; null after a fault.</summary>
    private List<Statement>? Body(int blockStart)
    {
        _open++;
        var body = OpenBody(blockStart);
        _open--;
        return body;
    }

    private List<Statement>? OpenBody(int blockStart)
    {
        if (++_depth > ImportLimits.Nesting)
        {
            Fault("nested too deeply", blockStart);
            return null;
        }
        if (!_cursor.Take('{'))
        {
            Expected("\"{\"");
            return null;
        }
        var depth = _depth;
        var body = new List<Statement>();
        for (_cursor.SkipSpace(); !_cursor.Take('}'); _cursor.SkipSpace())
        {
            if (_cursor.Take(';'))
                continue;
            if (_cursor.AtEnd)
            {
                Fault("a block has no end", blockStart);
                return null;
            }
            var start = _cursor.At;
            var (leading, blank) = (_cursor.TakeComments(), _cursor.SawBlankLine);
            var statement = ReadStatement();
            _depth = depth;
            if (statement is null or Statement.Refused)
            {
                Fault(statement is Statement.Refused refused ? refused.Reason : "is not understood", start);
                return null;
            }
            body.Add(WithComments(statement, start, leading, blank));
        }
        _depth--;
        return body;
    }

    /// <summary>Refuses a whole construct with blocks that began at a place, since a part of it was not understood.</summary>
    private Statement.Refused RefusedFrom(int start)
    {
        var reason = FaultWords(start);
        // The outermost block is refused as a whole, and looks for its end; those inside need not.
        if (_open > 0)
            return new Statement.Refused(start, start, reason);
        _cursor.At = start;
        do
        {
            var refused = RefusedBlock(reason);
            if (_cursor.AtEnd)
                return refused with { Start = start };
            _cursor.SkipSpace();
        }
        while (_cursor.PeekWord() is "elsif" or "else");
        return new Statement.Refused(start, _cursor.LastEnd, reason);
    }

    private Statement Conditional()
    {
        var start = _cursor.At;
        var branches = new List<Branch>();
        var word = _cursor.TakeWord();
        while (true)
        {
            Expression? condition = null;
            _cursor.SkipSpace();
            if (word != "else" && (condition = Parenthesised()) is null)
                return RefusedFrom(start);
            _cursor.SkipSpace();
            if (Body(start) is not { } body)
                return RefusedFrom(start);
            branches.Add(new Branch(condition, word == "unless", body));
            var end = _cursor.At;
            _cursor.SkipSpace();
            word = _cursor.PeekWord();
            if (word is not ("elsif" or "else"))
            {
                _cursor.At = end;
                return new Statement.Branches(start, end, branches);
            }
            _cursor.TakeWord();
        }
    }

    private Statement Loop()
    {
        var start = _cursor.At;
        _cursor.TakeWord();
        _cursor.SkipSpace();
        if (_cursor.PeekWord() is "my" or "our")
        {
            _cursor.TakeWord();
            _cursor.SkipSpace();
        }
        string? variable = null;
        if (_cursor.Current == '$' && Cursor.IsWordStart(_cursor.Peek(1)))
        {
            _cursor.At++;
            variable = _cursor.TakeWord();
            _cursor.SkipSpace();
        }
        // qw() may stand without further parentheses.
        var list = _cursor.PeekWord() == "qw" ? Term() : Parenthesised();
        if (list is null)
            return RefusedFrom(start);
        _cursor.SkipSpace();
        return Body(start) is { } body ? new Statement.Loop(start, _cursor.At, variable, list, body) : RefusedFrom(start);
    }

    private Expression? Parenthesised()
    {
        if (_cursor.Current != '(')
            return Expected("\"(\"");
        return Term();
    }

    /// <summary>An expression, perhaps with a modifier behind it.</summary>
    private Statement? Simple()
    {
        var start = _cursor.At;
        if (Low() is not { } expression)
            return null;
        _cursor.SkipSpace();
        var word = _cursor.PeekWord();
        if (word is "if" or "unless" or "for" or "foreach" or "while" or "until")
        {
            _cursor.TakeWord();
            _cursor.SkipSpace();
            if (Low() is not { } modifier || !TakeEnd())
                return null;
            var run = new Statement.Run(start, _cursor.At, expression);
            return word switch
            {
                "if" or "unless" => new Statement.Branches(start, _cursor.At, [new Branch(modifier, word == "unless", [run])]),
                "for" or "foreach" => new Statement.Loop(start, _cursor.At, null, modifier, [run]),
                _ => new Statement.Refused(start, _cursor.At, $"\"{word}\" loops are not evaluated"),
            };
        }
        if (!TakeEnd())
            return null;
        return expression is Expression.Number or Expression.Text or Expression.Word { Name: "__PACKAGE__" }
            ? new Statement.Idle(start, _cursor.At, false)
            : new Statement.Run(start, _cursor.At, expression);
    }

    /// <summary>The semicolon of a statement; the last one of a block or file needs none.</summary>
    private bool TakeEnd()
    {
        _cursor.SkipSpace();
        if (_cursor.Take(';') || _cursor.AtEnd || (_cursor.Current == '}' && _depth > 0))
            return true;
        return Expected("an operator or \";\"") is not null;
    }
}
