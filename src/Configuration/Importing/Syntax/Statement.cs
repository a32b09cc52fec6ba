namespace Amavis.Configuration.Importing.Syntax;

/// <summary>A statement with its place and its comments.</summary>
internal abstract record Statement(int Start, int End)
{
    /// <summary>An expression, such as an assignment.</summary>
    public sealed record Run(int Start, int End, Expression Expression) : Statement(Start, End);

    /// <summary><c>if</c>, <c>unless</c> and their branches; a condition of null is <c>else</c>.</summary>
    public sealed record Branches(int Start, int End, IReadOnlyList<Branch> All) : Statement(Start, End);

    /// <param name="Variable">Null: <c>$_</c>.</param>
    public sealed record Loop(int Start, int End, string? Variable, Expression List, IReadOnlyList<Statement> Body) : Statement(Start, End);

    public sealed record Block(int Start, int End, IReadOnlyList<Statement> Body) : Statement(Start, End);

    /// <summary>Something without an effect on a configuration: <c>use strict</c>, <c>1</c>, <c>package Amavis::Conf</c>.</summary>
    public sealed record Idle(int Start, int End, bool IsStrict) : Statement(Start, End);

    /// <summary>Not understood, or never taken over.</summary>
    public sealed record Refused(int Start, int End, string Reason) : Statement(Start, End);

    public CommentSet Comments { get; init; } = CommentSet.None;

    /// <summary>Comments inside of the statement that belong to no element.</summary>
    public IReadOnlyList<Comment> Inner { get; init; } = [];

    /// <summary>A blank line stands right before it, behind its comments.</summary>
    public bool AfterBlank { get; init; }
}

internal sealed record Branch(Expression? Condition, bool Negated, IReadOnlyList<Statement> Body);

/// <summary>What was read of a file.</summary>
/// <param name="Remaining">Comments after the last statement.</param>
internal sealed record ParsedFile(PerlSource Source, IReadOnlyList<Statement> Statements, IReadOnlyList<Comment> Remaining);
