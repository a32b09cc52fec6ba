using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace Amavis.Core.Policy;

/// <summary>An entry of <c>dkim_keys</c>.</summary>
/// <param name="Domain">Lower case, A-labels; may hold <c>*</c>. Of a pattern, its text.</param>
/// <param name="Pattern">Domains it is for; null: <paramref name="Domain"/> only.</param>
/// <param name="Selector">Lower case, A-labels.</param>
/// <param name="File">Where the private key stands.</param>
/// <param name="Pem">The private key; null: it was not read, as in programs that do not sign.</param>
/// <param name="Tags">Tags of the public key's record: v, g, h, k, n, s, t.</param>
public sealed record DkimKeySettings(string Domain, Regex? Pattern, string Selector, string File, string? Pem, FrozenDictionary<string, string> Tags)
{
    /// <summary>Never with the key.</summary>
    public override string ToString() => $"{Selector}._domainkey.{Domain} ({File})";
}
