using System.Linq.Expressions;
using Amavis.Core.Categories;
using Amavis.Core.Policy;
using Amavis.Data.Model;

namespace Amavis.Data.Console;

/// <summary>Conditions that several queries share, each translated to SQL.</summary>
internal static class RowFilters
{
    /// <summary>Scores are stored in single precision: -4 may read back as -3.9999957.</summary>
    private const float ScoreTolerance = 0.0005f;

    /// <summary>A recipient's row whose shown letter is one of these; see <see cref="ContentLetter.Of"/>.</summary>
    public static IQueryable<MsgrcptRow> OfVerdicts(this IQueryable<MsgrcptRow> rows, AmavisDbContext context, IReadOnlyList<char> shown)
    {
        var letters = shown.SelectMany(ContentLetter.Stored).Select(c => c.ToString()).ToArray();
        var refusedToo = shown.Contains(ContentLetter.MtaFailed);
        var unknown = ContentLetter.Unknown.ToString();
        if (!refusedToo && !shown.Contains(ContentLetter.Unknown))
            return rows.Where(r => letters.Contains(r.Content) || (r.Content.Trim() == "" && context.Msgs.Any(m =>
                m.PartitionTag == r.PartitionTag && m.MailId == r.MailId && letters.Contains(m.Content))));
        // "?" is a refusal by the next hop when the status says so, and unknown else.
        return rows.Where(r =>
            (r.Content != unknown && letters.Contains(r.Content))
            || (r.Content == unknown && (r.Ds == "R" || r.Ds == "T" ? refusedToo : letters.Contains(unknown)))
            || (r.Content.Trim() == "" && context.Msgs.Any(m => m.PartitionTag == r.PartitionTag && m.MailId == r.MailId && letters.Contains(m.Content))));
    }

    public static IQueryable<MsgrcptRow> OfScores(this IQueryable<MsgrcptRow> rows, double? min, double? max)
    {
        if (min is { } low)
        {
            var level = (float)low - ScoreTolerance;
            rows = rows.Where(r => r.BspamLevel >= level);
        }
        if (max is { } high)
        {
            var level = (float)high + ScoreTolerance;
            rows = rows.Where(r => r.BspamLevel <= level);
        }
        return rows;
    }

    /// <summary>The message's side of a direction; the recipient's is <see cref="IsLocal"/>.</summary>
    public static string Originating(MailDirection direction) => direction is MailDirection.Outbound or MailDirection.Internal ? "Y" : "N";

    public static string IsLocal(MailDirection direction) => direction is MailDirection.Inbound or MailDirection.Internal ? "Y" : "N";

    /// <summary>Messages whose subject, or what else is chosen, has the piece in it, in any case (SQLite: in any case of ASCII letters).</summary>
    public static IQueryable<MsgsRow> WithPiece(this IQueryable<MsgsRow> rows, AmavisDbContext context, string piece, params Expression<Func<MsgsRow, string?>>[] columns)
    {
        var text = context.Shape.Provider == SqlProvider.Sqlite ? AsciiLower(piece) : piece.ToLowerInvariant();
        var row = Expression.Parameter(typeof(MsgsRow), "m");
        var needle = ((Expression<Func<string>>)(() => text)).Body;
        Expression? any = null;
        foreach (var column in columns)
        {
            var value = new ReplaceParameter(column.Parameters[0], row).Visit(column.Body);
            var lower = Expression.Call(value, nameof(string.ToLower), Type.EmptyTypes);
            var has = Expression.Call(lower, nameof(string.Contains), Type.EmptyTypes, needle);
            any = any is null ? has : Expression.OrElse(any, has);
        }
        return rows.Where(Expression.Lambda<Func<MsgsRow, bool>>(any!, row));
    }

    private static string AsciiLower(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
            span[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });

    private sealed class ReplaceParameter(ParameterExpression from, ParameterExpression to) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node == from ? to : base.VisitParameter(node);
    }
}
