using Amavis.Configuration.Importing.Evaluation;
using Amavis.Configuration.Importing.Syntax;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>Data sources and signing keys.</summary>
internal sealed partial class Converter
{
    /// <summary>Where a PostgreSQL server on this host listens when no host is named.</summary>
    private const string LocalPostgres = "/run/postgresql";

    private static readonly string[] KeyOptions = ["h", "k", "n", "s", "t", "g", "v"];

    private YamlList DataSourcesOf(PerlArray array, SourcePosition position)
    {
        var list = new YamlList(position, _owner) { Closing = array.Closing };
        foreach (var item in array.Items)
        {
            var parts = Followed(item).Value switch
            {
                PerlValue.ArrayLink link => link.To.Items.Select(i => Followed(i).Value).ToList(),
                PerlValue.Text text => [text],
                PerlValue.Unknown unknown => [unknown],
                _ => [],
            };
            if (parts.OfType<PerlValue.Unknown>().FirstOrDefault() is { } fault)
                Refuse(item, fault.Reason);
            else if (parts.Count == 0 || parts[0].Printed is not { } source)
                Refuse(item, "a data source is [dsn, user, password]");
            else if (ConnectionOf(source, Part(parts, 1), Part(parts, 2), out var reason) is not { } text)
                Refuse(item, reason);
            else
                list.Items.Add(Removable(Scalar(item, text, false)));
        }
        return WithOpening(list, array.Opening);
    }

    private static string Part(List<PerlValue> parts, int index) => index < parts.Count ? parts[index].Printed ?? "" : "";

    /// <summary>The source in our form; null with the reason.</summary>
    private static string? ConnectionOf(string source, string user, string password, out string reason)
    {
        reason = "";
        var parts = source.Split(':', 3);
        if (parts.Length < 3 || !parts[0].Equals("DBI", StringComparison.OrdinalIgnoreCase))
        {
            reason = "a data source begins with DBI:";
            return null;
        }
        switch (parts[1].ToLowerInvariant())
        {
            case "pg" or "pgpp":
                return Postgres(parts[2], user, password, out reason);
            case "sqlite":
                var path = parts[2];
                foreach (var name in (string[])["dbname=", "database=", "db="])
                    if (path.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                        path = path[name.Length..].Split(';')[0];
                reason = "the SQLite database has no name";
                return path.Length == 0 ? null : "sqlite:" + path;
            default:
                reason = $"{parts[1]} databases are not supported: PostgreSQL and SQLite are; move the tables there and name the new database";
                return null;
        }
    }

    private static string? Postgres(string rest, string user, string password, out string reason)
    {
        reason = "";
        var settings = new List<(string Name, string Value)>();
        foreach (var pair in rest.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = pair.IndexOf('=') is > 0 and var at ? (pair[..at].Trim().ToLowerInvariant(), pair[(at + 1)..].Trim()) : ("", pair);
            var known = name switch
            {
                "dbname" or "database" or "db" => "Database",
                "host" or "hostaddr" => "Host",
                "port" => "Port",
                "user" => "Username",
                "password" => "Password",
                "sslmode" => "SSL Mode",
                "connect_timeout" => "Timeout",
                _ => null,
            };
            if (known is null)
            {
                reason = $"\"{(name.Length > 0 ? name : pair)}\" in a data source has no counterpart here";
                return null;
            }
            settings.Add((known, known == "SSL Mode" ? SslMode(value) : value));
        }
        if (!settings.Exists(s => s.Name == "Host"))
            settings.Insert(0, ("Host", LocalPostgres));
        if (user.Length > 0)
            settings.Add(("Username", user));
        if (password.Length > 0)
            settings.Add(("Password", password));
        return "postgres:" + string.Join(';', settings.Select(s => $"{s.Name}={Quoted(s.Value)}"));
    }

    private static string SslMode(string mode) => mode switch { "verify-ca" => "VerifyCA", "verify-full" => "VerifyFull", "" => "Prefer", _ => char.ToUpperInvariant(mode[0]) + mode[1..] };

    /// <summary>A value of a connection string, in quotes where it needs them.</summary>
    private static string Quoted(string value) =>
        value.AsSpan().ContainsAny(";'\"=") || value != value.Trim() ? "\"" + value.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : value;

    /// <summary>The calls of <c>dkim_key</c>; null: there are none.</summary>
    public YamlItem? SigningKeys(IReadOnlyList<PerlItem> calls)
    {
        if (calls.Count == 0)
            return null;
        _owner = calls[^1].Statement;
        var list = new YamlList(calls[0].Position, calls[0].Statement);
        foreach (var call in calls)
            if (SigningKey(call) is { } key)
                list.Items.Add(key);
        return list.Items.Count == 0 ? null : list;
    }

    private YamlItem? SigningKey(PerlItem call)
    {
        var arguments = ((PerlValue.ArrayLink)call.Value).To.Items.Select(Followed).ToList();
        if (arguments.Find(a => a.Value is PerlValue.Unknown) is { Value: PerlValue.Unknown unknown })
            return Refuse(call, unknown.Reason);
        if (arguments.Count > 0 && arguments[0].Value is PerlValue.Pattern)
            return Refuse(call, "a signing domain given by a pattern has no counterpart; name the domains");
        if (arguments.Count < 3 || arguments.Take(3).Any(a => a.Value is not (PerlValue.Text or PerlValue.Number)))
            return Refuse(call, "dkim_key needs a domain, a selector and a file");
        var key = new YamlMap(call.Position, call.Statement) { IsRemovable = true };
        foreach (var (name, argument) in ((string[])["domain", "selector", "key"]).Zip(arguments))
            key.Add(name, Scalar(argument with { Comments = CommentSet.None }, argument.Value.Printed!, false));
        for (var i = 3; i + 1 < arguments.Count; i += 2)
        {
            var option = arguments[i].Value.Printed ?? "";
            if (KeyOptions.Contains(option) && arguments[i + 1].Value.Printed is { } value)
                key.Add(option, Scalar(arguments[i + 1] with { Comments = CommentSet.None }, value, false));
            else
                Refuse(arguments[i], $"dkim_key has no option \"{option}\" here");
        }
        return key;
    }
}
