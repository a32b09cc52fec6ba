using System.Globalization;
using Microsoft.Extensions.Logging;

namespace Amavis.Data.Writing;

/// <summary>
/// The records on their way to the database, on disk: append-only segment files in one directory, each deleted when all its rows
/// are committed. A record is written (not only buffered) before <see cref="Append"/> returns, so a killed process loses none;
/// <see cref="Sync"/> then guards against a power cut for all records since the last one. Any thread.
/// </summary>
internal sealed class Journal : IDisposable
{
    private readonly Lock _lock = new();
    private readonly string _directory;
    private readonly long _segmentOctets;
    private readonly ILogger _logger;
    private readonly FileStream _owner;
    private readonly List<JournalSegment> _segments = [];
    private JournalSegment? _active;
    private long _next;

    /// <summary>Takes the directory, making it when needed; segments found there are spilled ones.</summary>
    /// <exception cref="IOException">Another process has it, or the directory can't be used.</exception>
    public Journal(string directory, long segmentOctets, ILogger logger)
    {
        _directory = directory;
        _segmentOctets = segmentOctets;
        _logger = logger;
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(directory);
        else
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _owner = new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        foreach (var path in Directory.GetFiles(directory, "*.log").Order(StringComparer.Ordinal))
        {
            if (long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                _next = Math.Max(_next, number + 1);
            _segments.Add(new JournalSegment(path) { Length = new FileInfo(path).Length, SpillOffset = 0, Sealed = true });
        }
        Leftover = [.. _segments];
    }

    /// <summary>What an earlier process left behind, the oldest first.</summary>
    public IReadOnlyList<JournalSegment> Leftover { get; }

    /// <summary>
    /// Writes one framed record. <paramref name="reserve"/> is asked, unless memory was already full in this segment, whether the
    /// record is also kept in memory.
    /// </summary>
    /// <returns>The segment when the record is also kept in memory, to be named in <see cref="Complete"/>; else null.</returns>
    /// <exception cref="IOException">The record is not in the journal.</exception>
    public JournalSegment? Append(ReadOnlySpan<byte> line, Func<bool> reserve)
    {
        lock (_lock)
        {
            var segment = _active ??= Create();
            // An earlier write that failed half-way is overwritten: Length only moves on when a record is whole.
            RandomAccess.Write(segment.Handle!, line, segment.Length);
            var offset = segment.Length;
            segment.Length += line.Length;
            segment.Dirty = true;
            var inMemory = segment.SpillOffset is null && reserve();
            if (inMemory)
            {
                segment.Pending++;
            }
            else
            {
                segment.SpillOffset ??= offset;
                segment.Spilled++;
            }
            if (segment.Length >= _segmentOctets)
                Seal(segment);
            return inMemory ? segment : null;
        }
    }

    /// <summary>So many records of the segment, kept in memory, are stored.</summary>
    public void Complete(JournalSegment segment, int records)
    {
        lock (_lock)
        {
            segment.Pending -= records;
            RetireWhenDone(segment);
        }
    }

    /// <summary>The oldest segment with records that are only on disk, sealed; null when there is none.</summary>
    public JournalSegment? NextSpilled()
    {
        lock (_lock)
        {
            var segment = _segments.Find(s => s.SpillOffset is not null);
            if (segment is not null && segment == _active)
                Seal(segment);
            return segment;
        }
    }

    /// <summary>All of the segment's spilled records are stored.</summary>
    public void CompleteSpilled(JournalSegment segment)
    {
        lock (_lock)
        {
            segment.SpillOffset = null;
            segment.Spilled = 0;
            RetireWhenDone(segment);
        }
    }

    /// <summary>A segment that could not be read to its end is kept under another name; what could be read of it is stored.</summary>
    public void PutAside(JournalSegment segment, long damagedOctets, Exception? fault)
    {
        DataLog.JournalDamaged(_logger, segment.Path, damagedOctets, fault);
        lock (_lock)
        {
            CloseHandle(segment);
            _segments.Remove(segment);
            try
            {
                File.Move(segment.Path, segment.Path + ".damaged", overwrite: true);
            }
            catch (IOException second)
            {
                // It keeps its name and is tried again at the next start.
                DataLog.JournalNotDeleted(_logger, segment.Path, second);
            }
        }
    }

    /// <summary>
    /// Drops the open segment when nothing in it is needed. Done whenever there is time, so that records stored long ago (and
    /// perhaps purged since) do not come back after a crash.
    /// </summary>
    public void RetireIdle()
    {
        lock (_lock)
        {
            if (_active is { IsDone: true } segment)
                Seal(segment);
        }
    }

    /// <summary>Makes all that was written safe against a power cut. Blocks for the time of a disk sync, without the lock.</summary>
    public void Sync()
    {
        List<JournalSegment> dirty;
        lock (_lock)
        {
            dirty = _segments.FindAll(s => s.Dirty);
            foreach (var segment in dirty)
                segment.Dirty = false;
        }
        foreach (var segment in dirty)
        {
            try
            {
                if (segment.Handle is { } handle)
                    RandomAccess.FlushToDisk(handle);
            }
            catch (ObjectDisposedException)
            {
                // Stored, and the segment deleted, in the meantime.
            }
            catch (IOException fault)
            {
                DataLog.JournalSyncFailed(_logger, segment.Path, fault);
            }
        }
        lock (_lock)
        {
            foreach (var segment in dirty)
                if (segment is { Sealed: true, Dirty: false })
                    CloseHandle(segment);
        }
    }

    public void Dispose()
    {
        Sync();
        lock (_lock)
        {
            if (_active is { } segment)
                Seal(segment);
            foreach (var left in _segments)
                CloseHandle(left);
            _owner.Dispose();
        }
    }

    private JournalSegment Create()
    {
        var path = Path.Combine(_directory, _next.ToString("d12", CultureInfo.InvariantCulture) + ".log");
        var segment = new JournalSegment(path) { Handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read) };
        _next++;
        _segments.Add(segment);
        return segment;
    }

    private void Seal(JournalSegment segment)
    {
        segment.Sealed = true;
        if (_active == segment)
            _active = null;
        RetireWhenDone(segment);
    }

    private void RetireWhenDone(JournalSegment segment)
    {
        if (!segment.Sealed || !segment.IsDone)
            return;
        CloseHandle(segment);
        _segments.Remove(segment);
        try
        {
            File.Delete(segment.Path);
        }
        catch (IOException fault)
        {
            // Read again at the next start; storing its rows twice changes nothing.
            DataLog.JournalNotDeleted(_logger, segment.Path, fault);
        }
    }

    private static void CloseHandle(JournalSegment segment)
    {
        segment.Handle?.Dispose();
        segment.Handle = null;
    }
}
