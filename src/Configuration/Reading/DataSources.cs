using System.Data.Common;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads data source names. Mistakes never repeat the text, which may hold a password.</summary>
internal static class DataSources
{
    private const string Wanted = "a data source such as \"postgres:Host=/run/postgresql;Database=amavis;Username=amavis\" or \"sqlite:/var/lib/amavis/amavis.db\"";

    public static bool Read(Node node, BindContext context, out IReadOnlyList<SqlDsn> value)
    {
        var sources = new List<SqlDsn>();
        value = sources;
        if (node is ScalarNode { IsNull: true })
            return true;
        var good = true;
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            if (item is not ScalarNode { IsNull: false } scalar)
                good = context.Expects(item, Wanted);
            else if (Fault(scalar.Text, out var source) is { } fault)
                good = context.Fault(item, fault);
            else
                sources.Add(source!);
        }
        return good;
    }

    private static string? Fault(string text, out SqlDsn? source)
    {
        source = null;
        if (text.StartsWith("DBI:", StringComparison.OrdinalIgnoreCase))
            return "DBI data sources are not understood; expects " + Wanted;
        var colon = text.IndexOf(':');
        SqlProvider? provider = (colon < 0 ? "" : text[..colon]) switch
        {
            "postgres" => SqlProvider.Postgres,
            "sqlite" => SqlProvider.Sqlite,
            _ => null,
        };
        if (provider is not { } kind)
            return "expects " + Wanted;
        var rest = text[(colon + 1)..];
        if (rest.Length == 0 || rest.Any(char.IsControl))
            return "expects " + Wanted;
        if (kind == SqlProvider.Postgres && !IsConnectionString(rest))
            return "the connection string is not a list of Name=value parted by semicolons";
        source = new SqlDsn(kind, rest);
        return null;
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new DbConnectionStringBuilder { ConnectionString = text }.Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
