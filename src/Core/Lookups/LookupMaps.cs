using Amavis.Core.Lookups.Databases;

namespace Amavis.Core.Lookups;

/// <summary>An ordered list of tables, a <c>*_maps</c> variable. The first table with a defined result decides.</summary>
public sealed class LookupMaps
{
    public static readonly LookupMaps Empty = new([]);

    public LookupMaps(IReadOnlyList<LookupTable> tables) => Tables = tables;

    public IReadOnlyList<LookupTable> Tables { get; }

    public static LookupMaps Constant(string? text) =>
        text is null ? Empty : new LookupMaps([new ConstantTable(new LookupValue(text))]);

    public static LookupMaps Constant(double? number) =>
        number is null ? Empty : new LookupMaps([new ConstantTable(new LookupValue(number.Value))]);

    /// <summary>The tables of the configuration alone: what can be said of an address that was not looked up in databases.</summary>
    public LookupMaps Static => Tables.Any(t => t is DatabaseTable) ? new LookupMaps([.. Tables.Where(t => t is not DatabaseTable)]) : this;

    public bool AsksDatabases => Tables.Any(t => t is DatabaseTable);

    public LookupValue? Find(AddressKeys keys) => FindWithSource(keys)?.Value;

    /// <summary>The result with the number of the table and what matched in it.</summary>
    public FoundInMaps? FindWithSource(AddressKeys keys)
    {
        for (var i = 0; i < Tables.Count; i++)
            if (Tables[i].Find(keys) is { } result)
                return new FoundInMaps(result.Value, i, result.Matched, Tables[i]);
        return null;
    }

    public IEnumerable<LookupResult> FindAll(AddressKeys keys) => Tables.SelectMany(t => t.FindAll(keys));

    public LookupValue? FindText(string text)
    {
        foreach (var table in Tables)
            if (table.FindText(text) is { } result)
                return result.Value;
        return null;
    }

    public bool IsTrue(AddressKeys keys) => Find(keys)?.IsTrue ?? false;

    public double? Number(AddressKeys keys) => Find(keys)?.Number;

    public string? Text(AddressKeys keys) => Find(keys)?.Text;

    /// <summary>True when the first table is a constant that is true: the whole check is switched off.</summary>
    public bool IsAlwaysTrue => Tables.Count > 0 && Tables[0] is ConstantTable { Value.IsTrue: true };
}

/// <param name="Table">Index of the table in the list.</param>
/// <param name="Kind">The table itself.</param>
public readonly record struct FoundInMaps(LookupValue Value, int Table, string Matched, LookupTable Kind);
