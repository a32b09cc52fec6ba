using Amavis.Core.Policy;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Quarantine;

/// <summary>One copy to be kept.</summary>
/// <param name="Targets">Quarantine addresses or aliases, unique.</param>
public sealed record QuarantineEntry(DeliveryMethod Method, IReadOnlyList<string> Targets, bool Archive);

/// <summary>Where a copy is.</summary>
/// <param name="Type">Letter for <c>msgs.quar_type</c>.</param>
/// <param name="Location">For <c>msgs.quar_loc</c> and the log.</param>
public sealed record StoredCopy(char Type, string Location, bool Archive);

/// <summary>Which copies a message leaves behind; pure.</summary>
public static class QuarantinePlanner
{
    public static IReadOnlyList<QuarantineEntry> Plan(IReadOnlyList<RecipientVerdict> verdicts, Settings settings)
    {
        ArgumentNullException.ThrowIfNull(verdicts);
        ArgumentNullException.ThrowIfNull(settings);
        var entries = new List<(DeliveryMethod Method, string Target, bool Archive)>();
        void Add(DeliveryMethod? method, string? target, RecipientVerdict verdict, bool archive)
        {
            if (method is null || string.IsNullOrEmpty(target))
                return;
            if (target == "%a" || method.Protocol == DeliveryProtocol.Bsmtp)
                target = verdict.Policy.Address.Unquoted;
            if (method.Protocol == DeliveryProtocol.Local && target.Contains('@'))
                method = settings.NotifyMethod ?? method;
            if (!entries.Contains((method, target, archive)))
                entries.Add((method, target, archive));
        }

        var tables = settings.ByCcat;
        foreach (var verdict in verdicts)
        {
            if (IsCutOff(verdict))
                continue;
            var method = tables.QuarantineMethods.Find(verdict.Categories, verdict.Blocking);
            var to = tables.QuarantineTo.Find(verdict.Categories, verdict.Blocking);
            Add(method, to?.Text(verdict.Policy.Keys), verdict, archive: false);
        }
        foreach (var verdict in verdicts)
            Add(settings.ArchiveQuarantineMethod, settings.ArchiveQuarantineToMaps.Text(verdict.Policy.Keys), verdict, archive: true);
        return [.. entries.GroupBy(e => (e.Method, e.Archive)).Select(g => new QuarantineEntry(g.Key.Method, [.. g.Select(e => e.Target)], g.Key.Archive))];
    }

    private static bool IsCutOff(RecipientVerdict verdict)
    {
        if (verdict.Effective.Major is not (Core.Categories.ContentCategory.Spam or Core.Categories.ContentCategory.Spammy))
            return false;
        var policy = verdict.Policy;
        return policy.QuarantineCutoffLevel is { } level
            && ((policy.SenderBlacklisted && !policy.SenderWhitelisted) || (verdict.Score ?? 0) >= level);
    }
}
