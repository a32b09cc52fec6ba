using System.Globalization;
using Amavis.Core.Logging;
using Amavis.Core.Policy;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Signing;
using Amavis.Protocols.AmPdp;

namespace Amavis.Engine.Authentication;

/// <summary>
/// The other side of <see cref="SigningService"/>: has the keys, tells filters which one a message is signed with, and signs hashes.
/// So the filter, which reads what anybody sends, needs no key.
/// </summary>
public sealed class SigningRequestHandler(Settings settings, IMailLog log) : IAmPdpHandler
{
    private const int MaxLoggedId = 64;

    private readonly KeyRing _keys = KeyRing.Of(settings.DkimKeys);

    public Task<AmPdpReply> HandleAsync(AmPdpMessage request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Task.FromResult(request.Request switch
        {
            "choose_key" => ChooseKey(request),
            "sign" => Sign(request),
            _ => Begin(request).Add("reason", "unknown request type"),
        });
    }

    public void OnFailure(AmPdpMessage request, Exception exception)
    {
        ArgumentNullException.ThrowIfNull(request);
        log.Line(-2, LogId(request), $"signing service: {exception}");
    }

    private AmPdpReply ChooseKey(AmPdpMessage request)
    {
        var candidates = request.Values("candidate").Select(SigningWords.Candidate).OfType<SignerCandidate>().Where(c => c.Address.Domain.Length > 0).ToList();
        var given = request.Attributes.Where(a => a.Name.StartsWith("sig.", StringComparison.Ordinal)).DistinctBy(a => a.Name).ToDictionary(a => a.Name[4..], a => (string?)a.Value);
        var orders = SignerChooser.Choose(candidates, settings.DkimSignatureOptionsBysenderMaps, settings.AddressRules, _keys, [], out var reason, given);
        var reply = Begin(request);
        if (orders.Count == 0)
        {
            log.Line(2, LogId(request), "signing service: " + reason);
            return reply;
        }
        var order = orders[0];
        log.Line(2, LogId(request), $"signing service: {order.Selector}:{order.Domain} for {order.Candidate}");
        reply.Add("sig.s", order.Selector).Add("sig.d", order.Domain).Add("sig.a", order.Algorithm.Tag()).Add("sig.c", $"{Word(order.Options.HeaderForm)}/{Word(order.Options.BodyForm)}");
        if (order.Identity is { } identity)
            reply.Add("sig.i", identity);
        if (order.Options.TimeToLive is { } life)
            reply.Add("sig.ttl", life.TotalSeconds.ToString("0", CultureInfo.InvariantCulture));
        return reply.Add("chosen_candidate", order.Candidate.Source, order.Candidate.Address.Bracketed);
    }

    private AmPdpReply Sign(AmPdpMessage request)
    {
        var (domain, selector) = (request.Value("d")?.ToLowerInvariant() ?? "", request.Value("s")?.ToLowerInvariant() ?? "");
        var reply = Begin(request);
        var digest = new byte[32];
        var isDigest = request.Value("digest") is { Length: 44 } text && Convert.TryFromBase64String(text, digest, out var length) && length == digest.Length;
        var key = _keys.Keys.FirstOrDefault(k => k.IsFor(domain) && k.Selector == selector);
        var refusal = key is null ? $"no key for selector {selector} of {domain}"
            : !isDigest || request.Value("digest_alg")?.Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is not "SHA256" ? "digest has to be a SHA-256 hash in base64"
            : null;
        if (refusal is not null)
        {
            log.Line(-1, LogId(request), "signing service: not signed: " + refusal);
            return reply.Add("reason", refusal);
        }
        log.Line(1, LogId(request), $"signing service: signed by {selector}:{domain}");
        return reply.Add("d", domain).Add("s", selector).Add("b", Convert.ToBase64String(key!.Key.Sign(digest))); // Without a key it was refused.
    }

    private static AmPdpReply Begin(AmPdpMessage request)
    {
        var reply = new AmPdpReply();
        foreach (var name in (string[])["request_id", "log_id"])
            if (request.Value(name) is { } value)
                reply.Add(name, value);
        return reply;
    }

    private static string LogId(AmPdpMessage request)
    {
        var id = LogText.Sanitize(request.Value("log_id") ?? "");
        return id.Length <= MaxLoggedId ? id : id[..MaxLoggedId];
    }

    private static string Word(CanonicalForm form) => form == CanonicalForm.Simple ? "simple" : "relaxed";
}
