using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>Who is told besides the sender, with what and by whom; pure.</summary>
internal sealed record NoticePlan(Template Template, string From, string? EnvelopeSender, IReadOnlyList<MailAddress> Recipients);

internal static class NoticePlanner
{
    private const string HostNamePlace = "${myhostname}";

    /// <summary>One notice to all administrators; null: nobody is to be told.</summary>
    /// <param name="hasNewVirus">A virus was found that was never found before.</param>
    public static NoticePlan? Administrators(IReadOnlyList<RecipientOutcome> outcomes, Settings settings, bool hasNewVirus)
    {
        var tables = settings.NoticesByCcat;
        var addresses = new List<MailAddress>();
        foreach (var outcome in outcomes)
        {
            var keys = outcome.Verdict.Policy.Keys;
            if (!IsCutOff(outcome, settings))
                Add(addresses, tables.AdminMaps.Find(outcome.Categories, outcome.Blocking)?.Text(keys));
            if (hasNewVirus && outcome.Categories.Has(ContentCategory.Virus))
                Add(addresses, settings.NewvirusAdminMaps.Text(keys));
        }
        var (categories, blocking) = OfMessage(outcomes);
        if (addresses.Count == 0 || tables.NotifyAdminTempl.Find(categories, blocking) is not { IsEmpty: false } template)
            return null;
        var from = Address(tables.HdrfromNotifyAdmin.Find(categories, blocking), settings);
        return new NoticePlan(template, from, tables.MailfromNotifyAdmin.Find(categories, blocking), addresses);
    }

    /// <summary>A notice for each recipient who is to be told, with the outcome it tells of.</summary>
    public static IEnumerable<(NoticePlan Plan, RecipientOutcome Outcome)> Recipients(IReadOnlyList<RecipientOutcome> outcomes, Settings settings)
    {
        var tables = settings.NoticesByCcat;
        foreach (var outcome in outcomes)
        {
            var policy = outcome.Verdict.Policy;
            if (policy.Address.IsNull || !(policy.IsLocal || settings.WarnOffsite))
                continue;
            if (tables.WarnRecipMaps.Find(outcome.Categories, outcome.Blocking) is not { } maps || !maps.IsTrue(policy.Keys))
                continue;
            if (tables.NotifyRecipsTempl.Find(outcome.Categories, outcome.Blocking) is not { IsEmpty: false } template)
                continue;
            var from = Address(tables.HdrfromNotifyRecip.Find(outcome.Categories, outcome.Blocking), settings);
            yield return (new NoticePlan(template, from, tables.MailfromNotifyRecip.Find(outcome.Categories, outcome.Blocking), [policy.Address]), outcome);
        }
    }

    /// <summary>The notification to the sender for the recipients it tells of; null: there is no text for such mail.</summary>
    public static NoticePlan? Sender(IReadOnlyList<RecipientOutcome> told, MailAddress sender, Settings settings)
    {
        var tables = settings.NoticesByCcat;
        var (categories, blocking) = OfMessage(told);
        if (tables.NotifySenderTempl.Find(categories, blocking) is not { IsEmpty: false } template)
            return null;
        var addresses = new List<MailAddress> { sender };
        Add(addresses, tables.DsnBcc.Find(categories, blocking));
        return new NoticePlan(template, Address(tables.HdrfromNotifySender.Find(categories, blocking), settings), "", addresses);
    }

    /// <summary>The text around a stored message; the recipients are those of a copy. Null: there is no text.</summary>
    public static NoticePlan? Release(RecipientOutcome stored, bool isReport, Settings settings)
    {
        var tables = settings.NoticesByCcat;
        var templates = isReport ? tables.NotifyReportTempl : tables.NotifyReleaseTempl;
        if (templates.Find(stored.Categories, stored.Blocking) is not { IsEmpty: false } template)
            return null;
        var from = (isReport ? tables.HdrfromNotifyReport : tables.HdrfromNotifyRelease).Find(stored.Categories, stored.Blocking);
        var copies = new List<MailAddress>();
        if (isReport)
            Add(copies, tables.DsnBcc.Find(stored.Categories, stored.Blocking));
        return new NoticePlan(template, Address(from, settings), null, copies);
    }

    /// <summary>The From field of notices, with the host's name filled in.</summary>
    private static string Address(string? from, Settings settings) =>
        string.IsNullOrWhiteSpace(from) ? settings.HdrfromNotifySender : from.Replace(HostNamePlace, settings.MyHostname, StringComparison.OrdinalIgnoreCase);

    /// <summary>The categories of all these recipients; the blocking one is the most severe.</summary>
    private static (CategorySet Categories, CategoryKey? Blocking) OfMessage(IReadOnlyList<RecipientOutcome> outcomes) =>
        (outcomes.Aggregate(CategorySet.Clean, (all, o) => all.Union(o.Categories)),
            outcomes.Select(o => o.Blocking).OfType<CategoryKey>().Order().Cast<CategoryKey?>().LastOrDefault());

    /// <summary>Spam with so many points that no administrator wants to hear of it.</summary>
    private static bool IsCutOff(RecipientOutcome outcome, Settings settings)
    {
        if (outcome.Effective.Major != ContentCategory.Spam)
            return false;
        var policy = outcome.Verdict.Policy;
        return settings.SpamNotifyadminCutoffLevelMaps.Number(policy.Keys) is { } level
            && ((outcome.Verdict.Score ?? 0) >= level || (policy.SenderBlacklisted && !policy.SenderWhitelisted));
    }

    private static void Add(List<MailAddress> addresses, string? text)
    {
        if (string.IsNullOrWhiteSpace(text) || !MailAddress.TryParse(text.Trim().Trim('<', '>'), out var address) || address.IsNull)
            return;
        if (!addresses.Any(a => a.SameMailbox(address)))
            addresses.Add(address);
    }
}
