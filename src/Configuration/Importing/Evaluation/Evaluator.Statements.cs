using Amavis.Configuration.Importing.Syntax;
using Amavis.Configuration.Showing;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Files and their statements, in the order they count.</summary>
internal sealed partial class Evaluator
{
    private readonly List<string> _open = [];

    /// <summary>Every statement that was met, in order; those of an included file after the one that includes it.</summary>
    public List<ImportStatement> Statements { get; } = [];

    /// <summary>The files read, in order.</summary>
    public List<string> Files { get; } = [];

    /// <summary>Reads a file; the reason why not, or null.</summary>
    public string? RunFile(string path)
    {
        if (Files.Count >= ImportLimits.Files)
            return $"is one too many: {ImportLimits.Files} files are read at most";
        if (_open.Count >= ImportLimits.IncludeDepth || _open.Contains(path))
            return "is being read already: files include each other";
        if (ImportFile.Read(path, out var reason) is not { } text)
            return reason;
        Files.Add(path);
        _open.Add(path);
        var (source, strict, statement) = (_source, _isStrict, _statement);
        (_source, _isStrict) = (new PerlSource(path, text), false);
        var parsed = PerlParser.Parse(_source);
        var first = Statements.Count;
        for (var i = 0; i < parsed.Statements.Count; i++)
            RunTop(parsed.Statements[i], beginsFile: i == 0);
        if (parsed.Remaining.Count > 0 || Statements.Count == first)
            Statements.Add(new ImportStatement(new SourcePosition(path, 1, 1), "") { Counts = false, BeginsFile = Statements.Count == first, Remaining = parsed.Remaining });
        (_source, _isStrict, _statement) = (source, strict, statement);
        _open.RemoveAt(_open.Count - 1);
        return null;
    }

    private void RunTop(Statement statement, bool beginsFile)
    {
        _statement = new ImportStatement(_source.PositionOf(statement.Start), Secrets.HideInPerl(_source.Shown(statement.Start, statement.End)))
        {
            Counts = statement is not Statement.Idle,
            Comments = statement.Comments,
            Inner = statement.Inner,
            AfterBlank = statement.AfterBlank,
            BeginsFile = beginsFile,
        };
        Statements.Add(_statement);
        Run(statement, isTop: true);
    }

    private void Run(Statement statement, bool isTop)
    {
        switch (statement)
        {
            case Statement.Idle { IsStrict: true }:
                _isStrict = true;
                break;
            case Statement.Refused refused:
                _statement.Refuse(refused.Reason);
                Forget(refused);
                break;
            case Statement.Run run:
                RunExpression(run.Expression);
                break;
            case Statement.Block block:
                RunBody(block.Body, block.Start, isTop);
                break;
            case Statement.Branches branches:
                RunBranches(branches, isTop);
                break;
            case Statement.Loop loop:
                RunLoop(loop);
                break;
        }
    }

    /// <summary>The variable that a statement would have set is not known from there on.</summary>
    private void Forget(Statement.Refused refused)
    {
        var text = _source.Text;
        var end = refused.Start + 1;
        while (end < text.Length && Cursor.IsWordPart(text[end]))
            end++;
        if (refused.Start >= text.Length || text[refused.Start] is not ('$' or '@' or '%') || end == refused.Start + 1 || !text.AsSpan(end).TrimStart().StartsWith("="))
            return;
        var name = text[(refused.Start + 1)..end];
        var unknown = Item(Unknown(refused.Reason), refused.Start);
        switch (text[refused.Start])
        {
            case '$':
                (ScalarNamed(name).Item, ScalarNamed(name).IsPlaceholder) = (unknown, false);
                break;
            case '@':
                variables.Array(name).Fault = refused.Reason;
                break;
            default:
                HashNamed(name).Fault = refused.Reason;
                break;
        }
    }

    private void RunExpression(Expression expression)
    {
        if (expression is Expression.List { Items.Count: > 1 } list)
        {
            // One comma after the other: each is evaluated, those that assign nothing for nothing.
            foreach (var item in list.Items)
                RunExpression(item.Value);
            return;
        }
        var value = Scalar(expression);
        if (expression is Expression.Assign or Expression.Declaration or Expression.List { Items.Count: 1 } or Expression.Conditional)
            return;
        if (expression is Expression.Call or Expression.Chain)
        {
            if (value is PerlValue.Unknown unknown)
                _statement.Refuse(unknown.Reason);
            return;
        }
        if (value is PerlValue.Unknown { Reason: var reason } && expression is not (Expression.AnonymousArray or Expression.AnonymousHash))
            _statement.Refuse(reason);
        else
            _statement.Note($"a value alone does nothing: {_source.Shown(expression.At, Math.Min(expression.At + 60, _source.Text.Length))}");
    }

    /// <summary>The statements of a block at the top keep their own comments.</summary>
    private void RunBody(IReadOnlyList<Statement> body, int start, bool isTop)
    {
        var outer = _statement;
        foreach (var statement in body)
        {
            if (isTop && statement.Start != start)
                RunTop(statement, beginsFile: false);
            else
                Run(statement, isTop: false);
        }
        _statement = outer;
    }

    private void RunBranches(Statement.Branches branches, bool isTop)
    {
        foreach (var branch in branches.All)
        {
            var condition = branch.Condition is null ? Bool(true) : Scalar(branch.Condition);
            if (condition.Truth is not { } truth)
            {
                _statement.Refuse($"whether this is done can't be told: {((PerlValue.Unknown)condition).Reason}");
                return;
            }
            if (truth == branch.Negated)
                continue;
            RunBody(branch.Body, branches.Start, isTop);
            return;
        }
        if (_statement.Notes.Count == 0)
            _statement.Note("its condition is not met, and so it does nothing");
    }

    private void RunLoop(Statement.Loop loop)
    {
        variables.Declare('$', loop.Variable ?? "_");
        var topic = ScalarNamed(loop.Variable ?? "_");
        var before = topic.Item;
        foreach (var item in List(loop.List))
        {
            if (item.Value is PerlValue.Unknown unknown)
            {
                _statement.Refuse(unknown.Reason);
                break;
            }
            if (_values > ImportLimits.Values)
            {
                _statement.Refuse($"the files make more than {ImportLimits.Values} values");
                break;
            }
            topic.Item = item;
            _values++;
            foreach (var statement in loop.Body)
                Run(statement, isTop: false);
        }
        topic.Item = before;
    }

    private void Include(PerlValue named, bool isOptional)
    {
        if (named is PerlValue.Unknown || named.Printed is not { Length: > 0 } name)
        {
            _statement.Refuse(named is PerlValue.Unknown unknown ? unknown.Reason : "the file to read has no name");
            return;
        }
        var path = Absolute(name);
        var exists = File.Exists(path) || Directory.Exists(path);
        if (isOptional && !exists)
        {
            _statement.Note($"{path} does not exist; it was optional");
            return;
        }
        if (RunFile(path) is { } reason)
            _statement.Refuse($"{path} {reason}");
    }
}
