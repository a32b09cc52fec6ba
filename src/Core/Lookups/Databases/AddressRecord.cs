using System.Collections.Frozen;

namespace Amavis.Core.Lookups.Databases;

/// <summary>Names of the fields of a result, in any letter case, and their places in its rows. Shared by all rows of one shape.</summary>
public sealed class RecordFields
{
    private readonly FrozenDictionary<string, int> _places;

    /// <param name="names">A name given twice stands for its last place.</param>
    public RecordFields(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < names.Count; i++)
            places[names[i]] = i;
        _places = places.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Count = names.Count;
    }

    /// <summary>Fields of a row, doubles included.</summary>
    public int Count { get; }

    public bool TryGetPlace(string name, out int place) => _places.TryGetValue(name, out place);
}

/// <summary>What a database holds under one key of an address: a row of SQL, an entry of LDAP. Immutable, kept in caches.</summary>
public sealed class AddressRecord(AddressDatabase database, RecordFields fields, string?[] values)
{
    public AddressDatabase Database => database;

    /// <summary>For people: the table and row, or the entry.</summary>
    public required string Source { get; init; }

    /// <summary>Found under <c>@.</c>, which every address has.</summary>
    public bool IsCatchAll { get; init; }

    /// <summary><c>users.id</c>, to which white and black lists refer; null: not told.</summary>
    public long? UserId { get; init; }

    /// <summary>Sender keys this record's owner wants no mail from, and those whose mail is never spam, in lower case; LDAP only.</summary>
    public IReadOnlySet<string> Blacklist { get; init; } = FrozenSet<string>.Empty;

    public IReadOnlySet<string> Whitelist { get; init; } = FrozenSet<string>.Empty;

    /// <summary>Does the result have the field at all, be it without a value.</summary>
    public bool Has(string field) => fields.TryGetPlace(field, out _);

    /// <summary>Null: no such field, or it has no value. The empty text is a value.</summary>
    public string? this[string field] => fields.TryGetPlace(field, out var place) && place < values.Length ? values[place] : null;
}

/// <summary>All records of an address, those that go first at the front.</summary>
public sealed record AddressRecords(IReadOnlyList<AddressRecord> Sql, IReadOnlyList<AddressRecord> Ldap)
{
    /// <summary>Nothing is known, or no database is to be asked.</summary>
    public static readonly AddressRecords None = new([], []);

    public IReadOnlyList<AddressRecord> Of(AddressDatabase database) => database == AddressDatabase.Sql ? Sql : Ldap;
}
