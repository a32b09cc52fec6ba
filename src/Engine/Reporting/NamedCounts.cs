using Amavis.Core.Counters;
using Amavis.Core.Logging;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>Counts by names that come up in mail: types of parts and names of viruses. For <c>amavis agent</c>; not in the MIB.</summary>
internal static class NamedCounts
{
    private const int MaxNameCharacters = 100;

    public static void Add(CounterBatch counters, Findings findings)
    {
        foreach (var part in findings.Tree?.Parts ?? [])
            if (part.ShortTypes.Count > 0)
                counters.AddNamed("OpsDecType-" + string.Join('.', part.ShortTypes));
        foreach (var name in findings.Virus.Names.Distinct(StringComparer.Ordinal))
            counters.AddNamed("virus.byname." + LogText.Sanitize(name.Length > MaxNameCharacters ? name[..MaxNameCharacters] : name));
    }
}
