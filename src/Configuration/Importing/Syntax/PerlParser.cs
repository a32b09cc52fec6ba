namespace Amavis.Configuration.Importing.Syntax;

/// <summary>
/// Reads the part of Perl that configuration files are written in. Nothing is run. A statement that is not understood is refused
/// with a reason and reading goes on with the next one; inside of a block the whole block is refused, since what stands in it may
/// depend on a condition.
/// </summary>
internal sealed partial class PerlParser
{
    /// <summary>How often the whole text may be searched for the ends of texts that have none.</summary>
    private const int MaxSearches = 16;

    private readonly PerlSource _source;
    private readonly Cursor _cursor;
    private string? _fault;
    private int _faultAt;
    private int _depth;

    private PerlParser(PerlSource source)
    {
        _source = source;
        _cursor = new Cursor(source);
    }

    public static ParsedFile Parse(PerlSource source)
    {
        var parser = new PerlParser(source);
        var statements = parser.ReadFile();
        return new ParsedFile(source, statements, parser._cursor.TakeComments());
    }

    private Expression? Fault(string what, int? at = null)
    {
        if (_fault is null)
            (_fault, _faultAt) = (what, at ?? _cursor.At);
        return null;
    }

    private Expression? Expected(string what) => Fault($"{what} is expected here, not {Found()}");

    private string Found() => _cursor.AtEnd ? "the end of the file"
        : _cursor.PeekWord() is { Length: > 0 } word ? $"\"{_source.Shown(_cursor.At, _cursor.At + Math.Min(word.Length, 40))}\""
        : $"\"{_source.Shown(_cursor.At, _cursor.At + 1)}\"";

    private List<Statement> ReadFile()
    {
        var statements = new List<Statement>();
        var faults = 0;
        while (NextStatement() is { } statement)
        {
            if (statement is Statement.Refused && ++faults > ImportLimits.Faults)
            {
                statements.Add(Rest(statement.Start, $"more than {ImportLimits.Faults} statements are not understood: this is no configuration; the rest is left alone"));
                break;
            }
            statements.Add(statement);
            if (_cursor.Searched > MaxSearches * (long)_cursor.Text.Length + 100_000)
            {
                _cursor.SkipSpace();
                statements.Add(Rest(_cursor.At, "too many texts without an end: the rest is left alone"));
                break;
            }
        }
        return statements;
    }

    private Statement.Refused Rest(int start, string reason)
    {
        _cursor.At = _cursor.Text.Length;
        return new Statement.Refused(start, Math.Min(start + 1, _cursor.Text.Length), reason);
    }

    /// <summary>The next statement with its comments; null at the end.</summary>
    private Statement? NextStatement()
    {
        _cursor.SkipSpace(atStatement: true);
        while (_cursor.Take(';'))
            _cursor.SkipSpace(atStatement: true);
        var blank = _cursor.SawBlankLine;
        var leading = _cursor.TakeComments();
        if (_cursor.AtEnd || IsEndMark())
        {
            // What follows the last statement has nothing to belong to.
            foreach (var comment in leading)
                _cursor.Return(comment);
            return null;
        }
        (_fault, _depth) = (null, 0);
        var start = _cursor.At;
        return WithComments(ReadStatement() ?? Recover(start), start, leading, blank);
    }

    /// <summary>The statement that was just read, with the comments around it; those of the next one stay.</summary>
    private Statement WithComments(Statement statement, int start, List<Comment> leading, bool afterBlank)
    {
        var inner = _cursor.TakeComments();
        var end = _cursor.At;
        _cursor.SkipSpace(atStatement: true);
        var after = _cursor.TakeComments();
        var trailing = after.TakeWhile(c => c.SameLine).ToList();
        foreach (var comment in after.Skip(trailing.Count))
            _cursor.Return(comment);
        return statement with
        {
            Start = start,
            End = end,
            Comments = new CommentSet { Leading = leading, Trailing = trailing },
            Inner = inner,
            AfterBlank = afterBlank,
        };
    }

    private bool IsEndMark()
    {
        if (_cursor.PeekWord() is not ("__END__" or "__DATA__"))
            return false;
        _cursor.At = _cursor.Text.Length;
        return true;
    }

    private Statement? ReadStatement()
    {
        var word = _cursor.PeekWord();
        return word switch
        {
            "use" or "no" => Use(),
            "package" => Package(),
            "sub" => Subroutine(),
            "BEGIN" or "END" when IsBlockNext(word) => NamedBlock(word),
            "if" or "unless" => Conditional(),
            "for" or "foreach" => Loop(),
            "while" or "until" => RefusedBlock($"\"{word}\" loops are not evaluated"),
            "" when _cursor.Current == '{' => Bare(),
            _ => Simple(),
        };
    }

    private Statement.Refused Recover(int start)
    {
        var reason = FaultWords(start);
        Resynchronise(start);
        return new Statement.Refused(start, _cursor.At, reason);
    }

    /// <summary>The fault, with its line where that is not the one the statement begins on.</summary>
    private string FaultWords(int start)
    {
        var line = _source.LineOf(_faultAt);
        return (_fault ?? "is not understood") + (line == _source.LineOf(start) ? "" : $" (line {line})");
    }

    /// <summary>
    /// Goes on behind the semicolon at the end of a line, or where a line begins like a statement. Neither may be right, so what is
    /// read there must make sense of itself.
    /// </summary>
    private void Resynchronise(int start)
    {
        var text = _cursor.Text;
        var at = Math.Max(_faultAt, start);
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end;
            var line = text.AsSpan(at, end - at);
            var comment = line.IndexOf(" #");
            if ((comment < 0 ? line : line[..comment]).TrimEnd().EndsWith(";"))
            {
                _cursor.At = at + (comment < 0 ? line : line[..comment]).TrimEnd().Length;
                return;
            }
            at = end + 1;
            if (at < text.Length && LooksLikeStatement(text.AsSpan(at)))
            {
                _cursor.At = at;
                return;
            }
        }
        _cursor.At = text.Length;
    }

    /// <summary>A variable or call without anything before it, as at the beginning of an unindented statement.</summary>
    private static bool LooksLikeStatement(ReadOnlySpan<char> line)
    {
        if (line.Length < 3 || !(line[0] is '$' or '@' or '%' ? Cursor.IsWordStart(line[1]) : line.StartsWith("1;") || line.StartsWith("dkim_key") || line.StartsWith("include_")))
            return false;
        return true;
    }

    /// <summary>Comments inside of a block that is refused stay with it.</summary>
    private Statement.Refused RefusedBlock(string reason)
    {
        var start = _cursor.At;
        while (!_cursor.AtEnd && _cursor.Current is not ('{' or ';'))
        {
            if (_cursor.Current is '\'' or '"' or '`' or '(' && _cursor.TryDelimited(out _))
                continue;
            _cursor.At++;
        }
        if (_cursor.Take(';'))
            return new Statement.Refused(start, _cursor.At, reason);
        if (!BlockEnd.TrySkip(_cursor))
            return Rest(start, reason + "; its end can't be found, so that the rest of the file is left alone");
        _cursor.TakeComments();
        return new Statement.Refused(start, _cursor.At, reason);
    }

    private bool IsBlockNext(string word)
    {
        var at = _cursor.At + word.Length;
        while (at < _cursor.Text.Length && char.IsWhiteSpace(_cursor.Text[at]))
            at++;
        return at < _cursor.Text.Length && _cursor.Text[at] == '{';
    }
}
