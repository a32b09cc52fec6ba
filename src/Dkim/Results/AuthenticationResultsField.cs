using System.Text;
using Amavis.Core.Addresses;

namespace Amavis.Dkim.Results;

/// <summary>An Authentication-Results field (RFC 8601 §2.2): who says it, and what.</summary>
/// <param name="AuthservId">Whose results these are, as written, without the version.</param>
public sealed record AuthenticationResultsField(string AuthservId, IReadOnlyList<AuthenticationResult> Results)
{
    public const string Name = "Authentication-Results";

    /// <summary>Results read of one field.</summary>
    private const int MaxResults = 200;

    /// <summary>Null for what can't be understood.</summary>
    /// <param name="body">Unfolded or not.</param>
    public static AuthenticationResultsField? TryParse(string body)
    {
        var reader = new ResultsReader(body);
        if (reader.ReadAuthservId() is not { } id)
            return null;
        var results = new List<AuthenticationResult>();
        while (!reader.IsAtEnd)
        {
            if (!reader.TakeSemicolon() || results.Count == MaxResults)
                return null;
            if (reader.TakeNone())
                continue;
            if (reader.ReadResult() is not { } result)
                return null;
            results.Add(result);
        }
        return reader.IsBroken ? null : new AuthenticationResultsField(WithoutVersion(id), results);
    }

    /// <summary>
    /// Does a field claim to be written by us, or can't it be told who wrote it: such a field, coming from outside, must go before
    /// anybody takes it for ours.
    /// </summary>
    public static bool MayClaimToBe(string body, string authservId)
    {
        ArgumentNullException.ThrowIfNull(authservId);
        return new ResultsReader(body).ReadAuthservId() is not { } id || Same(WithoutVersion(id), authservId);
    }

    /// <summary>The body, folded with LF between results.</summary>
    /// <param name="comment">Who we are, in parentheses behind the id; empty: none.</param>
    public string Write(string comment)
    {
        ArgumentNullException.ThrowIfNull(comment);
        var text = new StringBuilder(Token(AuthservId));
        if (comment.Length > 0)
            text.Append(" (").Append(Comment(comment)).Append(')');
        if (Results.Count == 0)
            return text.Append("; none").ToString();
        foreach (var result in Results)
        {
            text.Append(";\n ").Append(result.Method).Append('=').Append(result.Result);
            if (result.Comment is { } remark)
                text.Append(" (").Append(Comment(remark)).Append(')');
            if (result.Reason is { } reason)
                text.Append(" reason=").Append(Quoted(reason));
            foreach (var (name, value) in result.Properties)
                text.Append('\n').Append(' ').Append(name).Append('=').Append(Value(value));
        }
        return text.ToString();
    }

    private static string WithoutVersion(string id) => id.IndexOf('/') is var slash and >= 0 ? id[..slash] : id;

    private static bool Same(string a, string b) => DomainNames.Normalize(a) == DomainNames.Normalize(b);

    /// <summary>A token as it is (RFC 2045 §5.1), anything else quoted.</summary>
    private static string Token(string text) => text.Length > 0 && text.All(IsTokenCharacter) ? text : Quoted(text);

    /// <summary>Values of properties may also be addresses.</summary>
    private static string Value(string text) => text.Length > 0 && text.All(c => IsTokenCharacter(c) || c is '@') ? text : Quoted(text);

    internal static bool IsTokenCharacter(char c) => c is > ' ' and not '\x7f' && !"()<>@,;:\\\"/[]?=".Contains(c);

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            if (c is '"' or '\\')
                quoted.Append('\\');
            quoted.Append(char.IsControl(c) ? ' ' : c);
        }
        return quoted.Append('"').ToString();
    }

    private static string Comment(string text) => string.Concat(text.Select(c => c is '(' or ')' or '\\' || char.IsControl(c) ? ' ' : c));
}
