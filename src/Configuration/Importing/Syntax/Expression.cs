namespace Amavis.Configuration.Importing.Syntax;

/// <summary>An expression of the part of Perl that configuration files use.</summary>
/// <param name="At">Where it begins in the file.</param>
internal abstract record Expression(int At)
{
    /// <param name="Literal">As written, where the same digits mean the same number in YAML; null: otherwise.</param>
    public sealed record Number(int At, double Value, string? Literal) : Expression(At);

    public sealed record Text(int At, string Value) : Expression(At);

    /// <summary>A text with variables in it.</summary>
    public sealed record Interpolated(int At, IReadOnlyList<Expression> Parts) : Expression(At);

    /// <summary><c>qr//</c>, or a match where <paramref name="IsMatch"/>. <paramref name="Flags"/> are those that matter: i m s x.</summary>
    public sealed record Pattern(int At, Expression Body, string Flags, bool IsMatch) : Expression(At);

    /// <summary><c>$x</c>, <c>@x</c>, <c>%x</c>, <c>&amp;x</c>.</summary>
    public sealed record Variable(int At, char Sigil, string Name) : Expression(At);

    /// <summary><c>$x{k}</c>, <c>$x[0]</c>, <c>$x->{k}</c>: an element of an array or hash, or of what a reference leads to.</summary>
    public sealed record Element(int At, Expression Container, Expression Key, bool IsHash) : Expression(At);

    /// <summary><c>@x{...}</c>, <c>@x[...]</c>, <c>(list)[...]</c>.</summary>
    public sealed record Slice(int At, Expression Container, Expression Keys, bool IsHash) : Expression(At);

    /// <summary><c>@$x</c>, <c>%{...}</c>, <c>$$x</c>.</summary>
    public sealed record Dereference(int At, char Sigil, Expression Reference) : Expression(At);

    public sealed record List(int At, IReadOnlyList<ListItem> Items, IReadOnlyList<Comment> Opening, IReadOnlyList<Comment> Closing) : Expression(At);

    public sealed record Words(int At, IReadOnlyList<string> Values) : Expression(At);

    public sealed record AnonymousArray(int At, List Items) : Expression(At);

    public sealed record AnonymousHash(int At, List Items) : Expression(At);

    public sealed record ReferenceTo(int At, Expression Of) : Expression(At);

    /// <summary>Operators of one precedence, from left to right; flat, so that long chains are not deep.</summary>
    public sealed record Chain(int At, Expression First, IReadOnlyList<(string Operator, Expression Operand)> Rest) : Expression(At);

    public sealed record Unary(int At, char Operator, Expression Operand) : Expression(At);

    public sealed record Conditional(int At, Expression Condition, Expression Then, Expression Else) : Expression(At);

    public sealed record Range(int At, Expression First, Expression Last) : Expression(At);

    /// <param name="Operator">Without the equals sign: empty, <c>.</c>, <c>+</c>, <c>||</c>, <c>//</c>, …</param>
    public sealed record Assign(int At, Expression Target, string Operator, Expression Value) : Expression(At);

    /// <param name="Body">The block or first expression of <c>map</c> and <c>grep</c>; null otherwise.</param>
    public sealed record Call(int At, string Name, List Arguments, Expression? Body) : Expression(At);

    /// <summary>A name alone: a constant, or a mistake.</summary>
    public sealed record Word(int At, string Name) : Expression(At);

    /// <summary>A subroutine without a name; only its text is kept.</summary>
    public sealed record Code(int At, string Source) : Expression(At);

    /// <summary>A command in back-ticks. It is never run.</summary>
    public sealed record Command(int At, string Line) : Expression(At);

    /// <summary><c>-e FILE</c> and its kind.</summary>
    public sealed record FileTest(int At, char Kind, Expression File) : Expression(At);

    /// <summary><c>my</c>, <c>our</c>, <c>local</c>.</summary>
    public sealed record Declaration(int At, Expression Variables) : Expression(At);

    /// <summary>What was read, but is outside of what can be taken over.</summary>
    public sealed record Unsupported(int At, string Reason) : Expression(At);
}

/// <summary>An element of a list with its comments.</summary>
/// <param name="IsKey">A fat comma follows: a word, or a text before a value.</param>
internal sealed record ListItem(Expression Value, CommentSet Comments, bool IsKey = false);
