using System.Net.Sockets;
using System.Security.Cryptography;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Results;
using Amavis.Dkim.Signing;
using Amavis.Engine.Delivery;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.AmPdp;

namespace Amavis.Engine.Authentication;

/// <summary>What is known of mail that may be signed.</summary>
internal sealed record SigningFacts
{
    public required Settings Settings { get; init; }
    public required string LogId { get; init; }
    public required MailAddress EnvelopeSender { get; init; }
    public required IReadOnlyList<MailAddress> Recipients { get; init; }
    public required DateTimeOffset ReceivedAt { get; init; }
    /// <summary>Signatures the message has already.</summary>
    public DkimReport Report { get; init; } = DkimReport.None;
    /// <summary>Null: there is no message under way, and a signing service may take as long as it may.</summary>
    public MessageDeadline? Deadline { get; init; }
}

/// <summary>Signs mail of our own as it goes out. A fault in it leaves the mail unsigned and is logged.</summary>
internal sealed class MailSigner(EngineServices services, SigningFacts facts)
{
    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(30);

    private readonly Settings _settings = facts.Settings;
    private readonly List<MadeSignature> _made = [];
    private readonly SigningService? _service = facts.Settings.DkimSigningService is { } text && AmPdpEndpoint.TryParse(text, out var endpoint)
        ? new SigningService(endpoint!, services.Clock, () => facts.Deadline?.Share(cap: LongestAnswer) ?? LongestAnswer)
        : null;

    /// <summary>Asked once for each message: its copies differ in nothing that matters for the choice of a key.</summary>
    private ServiceChoice? _choice;
    private bool _asked;

    /// <summary>All signatures made so far, for several copies of a message perhaps the same ones.</summary>
    public IReadOnlyList<string> Made => [.. _made.Select(m => m.SelectorAndDomain).Distinct(StringComparer.Ordinal)];

    /// <summary>Mail that came from our own and is nothing our own would be ashamed of.</summary>
    public static bool MaySign(Settings settings, IEnumerable<RecipientVerdict> verdicts) =>
        settings.Originating && !verdicts.Any(v =>
            v.Categories.Has(ContentCategory.Virus) || v.Categories.Has(ContentCategory.Spam) || v.Categories.Has(ContentCategory.Spammy));

    /// <summary>The message with its signatures on top; as it is, when there is nobody to sign for.</summary>
    /// <param name="anyLocal">A recipient of ours gets it, whom we tell about the signatures.</param>
    public async Task<OutgoingMessage> SignAsync(OutgoingMessage message, bool anyLocal, CancellationToken cancellationToken)
    {
        var made = await MakeAsync(message, withoutTopReceived: false, cancellationToken);
        if (made.Count == 0)
            return message;
        var top = string.Concat(made.Select(m => m.Field)) + (Results(made, anyLocal) is { } results ? FieldText.Fold(results) : "");
        return new ToppedMessage(System.Text.Encoding.UTF8.GetBytes(top), message);
    }

    /// <summary>The same as fields to be put on top by somebody else, who also puts the topmost Received field there.</summary>
    public async Task<IReadOnlyList<FieldChange>> SignForClientAsync(OutgoingMessage message, bool anyLocal, CancellationToken cancellationToken)
    {
        var made = await MakeAsync(message, withoutTopReceived: true, cancellationToken);
        var fields = made.Select(m => new FieldChange(FieldChangeKind.Insert, "DKIM-Signature", 0, m.Body)).ToList();
        if (made.Count > 0 && Results(made, anyLocal) is { } results)
            fields.Add(new FieldChange(FieldChangeKind.Insert, results.Name, 0, Mime.Editing.FieldWriter.Body(results.Name, results.Body, Mime.Editing.Folding.AtMarks, Mime.Editing.HeaderRendering.Default)));
        return fields;
    }

    private AddedField? Results(IReadOnlyList<MadeSignature> made, bool anyLocal) =>
        anyLocal && _settings.EnableDkimVerification ? AuthenticationFields.Make(_settings, DkimResults.OfNew(made)) : null;

    private async Task<IReadOnlyList<MadeSignature>> MakeAsync(OutgoingMessage message, bool withoutTopReceived, CancellationToken cancellationToken)
    {
        if (!_settings.EnableDkimSigning || !_settings.MayAddHeader("DKIM-Signature"))
            return [];
        try
        {
            if (MessageSigner.ReadHeader(message) is not { } header)
                return [];
            var orders = await ChooseAsync(SignerChooser.Candidates(header, facts.EnvelopeSender), cancellationToken);
            var made = await MessageSigner.SignAsync(message, orders, _settings.SignedHeaderFields, withoutTopReceived, facts.ReceivedAt, SignHashAsync, cancellationToken);
            foreach (var signature in made)
                services.Log.Line(2, facts.LogId, $"dkim: signed by {signature.SelectorAndDomain} for {signature.Order.Candidate}");
            _made.AddRange(made);
            return made;
        }
        catch (Exception e) when (e is CryptographicException or IOException or SocketException or TimeoutException)
        {
            services.Log.Line(-1, facts.LogId, $"dkim: signing failed, the mail goes out unsigned: {e.Message}");
            return [];
        }
    }

    private async Task<IReadOnlyList<SignatureOrder>> ChooseAsync(IReadOnlyList<SignerCandidate> candidates, CancellationToken cancellationToken)
    {
        var choice = await AskServiceAsync(candidates, cancellationToken);
        var keys = KeyRing.Of(_settings.DkimKeys);
        var orders = SignerChooser.Choose(
            candidates, _settings.DkimSignatureOptionsBysenderMaps, _settings.AddressRules, keys, facts.Report.Valid, out var reason, choice?.Options);
        if (orders.Count == 0 && choice is not null && SignerChooser.ForService(choice.Candidate ?? candidates[0], choice.Options, facts.Report.Valid, ref reason) is { } order)
            orders = [order];
        if (orders.Count == 0)
            services.Log.Line(2, facts.LogId, $"dkim: not signed: {reason}");
        return orders;
    }

    /// <summary>Null: there is no service, or it does not answer; then the configuration alone counts.</summary>
    private async Task<ServiceChoice?> AskServiceAsync(IReadOnlyList<SignerCandidate> candidates, CancellationToken cancellationToken)
    {
        if (_service is null || _asked || candidates.Count == 0)
            return _choice;
        _asked = true;
        try
        {
            _choice = await _service.ChooseKeyAsync(facts.LogId, facts.EnvelopeSender, facts.Recipients, candidates, cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException or TimeoutException)
        {
            services.Log.Line(-1, facts.LogId, $"dkim_signing_service: {e.Message}");
        }
        return _choice;
    }

    private ValueTask<byte[]> SignHashAsync(SignatureOrder order, byte[] hash, CancellationToken cancellationToken) => order.Key is null && _service is not null
        ? _service.SignAsync(order, hash, facts.LogId, cancellationToken)
        : MessageSigner.WithKey(order, hash, cancellationToken);
}
