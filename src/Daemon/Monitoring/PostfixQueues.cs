using System.Diagnostics;
using Amavis.Core.Logging;
using Amavis.Snmp.Mib;

namespace Amavis.Daemon.Monitoring;

/// <summary>
/// Counts the messages in Postfix's queues, where this account may look into them. Counting happens when somebody asks and the last
/// count is old; it never takes longer than a bound, and an answer never waits for all of it.
/// </summary>
internal sealed class PostfixQueues : IMtaQueues, IAsyncDisposable
{
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(18);
    private static readonly TimeSpan LongestCount = TimeSpan.FromSeconds(5);

    /// <summary>Masters wait for a second before they ask again.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan LongestCommand = TimeSpan.FromSeconds(5);

    private readonly string _root;
    private readonly TimeProvider _clock;
    private readonly IMailLog _log;
    private readonly int[] _counts = new int[Enum.GetValues<MtaQueue>().Length + 1];
    private readonly CancellationTokenSource _ending = new();
    private Task _counting = Task.CompletedTask;
    private long _countedAt;
    private bool _counted;

    /// <summary>The count under way was waited for once, and is not again.</summary>
    private bool _isLong;

    private PostfixQueues(string root, TimeProvider clock, IMailLog log) => (_root, _clock, _log) = (root, clock, log);

    /// <summary>The queues of the Postfix that <c>postconf</c> speaks for; null: there is none, or this account may not read it.</summary>
    public static async Task<PostfixQueues?> FindAsync(TimeProvider clock, IMailLog log, CancellationToken cancellationToken)
    {
        if (await QueueDirectoryAsync(clock, cancellationToken) is not { Length: > 0 } root)
            return null;
        try
        {
            _ = Directory.EnumerateFileSystemEntries(Path.Combine(root, NameOf(MtaQueue.Active))).Any();
            return new PostfixQueues(root, clock, log);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Line(1, null, $"SNMP: the queues of Postfix are left out: {e.Message}");
            return null;
        }
    }

    public int Count(MtaQueue queue) => Volatile.Read(ref _counts[(int)queue]);

    /// <summary>One caller at a time.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellationToken)
    {
        if (_counting.IsCompleted)
        {
            if (_counted && _clock.GetElapsedTime(_countedAt) < Lasting)
                return;
            _counting = Task.Run(CountAll, cancellationToken);
        }
        else if (_isLong)
        {
            return;
        }
        try
        {
            _isLong = false;
            await _counting.WaitAsync(LongestWait, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            _isLong = true;
            // What was counted before is the answer; this count serves the next one.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        try
        {
            await _counting;
        }
        catch (OperationCanceledException)
        {
            // It had not begun.
        }
        _ending.Dispose();
    }

    private void CountAll()
    {
        foreach (var queue in Enum.GetValues<MtaQueue>())
        {
            var started = _clock.GetTimestamp();
            var count = 0;
            try
            {
                var isWhole = CountEntries(new DirectoryInfo(Path.Combine(_root, NameOf(queue))), started, ref count);
                if (!isWhole && !_ending.IsCancellationRequested)
                    _log.Line(-1, null, $"SNMP: counting Postfix's queue {NameOf(queue)} took longer than {LongestCount.TotalSeconds:0} s and was given up at {count}");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                _log.Line(2, null, $"SNMP: Postfix's queue {NameOf(queue)}: {e.Message}");
            }
            Volatile.Write(ref _counts[(int)queue], count);
        }
        _countedAt = _clock.GetTimestamp();
        _counted = true;
    }

    /// <summary>Directories named with one character are parts of a queue; everything else is one message.</summary>
    /// <returns>False: it took too long, or we end.</returns>
    private bool CountEntries(DirectoryInfo directory, long started, ref int count)
    {
        foreach (var entry in directory.EnumerateFileSystemInfos())
        {
            if (_ending.IsCancellationRequested || _clock.GetElapsedTime(started) > LongestCount)
                return false;
            if (entry is not DirectoryInfo { Name.Length: 1, LinkTarget: null } part)
                count++;
            else if (!CountEntries(part, started, ref count))
                return false;
        }
        return true;
    }

    /// <summary>What <c>postconf</c> says; null: there is no such program, or it does not answer.</summary>
    private static async Task<string?> QueueDirectoryAsync(TimeProvider clock, CancellationToken cancellationToken)
    {
        var places = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Append("/usr/sbin");
        if (places.Select(p => Path.Combine(p, "postconf")).FirstOrDefault(File.Exists) is not { } program)
            return null;
        using var timeout = new CancellationTokenSource(LongestCommand, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, ["-h", "queue_directory"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            try
            {
                var said = process.StandardError.ReadToEndAsync(both.Token);
                var output = await process.StandardOutput.ReadToEndAsync(both.Token);
                await said;
                await process.WaitForExitAsync(both.Token);
                return process.ExitCode == 0 ? output.Trim() : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string NameOf(MtaQueue queue) => queue.ToString().ToLowerInvariant();
}
