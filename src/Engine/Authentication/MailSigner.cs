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

namespace Amavis.Engine.Authentication;

/// <summary>Signs mail of our own as it goes out. A fault in it leaves the mail unsigned and is logged.</summary>
/// <param name="report">Signatures the message has already.</param>
internal sealed class MailSigner(EngineServices services, Settings settings, string logId, MailAddress envelopeSender, DateTimeOffset receivedAt, DkimReport report)
{
    private readonly List<MadeSignature> _made = [];

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
        anyLocal && settings.EnableDkimVerification ? AuthenticationFields.Make(settings, DkimResults.OfNew(made)) : null;

    private async Task<IReadOnlyList<MadeSignature>> MakeAsync(OutgoingMessage message, bool withoutTopReceived, CancellationToken cancellationToken)
    {
        if (!settings.EnableDkimSigning || !settings.MayAddHeader("DKIM-Signature"))
            return [];
        try
        {
            if (MessageSigner.ReadHeader(message) is not { } header)
                return [];
            var candidates = SignerChooser.Candidates(header, envelopeSender);
            var orders = SignerChooser.Choose(
                candidates, settings.DkimSignatureOptionsBysenderMaps, settings.AddressRules, KeyRing.Of(settings.DkimKeys), report.Valid, out var reason);
            if (orders.Count == 0)
                services.Log.Line(2, logId, $"dkim: not signed: {reason}");
            var made = await MessageSigner.SignAsync(message, orders, settings.SignedHeaderFields, withoutTopReceived, receivedAt, MessageSigner.WithKey, cancellationToken);
            foreach (var signature in made)
                services.Log.Line(2, logId, $"dkim: signed by {signature.SelectorAndDomain} for {signature.Order.Candidate}");
            _made.AddRange(made);
            return made;
        }
        catch (Exception e) when (e is CryptographicException or IOException or SocketException or TimeoutException)
        {
            services.Log.Line(-1, logId, $"dkim: signing failed, the mail goes out unsigned: {e.Message}");
            return [];
        }
    }
}
