using Amavis.Core.Addresses;
using Amavis.Dkim.Signing;

namespace Amavis.Engine.Authentication;

/// <summary>Words both sides of a signing service use.</summary>
internal static class SigningWords
{
    /// <summary><c>From &lt;a@example.com&gt;</c>, with brackets or without; null: not that.</summary>
    public static SignerCandidate? Candidate(string text)
    {
        var blank = text.IndexOf(' ');
        if (blank <= 0)
            return null;
        var address = text[(blank + 1)..].Trim();
        if (address.StartsWith('<') && address.EndsWith('>'))
            address = address[1..^1];
        return MailAddress.TryParse(address, out var parsed) ? new SignerCandidate(text[..blank], parsed) : null;
    }
}
