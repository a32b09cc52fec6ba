using Amavis.Dkim.Results;
using Amavis.Engine.Templates;

namespace Amavis.Engine.Authentication;

/// <summary>Signatures as templates speak of them.</summary>
internal static class DkimMacros
{
    /// <param name="made"><c>selector:domain</c> of signatures made here.</param>
    public static DkimMacroFacts Of(DkimReport report, IReadOnlyList<string> made) => new()
    {
        Valid = report.Valid.Count,
        ByAuthor = report.ByAuthor,
        BySender = report.BySender,
        ByThirdParty = report.ByThirdParty,
        ByEnvelopeSender = report.ByEnvelopeSender,
        Identities = Each(report.Valid.Select(v => v.Identity)),
        Selectors = Each(report.Valid.Select(v => v.Selector)),
        Domains = Each(report.Valid.Select(v => v.Domain)),
        SelectorsAndDomains = Each(report.Valid.Select(v => v.SelectorAndDomain)),
        New = made,
    };

    private static List<string> Each(IEnumerable<string> texts) => [.. texts.Distinct(StringComparer.Ordinal)];
}
