using System.Buffers;
using System.Threading.Channels;
using Amavis.Core.Counters;
using Amavis.Core.Storage;
using Amavis.Data.Migrating;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Writing;

/// <summary>
/// The message log in SQL. A final record goes into a journal on disk before <see cref="FinishAsync"/> returns; one background
/// writer then commits many records in one transaction and deletes the journal's files behind itself. So mail never waits for the
/// database, and no record is lost when it is away or this process is killed.
/// </summary>
public sealed class SqlMessageLog : IMessageLog, IAsyncDisposable
{
    /// <summary>Octets of records in memory; more stay on disk.</summary>
    private const long MaxOctetsInMemory = 64 << 20;

    /// <summary>First rows waiting in memory; more are not written, the final record has all they say.</summary>
    internal const int MaxArrivals = 8192;

    private readonly MessageLogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RowBuilder _rows;
    private readonly Journal _journal;
    private readonly Channel<LogEntry> _entries = Channel.CreateUnbounded<LogEntry>();
    private readonly StoreSession _session;
    private readonly LogWriter _writer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private readonly Task _syncing;
    private int _disposed;

    private SqlMessageLog(
        IReadOnlyList<AmavisDatabase> databases, MessageLogOptions options, CounterSet counters, TimeProvider time, ILoggerFactory loggers)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger<SqlMessageLog>();
        _rows = new RowBuilder(options.CaseSensitiveLocalPart, options.Allow8bitAddress);
        _journal = new Journal(options.JournalDirectory, options.SegmentOctets, _logger);
        var migrator = new DatabaseMigrator(loggers.CreateLogger<DatabaseMigrator>());
        var connector = new StoreConnector(databases, migrator, options.AutoMigrate, counters, time, _logger);
        _session = new StoreSession(connector, time, _logger);
        _writer = new LogWriter(_entries.Reader, _journal, _session, options, counters, time, _logger);
        // Both end in DisposeAsync. On the pool, so that neither depends on the context the log happens to be started in.
        _writing = Task.Run(() => _writer.RunAsync(_stop.Token));
        _syncing = Task.Run(() => SyncAsync(_stop.Token));
    }

    /// <summary>Takes the journal's directory and starts the writer; records left there are stored first. Does not wait for a database.</summary>
    /// <param name="databases">In order of preference; not disposed with the log.</param>
    /// <exception cref="IOException">The journal can't be used, or another process uses it.</exception>
    public static SqlMessageLog Start(
        IReadOnlyList<AmavisDatabase> databases, MessageLogOptions options, CounterSet counters, TimeProvider time, ILoggerFactory loggers)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfZero(databases?.Count ?? 0);
        return new SqlMessageLog(databases!, options, counters, time, loggers);
    }

    public bool IsAvailable => _session.IsAvailable;

    public ValueTask BeginAsync(MessageArrival arrival, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(arrival);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (_writer.TryReserveArrival())
            _entries.Writer.TryWrite(new LogEntry.Arrival(_rows.Arrival(arrival), _time.GetTimestamp()));
        return ValueTask.CompletedTask;
    }

    /// <exception cref="StorageUnavailableException">
    /// With <see cref="MessageLogOptions.LogRequired"/>: not committed in time (the journal has it all the same). Otherwise: neither
    /// the journal nor the database took it.
    /// </exception>
    public async ValueTask FinishAsync(MessageRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        var row = _rows.Final(record);
        var line = new ArrayBufferWriter<byte>(4096);
        JournalLine.Write(line, row);
        var committed = _options.LogRequired ? NewCompletion() : null;
        JournalSegment? segment = null;
        bool inMemory;
        try
        {
            segment = _journal.Append(line.WrittenSpan, () => _writer.TryReserve(line.WrittenCount, _options.MaxRecordsInMemory, MaxOctetsInMemory));
            inMemory = segment is not null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A full disk: only a commit makes the record safe now.
            DataLog.JournalNotWritten(_logger, _options.JournalDirectory, fault);
            if (!_writer.TryReserve(line.WrittenCount, _options.MaxRecordsInMemory, MaxOctetsInMemory))
                throw new StorageUnavailableException("the log journal can't be written and the database is away", fault);
            inMemory = true;
            committed ??= NewCompletion();
        }

        _writer.Taken();
        // What is on disk only needs no word to the writer: memory is full, so it is at work, and looks there when it has done that.
        if (inMemory && !_entries.Writer.TryWrite(new LogEntry.Final(row, segment, line.WrittenCount, committed, _time.GetTimestamp())))
            committed?.TrySetException(new StorageUnavailableException("shutting down"));
        if (committed is not null)
            await CommittedAsync(inMemory ? committed.Task : null, cancellationToken);
    }

    /// <summary>Waits until everything taken so far is in the database.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        var done = NewCompletion();
        ObjectDisposedException.ThrowIf(!_entries.Writer.TryWrite(new LogEntry.Flush(done)), this);
        await done.Task.WaitAsync(cancellationToken);
    }

    /// <summary>Stores what the database takes now, within <see cref="MessageLogOptions.ShutdownTimeout"/>; the journal keeps the rest.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
            return;
        _writer.Close();
        _entries.Writer.TryComplete();
        try
        {
            await _writing.WaitAsync(_options.ShutdownTimeout, _time);
        }
        catch (TimeoutException)
        {
            // The journal has the rest.
        }
        await _stop.CancelAsync();
        await _writing;
        await _syncing;
        _journal.Dispose();
        _stop.Dispose();
    }

    private static async Task CommittedAsync(Task? committed, CancellationToken cancellationToken)
    {
        if (committed is null)
            throw new StorageUnavailableException("the database is away and the log record waits on disk");
        try
        {
            await committed.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException late)
        {
            throw new StorageUnavailableException("the log record was not committed before the message's deadline", late);
        }
    }

    private async Task SyncAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.SyncInterval, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
                _journal.Sync();
        }
        catch (OperationCanceledException)
        {
            // Shutdown; disposing the journal syncs once more.
        }
    }

    private static TaskCompletionSource NewCompletion() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
