namespace Amavis.Configuration.Importing.Syntax;

/// <summary>A comment of a file, without its first <c>#</c>.</summary>
/// <param name="SameLine">It stands behind something on its line.</param>
/// <param name="AfterBlank">A blank line stands before it.</param>
internal sealed record Comment(string Text, int Line, bool SameLine, bool AfterBlank)
{
    /// <summary>Two comments of the same words are still two.</summary>
    public bool Equals(Comment? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}

/// <summary>The comments that belong to an element of a list or to a statement.</summary>
internal sealed class CommentSet
{
    public static readonly CommentSet None = new();

    /// <summary>Lines before it.</summary>
    public List<Comment> Leading { get; init; } = [];

    /// <summary>Behind it on its line; several when its value has several lines.</summary>
    public List<Comment> Trailing { get; init; } = [];

    public bool IsEmpty => Leading.Count + Trailing.Count == 0;

    /// <summary>The comments of a key and its value together.</summary>
    public static CommentSet Join(CommentSet first, CommentSet second) =>
        second.IsEmpty ? first : first.IsEmpty ? second : new CommentSet
        {
            Leading = [.. first.Leading, .. first.Trailing, .. second.Leading],
            Trailing = second.Trailing,
        };
}
