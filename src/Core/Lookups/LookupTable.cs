namespace Amavis.Core.Lookups;

/// <summary>
/// One table of a <c>*_maps</c> list. A result of null means "does not know, ask the next table"; an empty string and
/// zero are answers.
/// </summary>
public abstract class LookupTable
{
    /// <summary>First result for an address, or null.</summary>
    public abstract LookupResult? Find(AddressKeys keys);

    /// <summary>All results in the table's order; used where results are collected instead of chosen.</summary>
    public virtual IEnumerable<LookupResult> FindAll(AddressKeys keys)
    {
        if (Find(keys) is { } result)
            yield return result;
    }

    /// <summary>First result for a text that is no address: a file name, a virus name.</summary>
    public virtual LookupResult? FindText(string text) => Find(AddressKeys.ForText(text));
}

/// <summary>A value found, and what in the table matched (the key, the pattern), for explaining the decision.</summary>
public readonly record struct LookupResult(LookupValue Value, string Matched);
