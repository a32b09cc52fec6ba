using Amavis.Core.Categories;
using Amavis.Engine.Reporting;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Delivery.Mangling;

/// <summary>Why a message is attached instead of shown, in words for its reader: one paragraph for each category that asks for it.</summary>
internal static class DefangReasons
{
    private const int MaxDefects = 1000;

    public static IReadOnlyList<string> Of(RecipientVerdict verdict, Findings findings)
    {
        var table = verdict.Policy.Settings.DeliveryByCcat.Defang;
        var reasons = new List<string>();
        foreach (var major in verdict.Categories.Keys.Select(k => k.Major).Distinct())
        {
            var asks = verdict.Categories.Keys.Any(k => k.Major == major && table.Entries.TryGetValue(k, out var maps) && (maps?.IsTrue(verdict.Policy.Keys) ?? false));
            if (asks && Reason(major, verdict, findings) is { } reason)
                reasons.Add(reason);
        }
        return reasons;
    }

    private static string? Reason(ContentCategory category, RecipientVerdict verdict, Findings findings) => category switch
    {
        ContentCategory.Virus => "The attached message holds a virus: " + string.Join(", ", findings.Virus.Names),
        ContentCategory.Banned => $"The attached message has a part of a kind that is not allowed here: {verdict.Banned?.ShortReason}. Do not open it unless you know what it is.",
        ContentCategory.Unchecked => Unchecked(findings),
        ContentCategory.Spam or ContentCategory.Spammy => Spam(verdict),
        ContentCategory.BadHeader => Defects(findings),
        ContentCategory.Oversized => $"The attached message is larger than what this mailbox is to take: {findings.Size} octets.",
        _ => null,
    };

    private static string Unchecked(Findings findings) => findings.Tree?.Hold is { } hold
        ? $"The attached message could not be checked for viruses in full: {hold}. It may be made to fill up disks when it is opened."
        : "The attached message has a part that could not be taken apart, encrypted perhaps: it is not checked for viruses.";

    private static string Spam(RecipientVerdict verdict)
    {
        var summary = $"The attached message looks like unsolicited mail, with {(verdict.Score is { } s ? LogLine.Number(s) : "no")} points.";
        return verdict.Spam?.Report is { Length: > 0 } report ? summary + "\n" + report.Trim() : summary;
    }

    private static string Defects(Findings findings)
    {
        var all = string.Join("\n", findings.HeaderDefects.Select(d => "  " + d.Text));
        return "The header of the attached message breaks rules:\n" + (all.Length > MaxDefects ? all[..MaxDefects] + "..." : all);
    }
}
