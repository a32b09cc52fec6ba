using System.Globalization;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Data;
using Amavis.Data.Lookups;
using Amavis.Data.Migrating;
using Microsoft.Extensions.Logging.Abstractions;

namespace Amavis.Cli.Doctor;

/// <summary>Databases: can they be opened, is the schema up to date, can be written; and the LDAP directory.</summary>
internal static class StorageCheck
{
    private const string Area = "databases";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(Examination examination)
    {
        var settings = examination.Settings;
        foreach (var dsn in settings.StorageSqlDsn.Distinct())
            await CheckAsync(examination, dsn, writes: true);
        foreach (var dsn in settings.LookupSqlDsn.Except(settings.StorageSqlDsn).Distinct())
            await CheckAsync(examination, dsn, writes: false);
        if (settings.StorageSqlDsn.Count == 0)
            examination.Add(Finding.Note(Area, "storage_sql_dsn", "no database is configured: there is no message log, no pen pals, and the console has nothing to show"));
        if (settings.EnableLdap)
            await CheckLdapAsync(examination);
    }

    private static async Task CheckAsync(Examination examination, SqlDsn dsn, bool writes)
    {
        await using var database = new AmavisDatabase(dsn);
        var remedy = database.SqlitePath is { } path
            ? $"see that {path} and its directory belong to the daemon's user, and that the disk is not full"
            : "see that the server runs, and that the account and password in the configuration are right";
        if (database.SqlitePath is { } file && !File.Exists(file))
        {
            examination.Add(Finding.Broken(Area, database.Label, "there is no such file", "run \"amavis db migrate\" as the daemon's user"));
            return;
        }
        await examination.TryAsync(Area, database.Label, Limit, remedy, async limit =>
        {
            var plan = await DatabaseMigrator.PlanAsync(database, limit);
            if (plan.Steps.Count > 0)
                return Finding.Broken(Area, database.Label, $"the schema lacks: {string.Join("; ", plan.Steps)}", "run \"amavis db migrate\"");
            if (writes)
                await WriteAsync(database, limit);
            var note = plan.Notes.Count == 0 ? "" : "; " + string.Join("; ", plan.Notes);
            return Finding.Good(Area, database.Label, (writes ? "opens, the schema is up to date, a test row could be written (and was taken back)" : "opens, the schema is up to date") + note);
        });
        if (dsn.Provider == SqlProvider.Postgres)
            await CompareClocksAsync(examination, database);
    }

    /// <summary>Nothing of it stays.</summary>
    private static async Task WriteAsync(AmavisDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var command = connection.CreateCommand();
        command.Transaction = transaction;
        command.CommandText = "INSERT INTO maddr (email, domain) VALUES ('amavis-doctor@invalid', 'invalid')";
        await command.ExecuteNonQueryAsync(cancellationToken);
        foreach (var table in (string[])["msgs", "msgrcpt", "quarantine"])
        {
            // Tells whether the account may, without a row being touched.
            command.CommandText = $"DELETE FROM {table} WHERE 1 = 0";
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        await transaction.RollbackAsync(cancellationToken);
    }

    private static Task CompareClocksAsync(Examination examination, AmavisDatabase database) =>
        examination.TryAsync("clock", database.Label, Limit, "see the finding about this database", async limit =>
        {
            await using var connection = await database.OpenAsync(limit);
            await using var command = connection.CreateCommand();
            command.CommandText = "SELECT extract(epoch FROM clock_timestamp())::float8";
            var theirs = DateTimeOffset.UnixEpoch.AddSeconds(Convert.ToDouble(await command.ExecuteScalarAsync(limit), CultureInfo.InvariantCulture));
            var difference = (examination.Clock.GetUtcNow() - theirs).Duration();
            return difference <= ClockTolerance
                ? Finding.Good("clock", database.Label, "agrees with ours")
                : Finding.Broken("clock", database.Label, FormattableString.Invariant($"differs from ours by {difference.TotalSeconds:0} s"), "synchronise the clocks of both machines (chrony, systemd-timesyncd)");
        });

    private static Task CheckLdapAsync(Examination examination)
    {
        var settings = examination.Settings;
        var server = string.Join(", ", settings.DefaultLdap.Hostname);
        return examination.TryAsync(Area, "LDAP " + server, Limit, "see that the directory runs, and that bind_dn, bind_password, base and query_filter of default_ldap are right", async limit =>
        {
            await using var directory = new AddressDirectory(TimeProvider.System, NullLoggerFactory.Instance);
            var probe = new MailAddress("postmaster", settings.MyDomain.Length > 0 ? settings.MyDomain : "localhost");
            var keys = await directory.LookUpAsync(AddressKeys.For(probe, settings.AddressRules), settings with { LookupSqlDsn = [] }, limit);
            return Finding.Good(Area, "LDAP " + server, $"answers a search for {probe.Bracketed}: {keys.Records?.Ldap.Count ?? 0} entries");
        });
    }
}
