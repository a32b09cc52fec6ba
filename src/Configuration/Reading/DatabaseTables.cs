using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;

namespace Amavis.Configuration.Reading;

/// <summary>
/// Fields of the databases at a place of their own in a <c>*_maps</c> variable: <c>{sql: spam_kill_level}</c>, <c>{ldap: …}</c>; the
/// original's <c>q_sql_s</c>, <c>q_sql_n</c>, <c>q_sql_b</c> and <c>q_ldap_*</c> say beside it how the field is read.
/// </summary>
internal static class DatabaseTables
{
    public static bool IsOne(string key) => Kind(key) is not null;

    public static bool Read(ScalarNode key, ScalarNode field, MapsType type, BindContext context, out LookupTable? table)
    {
        table = null;
        if (!type.AddressKeys || type.Result is ResultType.SenderScores or ResultType.SenderTable)
            return context.Fault(key, "databases hold texts, numbers and yes or no of addresses, not " + type.ResultWords);
        if (!Scalars.RequiredLine(field, context, out var name))
            return false;
        var (database, letter) = Kind(key.Text)!.Value;
        var kind = letter switch
        {
            's' => FieldKind.Text,
            'n' => FieldKind.Number,
            'b' => FieldKind.Truth,
            _ => KindOf(type.Result),
        };
        var known = PolicyField.All.Any(f => f.Kind == FieldKind.Locality && (database == AddressDatabase.Sql ? f.Sql : f.Ldap).Equals(name, StringComparison.OrdinalIgnoreCase));
        table = new DatabaseTable(database, name, known ? FieldKind.Locality : kind);
        return true;
    }

    private static FieldKind KindOf(ResultType result) => result switch
    {
        ResultType.Truth => FieldKind.Truth,
        ResultType.Number or ResultType.Destiny => FieldKind.Number,
        _ => FieldKind.Text,
    };

    private static (AddressDatabase Database, char Letter)? Kind(string key) => key switch
    {
        "sql" => (AddressDatabase.Sql, ' '),
        "ldap" => (AddressDatabase.Ldap, ' '),
        ['q', '_', 's', 'q', 'l', '_', 's' or 'n' or 'b'] => (AddressDatabase.Sql, key[^1]),
        ['q', '_', 'l', 'd', 'a', 'p', '_', 's' or 'n' or 'b'] => (AddressDatabase.Ldap, key[^1]),
        _ => null,
    };
}
