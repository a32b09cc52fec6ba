using System.Collections.Frozen;
using Amavis.Core.Policy;

namespace Amavis.Data.Model;

/// <summary>
/// What a database looks like where databases differ: which tables are there, and which of the columns we make as octets
/// (PostgreSQL <c>bytea</c>) or as a time were declared as text by the administrator of an older amavisd-new.
/// </summary>
public sealed class SchemaShape
{
    private readonly FrozenDictionary<string, string> _columns;

    /// <param name="columns">Lower-case <c>table.column</c> to its declared type; tables not listed do not exist.</param>
    public SchemaShape(SqlProvider provider, IReadOnlyDictionary<string, string> columns)
    {
        ArgumentNullException.ThrowIfNull(columns);
        Provider = provider;
        _columns = columns.ToFrozenDictionary(StringComparer.Ordinal);
        Tables = columns.Keys.Select(k => k[..k.IndexOf('.')]).ToFrozenSet(StringComparer.Ordinal);
        var text = columns.Where(c => IsTextType(c.Value)).Select(c => c.Key).Where(AdaptableColumns.Contains);
        TextColumns = text.ToFrozenSet(StringComparer.Ordinal);
        ModelKey = string.Join(' ', TextColumns.Order(StringComparer.Ordinal));
    }

    /// <summary>The schema our own migrations make.</summary>
    public static SchemaShape Own(SqlProvider provider) => new(provider, FrozenDictionary<string, string>.Empty);

    /// <summary>Columns that may be octets (or a time) or text in PostgreSQL; we follow what is there.</summary>
    public static readonly FrozenSet<string> AdaptableColumns = new[]
    {
        "maddr.email", "users.email", "mailaddr.email", "msgs.mail_id", "msgs.secret_id", "msgs.time_iso",
        "msgrcpt.mail_id", "quarantine.mail_id", "aw_explanation.mail_id",
    }.ToFrozenSet(StringComparer.Ordinal);

    public SqlProvider Provider { get; }

    public IReadOnlySet<string> Tables { get; }

    /// <summary>Members of <see cref="AdaptableColumns"/> that are text here; PostgreSQL only.</summary>
    public IReadOnlySet<string> TextColumns { get; }

    /// <summary>Equal for shapes that give the same EF model.</summary>
    internal string ModelKey { get; }

    public bool HasColumn(string table, string column) => _columns.ContainsKey(table + "." + column);

    /// <summary>Declared type, lower case, or null when there is no such column.</summary>
    public string? TypeOf(string table, string column) => _columns.GetValueOrDefault(table + "." + column);

    /// <summary>True when values of the column travel as text: always in SQLite.</summary>
    public bool IsText(string tableAndColumn) => Provider == SqlProvider.Sqlite || TextColumns.Contains(tableAndColumn);

    private static bool IsTextType(string type) =>
        type.StartsWith("char", StringComparison.Ordinal) || type.StartsWith("varchar", StringComparison.Ordinal) || type == "text";
}
