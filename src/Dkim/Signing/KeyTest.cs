using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Results;
using Amavis.Dkim.Verification;
using Amavis.Dns.Resolving;
using Amavis.Mime.Headers;

namespace Amavis.Dkim.Signing;

/// <summary>Tries a declared key out as receivers will: signs a small message and verifies it with the key the DNS has.</summary>
public static class KeyTest
{
    /// <returns>The result with its reason; the public half in the DNS fits when it is a pass.</returns>
    public static async Task<SignatureResult> RunAsync(DeclaredKey key, ISpoolFactory spools, IDnsResolver resolver, DateTimeOffset now, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(spools);
        var domain = key.Settings.Domain;
        var algorithm = key.Key.KeyType == "ed25519" ? SigningAlgorithm.Ed25519Sha256 : SigningAlgorithm.RsaSha256;
        if (key.IsWildcard)
            return Result(key, "a pattern of domains has no name in the DNS; declare the key for each domain");
        if (!key.Allows(algorithm, null, domain))
            return Result(key, $"its tags do not let it sign mail with {algorithm.Tag()}");
        var options = new SignatureOptions { HeaderForm = CanonicalForm.Relaxed, BodyForm = CanonicalForm.Relaxed };
        var order = new SignatureOrder(new SignerCandidate("From", new MailAddress("postmaster", domain)), options, algorithm, domain, key.Selector, null, key);
        var unsigned = Encoding.UTF8.GetBytes($"From: <postmaster@{domain}>\r\nSubject: a test of the key\r\n\r\nThis is signed.\r\n");
        var made = await MessageSigner.SignAsync(
            new InMemoryMessage(unsigned), [order], Settings.DefaultSignedHeaderFields, withoutTopReceived: false, now, MessageSigner.WithKey, cancellationToken);
        using var writer = spools.Create();
        writer.Write(Encoding.UTF8.GetBytes(made[0].Field));
        writer.Write(unsigned);
        using var spool = writer.Complete(SpoolFacts.None);
        var results = await new DkimVerifier(resolver).VerifyAsync(spool, HeaderSection.Read(spool), now, cancellationToken);
        return results[0].Verdict == SignatureVerdict.Fail ? results[0] with { Reason = "the DNS has another key" } : results[0];
    }

    /// <summary><c>pass</c>, or the result with its reason in parentheses.</summary>
    public static string Text(SignatureResult result)
    {
        var reason = DkimResults.Reason(result);
        return reason.Length == 0 ? DkimResults.Word(result) : $"{DkimResults.Word(result)} ({reason})";
    }

    private static SignatureResult Result(DeclaredKey key, string reason) =>
        new() { Verdict = SignatureVerdict.PermError, Reason = reason, Domain = key.Settings.Domain, Selector = key.Selector };
}
