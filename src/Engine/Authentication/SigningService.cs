using System.Globalization;
using System.Security.Cryptography;
using Amavis.Core.Addresses;
using Amavis.Dkim.Signing;
using Amavis.Protocols.AmPdp;

namespace Amavis.Engine.Authentication;

/// <summary>What a signing service says of a message.</summary>
/// <param name="Options">Tags of the signature as <c>dkim_signature_options_bysender_maps</c> has them; empty: it has no key.</param>
/// <param name="Candidate">For whom it is; null: it did not say.</param>
public sealed record ServiceChoice(IReadOnlyDictionary<string, string?> Options, SignerCandidate? Candidate);

/// <summary>
/// Asks the program at <c>dkim_signing_service</c> which key a message is to be signed with, and for signatures with keys that it
/// alone has. One connection for each question.
/// </summary>
/// <param name="limit">Longest wait for an answer, asked when it begins.</param>
internal sealed class SigningService(AmPdpEndpoint endpoint, TimeProvider clock, Func<TimeSpan> limit)
{
    private const string TagPrefix = "sig.";
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    /// <exception cref="IOException">No answer, or one that makes no sense.</exception>
    public async Task<ServiceChoice> ChooseKeyAsync(
        string logId, MailAddress sender, IReadOnlyList<MailAddress> recipients, IReadOnlyList<SignerCandidate> candidates, CancellationToken cancellationToken)
    {
        var request = new AmPdpWriter();
        request.Attribute("request", "choose_key");
        request.Attribute("log_id", logId);
        request.Attribute("sender", sender.Bracketed);
        foreach (var recipient in recipients)
            request.Attribute("recip", recipient.Bracketed);
        foreach (var candidate in candidates)
            request.Attribute("candidate", candidate.Source, candidate.Address.Bracketed);
        var answer = await AskAsync(request, cancellationToken);
        var options = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (name, value) in answer.Attributes)
            if (name.StartsWith(TagPrefix, StringComparison.Ordinal) && !value.Any(char.IsControl))
                options.TryAdd(name[TagPrefix.Length..], value);
        return new ServiceChoice(options, answer.Value("chosen_candidate") is { } chosen ? SigningWords.Candidate(chosen) : null);
    }

    /// <exception cref="IOException">No answer, or no signature.</exception>
    public async ValueTask<byte[]> SignAsync(SignatureOrder order, byte[] hash, string logId, CancellationToken cancellationToken)
    {
        var request = new AmPdpWriter();
        foreach (var (name, value) in ((string, string)[])
            [("request", "sign"), ("digest_alg", "SHA-256"), ("digest", Convert.ToBase64String(hash)), ("s", order.Selector), ("d", order.Domain), ("log_id", logId)])
            request.Attribute(name, value);
        var answer = await AskAsync(request, cancellationToken);
        if (answer.Value("b") is not { Length: > 0 } text)
            throw new IOException($"{endpoint} does not sign: {answer.Value("reason") ?? "no reason given"}");
        var signature = new byte[text.Length];
        return Convert.TryFromBase64String(text, signature, out var length) && length > 0
            ? signature[..length]
            : throw new IOException($"{endpoint} sent a signature that is none");
    }

    private async Task<AmPdpMessage> AskAsync(AmPdpWriter request, CancellationToken cancellationToken)
    {
        var id = RandomNumberGenerator.GetInt32(int.MaxValue).ToString("x8", CultureInfo.InvariantCulture);
        request.Attribute("request_id", id);
        request.End();
        var longest = limit();
        var timeout = longest < ConnectLimit ? longest : ConnectLimit;
        await using var client = await AmPdpClient.ConnectAsync(endpoint, timeout, clock, cancellationToken);
        var answer = await client.ExchangeAsync(request, cancellationToken);
        return answer.Value("request_id") == id ? answer : throw new IOException($"{endpoint} answered another question (request_id {answer.Value("request_id") ?? "missing"})");
    }
}
