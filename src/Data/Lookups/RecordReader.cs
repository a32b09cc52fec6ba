using System.Data.Common;
using System.Globalization;
using Amavis.Core.Lookups.Databases;
using Amavis.Data.Model;

namespace Amavis.Data.Lookups;

/// <summary>Rows of users and policies as records. A column of <c>policy</c> hides one of <c>users</c> with the same name, except id.</summary>
internal sealed class RecordReader(bool trimBlanks)
{
    /// <summary>The shape of the rows seen last, shared by all of them: results differ in it only when the schema changes.</summary>
    private static RecordShape s_last = new([]);

    public async Task<List<FoundRecord>> ReadAsync(DbDataReader reader, CancellationToken cancellationToken)
    {
        var shape = Shape(reader);
        var found = new List<FoundRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var values = new string?[reader.FieldCount];
            for (var i = 0; i < values.Length; i++)
                values[i] = Text(reader.GetValue(i));
            found.Add(Record(shape, values));
        }
        return found;
    }

    /// <summary>A value as text, whatever its type; null: NULL.</summary>
    public string? Text(object value)
    {
        var text = value switch
        {
            DBNull => null,
            string s => s,
            byte[] octets => OctetText.FromOctets(octets),
            bool truth => truth ? "1" : "0",
            float number => number.ToString("R", CultureInfo.InvariantCulture),
            double number => number.ToString("R", CultureInfo.InvariantCulture),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString(),
        };
        return trimBlanks ? text?.TrimEnd(' ') : text;
    }

    private static RecordShape Shape(DbDataReader reader)
    {
        var last = s_last;
        if (last.Names.Length == reader.FieldCount && SameNames(reader, last.Names))
            return last;
        var names = new string[reader.FieldCount];
        for (var i = 0; i < names.Length; i++)
            names[i] = reader.GetName(i);
        return s_last = new RecordShape(names);
    }

    private static bool SameNames(DbDataReader reader, string[] names)
    {
        for (var i = 0; i < names.Length; i++)
            if (reader.GetName(i) != names[i])
                return false;
        return true;
    }

    private static FoundRecord Record(RecordShape shape, string?[] values)
    {
        string? Value(int place) => place < 0 ? null : values[place];
        var id = Value(shape.Id);
        var email = Value(shape.Email);
        var source = "SQL users";
        if (id is not null)
            source += " " + id;
        if (email is not null)
            source += $" ({email})";
        if (Value(shape.PolicyId) is { } policy)
            source += Value(shape.PolicyName) is { Length: > 0 } name ? $", policy {policy} ({name})" : $", policy {policy}";
        var record = new AddressRecord(AddressDatabase.Sql, shape.Fields, values)
        {
            Source = source,
            IsCatchAll = email is "@." or ".",
            UserId = long.TryParse(id, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null,
        };
        _ = long.TryParse(Value(shape.Priority), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority);
        return new FoundRecord(record, email, priority);
    }

    private sealed class RecordShape(string[] names)
    {
        public string[] Names => names;
        public RecordFields Fields { get; } = new(names);
        /// <summary>The last one is users.id, which our statement names at its end.</summary>
        public int Id { get; } = Array.FindLastIndex(names, n => n.Equals("id", StringComparison.OrdinalIgnoreCase));
        /// <summary>The first ones are those of users.</summary>
        public int Email { get; } = First(names, "email");
        public int Priority { get; } = First(names, "priority");
        public int PolicyId { get; } = First(names, "policy_id");
        public int PolicyName { get; } = First(names, "policy_name");

        private static int First(string[] names, string name) => Array.FindIndex(names, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>A record with what its place in the order depends on.</summary>
/// <param name="Email">The key it was found under; null: not told.</param>
internal readonly record struct FoundRecord(AddressRecord Record, string? Email, long Priority);
