using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>A part of a statement that was not taken over.</summary>
internal sealed record Refusal(SourcePosition Position, string Reason);

/// <summary>A statement of the imported files and what became of it.</summary>
internal sealed class ImportStatement(SourcePosition position, string text)
{
    /// <summary>Stands for what the original sets before it reads a file.</summary>
    public static ImportStatement Default { get; } = new(new SourcePosition("default", 1, 1), "") { Counts = false };

    public SourcePosition Position => position;

    /// <summary>On one line, cut when it is long.</summary>
    public string Text => text;

    /// <summary>False for what says nothing: <c>use strict</c>, <c>1</c>.</summary>
    public bool Counts { get; init; } = true;

    public CommentSet Comments { get; init; } = CommentSet.None;

    public IReadOnlyList<Comment> Inner { get; init; } = [];

    /// <summary>Comments after the last statement of the file.</summary>
    public IReadOnlyList<Comment> Remaining { get; set; } = [];

    public bool AfterBlank { get; init; }

    /// <summary>The first of its file.</summary>
    public bool BeginsFile { get; init; }

    private readonly HashSet<Refusal> _refused = [];
    private readonly HashSet<string> _noted = [];

    public List<Refusal> Refusals { get; } = [];

    public List<string> Notes { get; } = [];

    public bool IsTakenOver => Refusals.Count == 0;

    public void Refuse(string reason, SourcePosition? at = null)
    {
        var refusal = new Refusal(at ?? position, reason);
        if (Refusals.Count < ImportLimits.Remarks && _refused.Add(refusal))
            Refusals.Add(Refusals.Count == ImportLimits.Remarks - 1 ? new Refusal(position, "and more of this statement") : refusal);
    }

    public void Note(string note)
    {
        if (Notes.Count < ImportLimits.Remarks && _noted.Add(note))
            Notes.Add(Notes.Count == ImportLimits.Remarks - 1 ? "and more of this statement" : note);
    }
}
