using System.Threading.Channels;
using Amavis.Core.Counters;
using Amavis.Core.Storage;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Writing;

/// <summary>
/// The one background task that stores log rows: gathers what is waiting into one transaction, stays with it while the database is
/// away, and reads back from the journal what did not fit into memory. Never ends on a fault of the database.
/// </summary>
internal sealed class LogWriter(
    ChannelReader<LogEntry> entries, Journal journal, StoreSession session, MessageLogOptions options, CounterSet counters, TimeProvider time, ILogger logger)
{
    private readonly RejectedRows _rejected = new(options.JournalDirectory, logger);
    private readonly LogGauge _gauge = new(counters);
    private readonly ArrivalBuffer _arrivals = new(options.ArrivalDelay, time);
    private readonly List<LogEntry.Final> _finals = [];
    private readonly List<TaskCompletionSource> _flushes = [];
    private Task<bool>? _more;
    private Replay? _replay;
    private volatile bool _closing;

    public bool TryReserveArrival() => _gauge.TryReserveArrival(SqlMessageLog.MaxArrivals);

    public bool TryReserve(int octets, int maxRecords, long maxOctets) => _gauge.TryReserve(octets, maxRecords, maxOctets);

    /// <summary>One more record is on its way.</summary>
    public void Taken() => _gauge.Pending(1);

    /// <summary>No more will come: give up when the database is away, the journal has it all.</summary>
    public void Close() => _closing = true;

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await CountLeftoverAsync(stop);
            await session.ProbeAsync(stop);
            while (await GuardedStepAsync(stop))
            {
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Shutdown took too long; the journal has what is left.
        }
        finally
        {
            _replay?.Dispose();
            while (entries.TryRead(out var entry))
                Abandon(entry);
            foreach (var final in _finals)
                Abandon(final);
            foreach (var waiter in _flushes)
                waiter.TrySetException(new StorageUnavailableException("shutting down"));
            await session.DisposeAsync();
        }
    }

    /// <summary>One round. A fault of ours in it is logged and tried again: the log must not end while mail goes on.</summary>
    private async Task<bool> GuardedStepAsync(CancellationToken stop)
    {
        try
        {
            return await StepAsync(stop);
        }
        catch (Exception fault) when (fault is not OperationCanceledException)
        {
            DataLog.WriterFault(logger, fault);
            await Task.Delay(options.RetryInterval, time, stop);
            return !_closing;
        }
    }

    /// <summary>False when there is nothing left to do and no more to come.</summary>
    private async Task<bool> StepAsync(CancellationToken stop)
    {
        var open = await WaitAsync(stop);
        var idle = !Drain();
        var arrivals = _arrivals.TakeDue(all: _flushes.Count > 0 || !open);
        if (_finals.Count > 0 || arrivals.Count > 0)
        {
            idle = false;
            if (!await StoreLiveAsync(arrivals, stop))
                return false;
        }
        // Live rows and those read back take turns, so that neither waits for the end of the other.
        _replay ??= journal.NextSpilled() is { } segment ? new Replay(segment) : null;
        if (_replay is not null)
            return await ReplayAsync(_replay, stop);
        if (_arrivals.Count == 0 && !entries.TryPeek(out _))
            Flushed();
        if (idle)
            await IdleAsync(stop);
        return open || !idle;
    }

    /// <summary>Until there is something to store or to look after. False: no more entries will come.</summary>
    private async Task<bool> WaitAsync(CancellationToken stop)
    {
        if (_replay is not null)
            return !entries.Completion.IsCompleted;
        _more ??= entries.WaitToReadAsync(stop).AsTask();
        if (!_more.IsCompleted)
        {
            var timeout = _arrivals.NextDue ?? options.RetryInterval;
            await Task.WhenAny(_more, Task.Delay(timeout, time, stop));
            stop.ThrowIfCancellationRequested();
        }
        if (!_more.IsCompleted)
            return true;
        var open = await _more;
        if (!open)
            return false;
        _more = null;
        // Others that finish within this time share the transaction; an administrator who wants each reply to wait for it gets less delay.
        var delay = options.LogRequired ? options.BatchDelay / 4 : options.BatchDelay;
        if (delay > TimeSpan.Zero && entries.Count < options.MaxBatch)
            await Task.Delay(delay, time, stop);
        return true;
    }

    /// <summary>Moves entries into the batch; false when there was none.</summary>
    private bool Drain()
    {
        var any = false;
        while (_finals.Count < options.MaxBatch && entries.TryRead(out var entry))
        {
            any = true;
            switch (entry)
            {
                case LogEntry.Arrival arrival:
                    _gauge.ReleaseArrival();
                    _arrivals.Add(arrival);
                    break;
                case LogEntry.Final final:
                    _arrivals.Remove(final.Row.Arrival.Key);
                    _finals.Add(final);
                    break;
                case LogEntry.Flush flush:
                    _flushes.Add(flush.Done);
                    break;
            }
        }
        return any;
    }

    private async Task<bool> StoreLiveAsync(IReadOnlyList<ArrivalRow> arrivals, CancellationToken stop)
    {
        var rows = new FinalRow[_finals.Count];
        for (var i = 0; i < rows.Length; i++)
            rows[i] = _finals[i].Row;
        if (!await StoreAsync(arrivals, rows, stop))
            return false;
        var replayed = 0;
        foreach (var final in _finals)
        {
            if (final.Segment is not null)
                journal.Complete(final.Segment, 1);
            final.Committed?.TrySetResult();
            _gauge.Release(final.Octets);
            if (final.Stamp <= session.BackAt)
                replayed++;
        }
        _gauge.Pending(-_finals.Count);
        _gauge.Replayed(replayed);
        if (replayed > 0)
            DataLog.RowsReplayed(logger, replayed);
        _finals.Clear();
        return true;
    }

    private async Task<bool> ReplayAsync(Replay replay, CancellationToken stop)
    {
        var rows = await replay.NextAsync(options.MaxBatch, stop);
        if (rows.Count > 0)
        {
            if (!await StoreAsync([], rows, stop))
                return false;
            replay.Stored += rows.Count;
            _gauge.Pending(-rows.Count);
            _gauge.Replayed(rows.Count);
            return true;
        }
        _replay = null;
        replay.Dispose();
        _gauge.Pending(replay.Stored - replay.Segment.Spilled);
        DataLog.RowsReplayed(logger, replay.Stored);
        if (replay.IsDamaged)
            journal.PutAside(replay.Segment, replay.DamagedOctets, replay.Fault);
        else
            journal.CompleteSpilled(replay.Segment);
        return true;
    }

    /// <summary>Stores a batch, however long that takes; false when the database is away and we are shutting down.</summary>
    private async Task<bool> StoreAsync(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken stop)
    {
        // One statement would not see what it writes itself, so a message named twice comes in a transaction of its own.
        var repeated = Repeated(ref finals);
        if (!await StoreOnceAsync(arrivals, finals, stop))
            return false;
        return repeated.Count == 0 || await StoreAsync([], repeated, stop);
    }

    private async Task<bool> StoreOnceAsync(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken stop)
    {
        Exception? refusal = null;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                foreach (var collision in await session.StoreAsync(arrivals, finals, stop))
                    await _rejected.AddAsync(collision, "the mail_id belongs to another message");
                return true;
            }
            catch (Exception fault) when (session.IsAwayBecauseOf(fault))
            {
                var wasAway = !session.IsAvailable;
                await session.FailAsync(fault);
                // The first fault may only be a connection that died while it was idle.
                if (attempt == 0 && !wasAway)
                    continue;
                session.Away(fault);
                if (_closing)
                    return false;
                await Task.Delay(options.RetryInterval, time, stop);
            }
            catch (Exception fault) when (fault is not OperationCanceledException)
            {
                if (arrivals.Count + finals.Count > 1)
                    return await StoreSinglyAsync(arrivals, finals, stop);
                if (finals.Count == 0)
                    return true;
                if (refusal is not null)
                {
                    await _rejected.AddAsync(finals[0], StorageFault.Reason(refusal));
                    return true;
                }
                // Once more in plain US-ASCII, then it is put aside.
                refusal = fault;
                finals = [RowBuilder.Plain(finals[0])];
            }
        }
    }

    /// <summary>Takes out the records of messages that stand in the batch before.</summary>
    private static List<FinalRow> Repeated(ref IReadOnlyList<FinalRow> finals)
    {
        var repeated = new List<FinalRow>();
        var keys = new HashSet<MessageKey>(finals.Count);
        foreach (var row in finals)
            if (!keys.Add(row.Arrival.Key))
                repeated.Add(row);
        if (repeated.Count > 0)
            finals = [.. finals.DistinctBy(f => f.Arrival.Key)];
        return repeated;
    }

    /// <summary>After one row of a batch was refused: each by itself, so that the others are stored.</summary>
    private async Task<bool> StoreSinglyAsync(IReadOnlyList<ArrivalRow> arrivals, IReadOnlyList<FinalRow> finals, CancellationToken stop)
    {
        foreach (var row in arrivals)
            if (!await StoreOnceAsync([row], [], stop))
                return false;
        foreach (var row in finals)
            if (!await StoreOnceAsync([], [row], stop))
                return false;
        return true;
    }

    /// <summary>What is done about once in <see cref="MessageLogOptions.RetryInterval"/> when there is nothing to store.</summary>
    private async Task IdleAsync(CancellationToken stop)
    {
        journal.RetireIdle();
        // When somebody relies on IsAvailable, a silent database must be noticed without a row to store.
        if (!session.IsAvailable || options.LogRequired)
            await session.ProbeAsync(stop);
    }

    private void Flushed()
    {
        foreach (var waiter in _flushes)
            waiter.TrySetResult();
        _flushes.Clear();
    }

    private async Task CountLeftoverAsync(CancellationToken stop)
    {
        foreach (var segment in journal.Leftover)
        {
            try
            {
                segment.Spilled = await JournalReader.CountAsync(segment.Path, stop);
                _gauge.Pending(segment.Spilled);
            }
            catch (IOException)
            {
                // Only the gauge misses it; reading it back says what is wrong.
            }
        }
    }

    private static void Abandon(LogEntry entry)
    {
        var waiter = entry switch
        {
            LogEntry.Final final => final.Committed,
            LogEntry.Flush flush => flush.Done,
            _ => null,
        };
        waiter?.TrySetException(new StorageUnavailableException("shutting down"));
    }
}
