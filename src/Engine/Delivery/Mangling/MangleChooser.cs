using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Engine.Lookups;
using Amavis.Programs;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Delivery.Mangling;

/// <summary>Which change to the body a recipient's copy gets, from the verdict and the settings.</summary>
internal static class MangleChooser
{
    public static async ValueTask<MangleChoice> ChooseAsync(
        RecipientVerdict verdict, HeaderFacts facts, MailAddress envelopeSender, AddressBook book, CancellationToken cancellationToken)
    {
        var settings = verdict.Policy.Settings;
        var wanted = Configured(verdict) ?? (string.IsNullOrEmpty(settings.DefangAll) ? null : settings.DefangAll);
        switch (wanted)
        {
            case null:
                return MangleChoice.None;
            case "disclaimer" or "nulldisclaimer":
                var authors = await FindLocalAuthorsAsync(facts, envelopeSender, settings, book, cancellationToken);
                if (!settings.AllowDisclaimers || authors.Count == 0 || (settings.OutboundDisclaimersOnly && verdict.Policy.IsLocal))
                    return MangleChoice.None;
                return wanted == "disclaimer" ? new MangleChoice(ManglingKind.Disclaimer, Option(authors, settings)) : new MangleChoice(ManglingKind.NullDisclaimer);
            default:
                return verdict.Policy.IsLocal ? new MangleChoice(KindOf(wanted, settings)) : MangleChoice.None;
        }
    }

    /// <summary>The first value set, from the most severe category on; all of them pass.</summary>
    private static string? Configured(RecipientVerdict verdict)
    {
        var table = verdict.Policy.Settings.DeliveryByCcat.Defang;
        foreach (var key in verdict.Categories.Keys.Append(Core.Categories.ContentCategory.CatchAll))
            if (table.Entries.TryGetValue(key, out var maps) && maps?.Find(verdict.Policy.Keys) is { IsTrue: true } value)
                return value.Text;
        return null;
    }

    private static ManglingKind KindOf(string wanted, Settings settings) => wanted switch
    {
        "attach" => ManglingKind.Attach,
        "altermime" => ManglingKind.Altermime,
        "null" => ManglingKind.Null,
        _ => !string.IsNullOrEmpty(settings.Altermime) && ProgramRunner.Find(settings.Altermime, settings.ProgramPath) is not null ? ManglingKind.Altermime : ManglingKind.Attach,
    };

    /// <summary>In the order in which a disclaimer is searched for them.</summary>
    private static async ValueTask<List<AddressKeys>> FindLocalAuthorsAsync(
        HeaderFacts facts, MailAddress envelopeSender, Settings settings, AddressBook book, CancellationToken cancellationToken)
    {
        var authors = facts.From.Concat(facts.ResentFrom).Concat(facts.ResentSender).Concat(facts.Sender).Select(a => a.Address).OfType<MailAddress>().Append(envelopeSender);
        var local = new List<AddressKeys>();
        foreach (var author in authors.Where(a => !a.IsNull))
            if (await book.IsLocalAsync(author, cancellationToken))
                local.Add(await book.FindForAsync(settings.DisclaimerOptionsBysenderMaps, author, cancellationToken));
        return local;
    }

    private static string Option(List<AddressKeys> authors, Settings settings) =>
        authors.Select(settings.DisclaimerOptionsBysenderMaps.Text).FirstOrDefault(t => t is not null) ?? "";
}
