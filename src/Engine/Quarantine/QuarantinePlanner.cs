using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Quarantine;

/// <summary>Which copies a message leaves behind; pure.</summary>
public static class QuarantinePlanner
{
    private const string RecipientItself = "%a";

    public static IReadOnlyList<QuarantineEntry> Plan(IReadOnlyList<RecipientVerdict> verdicts, AddressKeys sender, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(settings);
        var plan = new Entries(settings);
        var tables = settings.ByCcat;
        foreach (var verdict in verdicts.Where(v => !IsCutOff(v)))
        {
            var method = tables.QuarantineMethods.Find(verdict.Categories, verdict.Blocking);
            var to = tables.QuarantineTo.Find(verdict.Categories, verdict.Blocking);
            plan.Add(method, to?.Text(verdict.Policy.Keys), verdict.Policy);
        }
        AddBySender(plan, verdicts, sender, settings);
        var kept = plan.Groups(archive: false);
        return AllInTheirOwnName(verdicts, settings)
            ? [.. kept, new QuarantineEntry(settings.ArchiveQuarantineMethod!, [.. verdicts.Select(v => v.Policy.Address.Unquoted)], Archive: true, Transparent: true)]
            : [.. kept, .. Archive(verdicts, settings)];
    }

    /// <summary>Spam may have one more place that depends on who sent it.</summary>
    private static void AddBySender(Entries plan, IReadOnlyList<RecipientVerdict> verdicts, AddressKeys sender, Settings settings)
    {
        if (settings.SpamQuarantineBysenderToMaps.Tables.Count == 0)
            return;
        var spam = verdicts.Where(v => v.Effective.Major == ContentCategory.Spam).ToList();
        if (spam.Count == 0)
            return;
        var worst = spam.MaxBy(v => v.Effective)!;
        var method = settings.ByCcat.QuarantineMethods.Find(worst.Categories, worst.Blocking);
        plan.Add(method, settings.SpamQuarantineBysenderToMaps.Text(sender), worst.Policy);
    }

    private static bool AllInTheirOwnName(IReadOnlyList<RecipientVerdict> verdicts, Settings settings) =>
        settings.ArchiveQuarantineMethod is not null && verdicts.Count > 0
        && verdicts.All(v => settings.ArchiveQuarantineToMaps.Text(v.Policy.Keys) == RecipientItself);

    private static IReadOnlyList<QuarantineEntry> Archive(IReadOnlyList<RecipientVerdict> verdicts, Settings settings)
    {
        var plan = new Entries(settings);
        foreach (var verdict in verdicts)
            plan.Add(settings.ArchiveQuarantineMethod, settings.ArchiveQuarantineToMaps.Text(verdict.Policy.Keys), verdict.Policy);
        return plan.Groups(archive: true);
    }

    private static bool IsCutOff(RecipientVerdict verdict)
    {
        if (verdict.Effective.Major is not (ContentCategory.Spam or ContentCategory.Spammy))
            return false;
        var policy = verdict.Policy;
        return policy.QuarantineCutoffLevel is { } level
            && ((policy.SenderBlacklisted && !policy.SenderWhitelisted) || (verdict.Score ?? 0) >= level);
    }

    /// <summary>Methods in the order they were first asked for, each with its places.</summary>
    private sealed class Entries(Settings settings)
    {
        private readonly List<(DeliveryMethod Method, string Target)> _entries = [];

        public void Add(DeliveryMethod? method, string? target, RecipientPolicy policy)
        {
            if (method is null || string.IsNullOrEmpty(target))
                return;
            if (target == RecipientItself || method.Protocol == DeliveryProtocol.Bsmtp)
                target = policy.Address.Unquoted;
            if (method.Protocol == DeliveryProtocol.Local && target.Contains('@'))
                method = settings.NotifyMethod ?? method;
            if (!_entries.Contains((method, target)))
                _entries.Add((method, target));
        }

        public IReadOnlyList<QuarantineEntry> Groups(bool archive) =>
            [.. _entries.GroupBy(e => e.Method).Select(g => new QuarantineEntry(g.Key, [.. g.Select(e => e.Target)], archive))];
    }
}
