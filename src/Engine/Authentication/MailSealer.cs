using System.Security.Cryptography;
using System.Text;
using Amavis.Authentication.Arc;
using Amavis.Core.Messages;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Results;
using Amavis.Dkim.Signing;
using Amavis.Engine.Delivery;

namespace Amavis.Engine.Authentication;

/// <summary>
/// Seals mail of others that is passed on (<c>arc_seal_domain</c>), as it goes out: what was found here stays known behind us although tags and
/// disclaimers break signatures. A fault in it leaves the mail without a seal and is logged.
/// </summary>
internal sealed class MailSealer(EngineServices services, ReceivedMessage message, Letter letter)
{
    private readonly Core.Policy.Settings _settings = message.Policy.Settings;

    /// <summary>The message with its set on top; as it is, when it is not to be sealed.</summary>
    public OutgoingMessage Seal(OutgoingMessage copy)
    {
        var fields = Make(copy, withoutTopReceived: false);
        return fields.Count == 0 ? copy : new ToppedMessage(Encoding.UTF8.GetBytes(string.Concat(fields.Select(f => f.Text))), copy);
    }

    /// <summary>The same as fields to be put on top by somebody else, who also puts the topmost Received field there.</summary>
    public IReadOnlyList<FieldChange> SealForClient(OutgoingMessage copy) =>
        [.. Make(copy, withoutTopReceived: true).Select(f => new FieldChange(FieldChangeKind.Insert, f.Name, 0, f.Body))];

    private IReadOnlyList<ArcField> Make(OutgoingMessage copy, bool withoutTopReceived)
    {
        // Mail of our own is signed; whoever seals it is the first who changes it.
        if (_settings.ArcSealDomain is not { Length: > 0 } domain || _settings.Originating)
            return [];
        var keys = KeyRing.Of(_settings.DkimKeys);
        var key = keys.Find(domain, null, SigningAlgorithm.RsaSha256, null) ?? keys.Find(domain, null, SigningAlgorithm.Ed25519Sha256, null);
        if (key is null)
            return NotSealed(-1, $"dkim_keys has no key of {domain}, which arc_seal_domain names");
        if (letter.Arc is not { } chain)
            return NotSealed(-1, "there is no DNS to tell whether the chain is good");
        try
        {
            var fields = ArcSealer.Seal(copy, new SealOrder(domain, key, _settings.SignedHeaderFields, Results(chain), chain, message.ReceivedAt), withoutTopReceived, out var fault);
            if (fields.Count == 0)
                return NotSealed(1, fault);
            services.Log.Line(2, message.LogId, $"arc: sealed by {key.Selector}:{domain}, instance {chain.Instances + 1}, cv={chain.Word}");
            return fields;
        }
        catch (Exception e) when (e is CryptographicException or IOException)
        {
            return NotSealed(-1, e.Message);
        }
    }

    private IReadOnlyList<ArcField> NotSealed(int level, string reason)
    {
        services.Log.Line(level, message.LogId, "arc: not sealed: " + reason);
        return [];
    }

    /// <summary>All that was found, also of what Authentication-Results is not asked to tell.</summary>
    private string Results(ArcResult chain)
    {
        List<AuthenticationResult> results = [.. DkimResults.Of(letter.Dkim.Results, letter.Facts), .. letter.SenderResults];
        if (chain.Verdict != ArcVerdict.None && !results.Exists(r => r.Method == "arc"))
            results.Add(SenderCheck.Of(chain));
        return new AuthenticationResultsField(AuthenticationFields.IdOf(_settings), results).Write("");
    }
}
