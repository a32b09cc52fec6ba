namespace Amavis.Dkim.Results;

/// <summary>One result of an Authentication-Results field (RFC 8601 §2.2): <c>dkim=pass reason="…" header.d=example.com</c>.</summary>
/// <param name="Method">dkim, spf, …; lower case.</param>
/// <param name="Result">pass, fail, …; lower case.</param>
/// <param name="Reason">Null: none given.</param>
/// <param name="Comment">Written in parentheses after the result; null: none. Not read.</param>
/// <param name="Properties"><c>header.d</c> and the like with their values, in order.</param>
public sealed record AuthenticationResult(string Method, string Result, string? Reason, IReadOnlyList<(string Name, string Value)> Properties, string? Comment = null);
