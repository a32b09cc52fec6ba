using Amavis.Core.Policy;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Amavis.Data.Lookups;

/// <summary>
/// Tells when somebody, whoever it is, changes the tables of lookups: triggers of ours notify, and a connection of its own listens.
/// PostgreSQL only. As long as it can't be sure to be told, <see cref="Version"/> is null and nothing may be kept.
/// </summary>
internal sealed class LookupChanges : IAsyncDisposable
{
    /// <summary>The channel of the triggers in migrations/Postgres.</summary>
    internal const string Channel = "aw_lookup";

    /// <summary>How long a silent connection is believed to be alive.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>How long a notification to ourselves may take; behind a pooler that parts transactions it never comes.</summary>
    private static readonly TimeSpan Echo = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(10);

    private const string TablesWithTrigger = """
        SELECT count(*) FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
        WHERE t.tgname = 'aw_lookup_changed' AND t.tgenabled IN ('O', 'A') AND c.relkind IN ('r', 'p')
          AND c.oid IN (to_regclass('users'), to_regclass('policy'), to_regclass('mailaddr'), to_regclass('wblist'))
        """;

    private readonly AmavisDatabase _database;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _listening;
    private long _version;
    private volatile bool _sure;
    private string? _told;

    private LookupChanges(AmavisDatabase database, TimeProvider time, ILogger logger)
    {
        _database = database;
        _time = time;
        _logger = logger;
        _listening = ListenAsync(_stop.Token);
    }

    /// <summary>Null: this kind of database can't tell.</summary>
    public static LookupChanges? Start(AmavisDatabase database, TimeProvider time, ILogger logger) =>
        database.Provider == SqlProvider.Postgres ? new LookupChanges(database, time, logger) : null;

    /// <summary>Another number after every change; null: not known.</summary>
    public long? Version => _sure ? Interlocked.Read(ref _version) : null;

    private async Task ListenAsync(CancellationToken cancellationToken)
    {
        // The constructor is not to wait for the first connection.
        await Task.Yield();
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await ListenOnceAsync(cancellationToken);
            }
            catch (Exception fault) when (StorageFault.IsExpected(fault))
            {
                Say(StorageFault.Reason(fault));
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                Say("the server did not answer");
            }
            catch (OperationCanceledException)
            {
                break;
            }
            finally
            {
                _sure = false;
            }
            try
            {
                await Task.Delay(Retry, _time, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }
    }

    /// <summary>Ends when the database has no triggers, or does not notify; throws when the connection breaks.</summary>
    private async Task ListenOnceAsync(CancellationToken cancellationToken)
    {
        await using var connection = (NpgsqlConnection)await _database.OpenAsync(cancellationToken);
        if (await NumberAsync(connection, TablesWithTrigger, cancellationToken) < 4)
        {
            Say("the triggers of \"amavis db migrate\" are not there");
            return;
        }
        var nonce = Guid.NewGuid().ToString("N");
        var heard = false;
        connection.Notification += (_, note) =>
        {
            Interlocked.Increment(ref _version);
            heard |= note.Payload == nonce;
        };
        await ExecuteAsync(connection, "LISTEN " + Channel, cancellationToken);
        await ExecuteAsync(connection, $"NOTIFY {Channel}, '{nonce}'", cancellationToken);
        while (!heard && await connection.WaitAsync(Echo, cancellationToken))
        {
        }
        if (!heard)
        {
            Say("notifications do not arrive");
            return;
        }
        Interlocked.Increment(ref _version);
        _sure = true;
        Say(null);
        while (true)
        {
            if (await connection.WaitAsync(Silence, cancellationToken))
                continue;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(Echo);
            await ExecuteAsync(connection, "SELECT 1", limit.Token);
        }
    }

    /// <summary>Each state once.</summary>
    private void Say(string? reason)
    {
        if (reason == _told)
            return;
        _told = reason;
        if (reason is not null)
            DataLog.LookupsNotKept(_logger, _database.Label, reason);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long> NumberAsync(NpgsqlConnection connection, string text, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(text, connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _listening;
        _stop.Dispose();
    }
}
