using System.Globalization;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Core.Explaining;

/// <summary>Where a looked-up value came from, in words: a row, an entry, or a table of a bank or a file.</summary>
public static class LookupSource
{
    /// <summary>Is the source worth keeping with each message: a value for everybody that the files give is not.</summary>
    public static bool Tells(FoundInMaps found, string variable, PolicyState policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        return found.Kind is not ConstantTable || policy.Banks.Any(b => b.Places.ContainsKey(variable));
    }

    public static string Of(FoundInMaps found, string variable, LookupMaps maps, PolicyState policy)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(policy);
        if (found.Kind is DatabaseTable)
            return found.Matched;
        var place = policy.PlaceOf(variable);
        var number = maps.Tables.Take(found.Table).Count(t => t is not DatabaseTable) + 1;
        if (found.Kind is ConstantTable && place is null)
            return "default";
        return place is null
            ? string.Create(CultureInfo.InvariantCulture, $"{variable}, table {number}, {found.Matched}")
            : string.Create(CultureInfo.InvariantCulture, $"{variable} of {place}, table {number}, {found.Matched}");
    }
}
