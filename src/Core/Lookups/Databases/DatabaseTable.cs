using System.Globalization;

namespace Amavis.Core.Lookups.Databases;

/// <summary>
/// A field of the databases as a table of a <c>*_maps</c> list. The records are walked in order; the first that has a value decides,
/// one without falls through to the next and at last to the tables behind. Reads what was looked up for the address before, and
/// does not connect to anything.
/// </summary>
public sealed class DatabaseTable(AddressDatabase database, string name, FieldKind kind) : LookupTable
{
    public AddressDatabase Database => database;

    public string Name => name;

    public FieldKind Kind => kind;

    /// <exception cref="InvalidOperationException">Nobody looked the address up: going on would mean "no policy".</exception>
    public override LookupResult? Find(AddressKeys keys)
    {
        foreach (var record in Records(keys))
            if (Read(record) is { } value)
                return new LookupResult(value, record.Source);
        return null;
    }

    public override IEnumerable<LookupResult> FindAll(AddressKeys keys)
    {
        foreach (var record in Records(keys))
            if (Read(record) is { } value)
                yield return new LookupResult(value, record.Source);
    }

    /// <summary>Databases know addresses only.</summary>
    public override LookupResult? FindText(string text) => null;

    private IReadOnlyList<AddressRecord> Records(AddressKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return keys.Records is { } records
            ? records.Of(database)
            : throw new InvalidOperationException($"{name} of <{keys.Original}> is asked for, but the address was not looked up in {database}");
    }

    private LookupValue? Read(AddressRecord record)
    {
        if (kind == FieldKind.Locality && !record.Has(name))
            return record.IsCatchAll ? null : LookupValue.True;
        if (record[name] is not { } text)
            return null;
        return kind switch
        {
            FieldKind.Text => new LookupValue(text),
            FieldKind.Number => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? new LookupValue(number) : null,
            _ => IsTrue(text) ? LookupValue.True : LookupValue.False,
        };
    }

    /// <summary>LDAP has the words TRUE and FALSE (RFC 4517 §3.3.3); in SQL everything is true that does not say no.</summary>
    private bool IsTrue(string text)
    {
        if (database == AddressDatabase.Ldap)
            return text == "TRUE";
        var value = text.AsSpan().TrimEnd(' ');
        return value is not ("" or "N" or "n" or "F" or "f") && value.ContainsAnyExcept('0') && value.ContainsAnyExcept('\0');
    }
}
