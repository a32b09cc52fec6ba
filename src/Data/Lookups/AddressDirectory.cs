using System.Collections.Concurrent;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Data.Lookups.Ldap;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Lookups;

/// <summary>
/// Lookups in SQL and LDAP as the settings of the moment name them; connections are made when they are first needed and kept, so that
/// a reload may name others. One for a process. Thread-safe.
/// </summary>
/// <param name="shared">Databases that are open anyway; those of the same data source are used instead of own ones.</param>
public sealed class AddressDirectory(TimeProvider time, ILoggerFactory loggers, IReadOnlyDictionary<SqlDsn, AmavisDatabase>? shared = null) : IAddressDirectory, IAsyncDisposable
{
    private static readonly IReadOnlyList<SenderListEntry> NoEntries = [];

    private readonly ILogger _logger = loggers.CreateLogger<AddressDirectory>();
    private readonly ConcurrentDictionary<string, Lazy<SqlLookups>> _sql = new();
    private readonly ConcurrentDictionary<(string Hosts, LdapSettings Others), Lazy<LdapLookups>> _ldap = new();
    private readonly ConcurrentBag<AmavisDatabase> _own = [];

    public async ValueTask<AddressKeys> LookUpAsync(AddressKeys keys, Settings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(keys);
        ArgumentNullException.ThrowIfNull(settings);
        var (asksSql, asksLdap) = (settings.LookupSqlDsn.Count > 0, settings.EnableLdap);
        if (!asksSql && !asksLdap)
            return keys.With(AddressRecords.None);
        var isLocal = LookupForm.AllowsBare(keys, settings);
        var sql = asksSql ? await Sql(settings).FindRecipientAsync(keys, isLocal, settings, cancellationToken) : [];
        var ldap = asksLdap ? await Ldap(settings).FindAsync(keys, isLocal, settings, cancellationToken) : [];
        return keys.With(new AddressRecords(sql, ldap));
    }

    public async ValueTask<IReadOnlyList<IReadOnlyList<SenderListEntry>>> FindListedAsync(
        AddressKeys sender, IReadOnlyList<AddressKeys> recipients, Settings settings, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sender);
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.LookupSqlDsn.Count == 0)
            return [.. recipients.Select(_ => NoEntries)];
        return await Sql(settings).FindListedAsync(sender, LookupForm.AllowsBare(sender, settings), recipients, settings, cancellationToken);
    }

    /// <summary>The databases these settings look up in; empty: none.</summary>
    internal IReadOnlyList<LookupDatabase> DatabasesOf(Settings settings) => settings.LookupSqlDsn.Count == 0 ? [] : Sql(settings).Databases;

    private SqlLookups Sql(Settings settings) =>
        _sql.GetOrAdd(string.Join('\n', settings.LookupSqlDsn), _ => new Lazy<SqlLookups>(() => OpenSql(settings.LookupSqlDsn))).Value;

    private SqlLookups OpenSql(IReadOnlyList<SqlDsn> sources) => new([.. sources.Select(s => new LookupDatabase(Open(s), time, _logger))], time, _logger);

    private AmavisDatabase Open(SqlDsn source)
    {
        if (shared is not null && shared.TryGetValue(source, out var open))
            return open;
        var database = new AmavisDatabase(source);
        _own.Add(database);
        return database;
    }

    private LdapLookups Ldap(Settings settings) =>
        _ldap.GetOrAdd(
            (string.Join('\n', settings.DefaultLdap.Hostname), settings.DefaultLdap with { Hostname = [] }),
            _ => new Lazy<LdapLookups>(() => new LdapLookups(settings.DefaultLdap, time, _logger))).Value;

    public async ValueTask DisposeAsync()
    {
        foreach (var sql in _sql.Values)
            await sql.Value.DisposeAsync();
        foreach (var ldap in _ldap.Values)
            await ldap.Value.DisposeAsync();
        foreach (var database in _own)
            await database.DisposeAsync();
    }
}
