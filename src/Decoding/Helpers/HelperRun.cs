using System.Collections.Frozen;
using System.Diagnostics;
using Amavis.Decoding.Archives;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Programs;

namespace Amavis.Decoding.Helpers;

/// <summary>
/// Runs external programs for one message: without a shell, under limits of time, memory and file size, without a network where the kernel
/// lets us, in a directory of their own. Their time is bounded for the whole message, so that no mail can use it up and come again for ever.
/// </summary>
internal sealed class HelperRun(PartStore store, UnpackBudget budget)
{
    private const long MemoryOctets = 2L << 30;

    /// <summary>A file may be longer than the quota by this much, so that it is the quota that is exceeded.</summary>
    private const long FileGraceOctets = 1 << 16;

    private const int RarHeadOctets = 128;

    /// <summary>Directories have a size as well.</summary>
    private const long DirectoryOctets = 1 << 20;

    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(300);

    private TimeSpan _used;

    /// <summary>A program was ended by a signal, or because its time was up.</summary>
    public bool Died { get; private set; }

    /// <summary>Unpacks one archive.</summary>
    /// <exception cref="UnpackLimitException">A limit of the message is exceeded.</exception>
    /// <exception cref="OperationCanceledException">The message's time is over.</exception>
    public async Task<ArchiveFindings> ReadAsync(Helper helper, string path, StoredContent content, MemberSink members)
    {
        if (_used >= budget.Limits.HelperTime)
            return ArchiveFindings.Unsupported;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(budget.CancellationToken);
        limit.CancelAfter(budget.Limits.HelperTime - _used);
        var started = Stopwatch.GetTimestamp();
        try
        {
            return helper.GivesOne
                ? await ReadOneAsync(helper, path, content, members, limit.Token)
                : await ReadManyAsync(helper, path, content, members, limit);
        }
        catch (OperationCanceledException) when (!budget.CancellationToken.IsCancellationRequested)
        {
            Died = true;
            return ArchiveFindings.Damaged | ArchiveFindings.Unsupported;
        }
        catch (ProgramFaultException)
        {
            return ArchiveFindings.Unsupported;
        }
        finally
        {
            _used += Stopwatch.GetElapsedTime(started);
        }
    }

    private async Task<ArchiveFindings> ReadOneAsync(Helper helper, string path, StoredContent content, MemberSink members, CancellationToken cancellationToken)
    {
        var part = members.Add(MemberNames.Uncompressed(members.Archive.Names, storedName: null));
        using var output = members.Open(part, 4 * content.Length);
        await using var input = content.OpenRead();
        var result = await ProgramRunner.RunAsync(
            Call(path, helper.Arguments, "/") with { Input = input, Output = octets => output.Write(octets.Span) }, cancellationToken);
        output.Complete();
        Died |= result.WasKilled;
        return helper.IsGood(result.ExitCode) ? ArchiveFindings.None : ArchiveFindings.Damaged;
    }

    private async Task<ArchiveFindings> ReadManyAsync(Helper helper, string path, StoredContent content, MemberSink members, CancellationTokenSource limit)
    {
        await using var place = store.CreateHelperPlace(helper.Suffix);
        var files = new ExtractedFiles(place, store, budget);
        await using (var source = content.OpenRead())
        await using (var target = new FileStream(place.Archive, FileMode.CreateNew, FileAccess.Write))
            await source.CopyToAsync(target, limit.Token);
        var arguments = helper.Arguments.Select(a => a.Replace(Helper.Archive, place.Archive, StringComparison.Ordinal).Replace(Helper.Target, place.Target, StringComparison.Ordinal));
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var tooMuch = WatchAsync(files, limit, watch.Token);
        ProgramResult result;
        try
        {
            result = await ProgramRunner.RunAsync(Call(path, [.. arguments], place.Target), limit.Token);
        }
        catch (OperationCanceledException) when (!budget.CancellationToken.IsCancellationRequested)
        {
            if (await tooMuch)
                throw budget.Exceeded(members.Archive.BaseName);
            await files.TakeAsync(FrozenSet<string>.Empty, members, budget.CancellationToken);
            throw;
        }
        finally
        {
            await watch.CancelAsync();
            await tooMuch;
        }
        Died |= result.WasKilled;
        var encrypted = EncryptionWords.Find(result.Output);
        var count = await files.TakeAsync(encrypted.Names, members, budget.CancellationToken);
        var isWhole = !content.WithHead(RarHeadOctets, static (head, _) => RarVolumes.IsPiece(head));
        var findings = helper.IsGood(result.ExitCode) && count > 0 && isWhole ? ArchiveFindings.None : ArchiveFindings.Damaged;
        return encrypted.Whole ? findings | ArchiveFindings.Encrypted : findings;
    }

    private ProgramCall Call(string path, IReadOnlyList<string> arguments, string directory) => new()
    {
        Program = path,
        Arguments = arguments,
        WorkingDirectory = directory,
        Home = "/nonexistent",
        Limits = new ProgramLimits(budget.Limits.HelperTime, MemoryOctets, Math.Max(0, budget.LeftOctets) + FileGraceOctets),
        EndsLeftovers = true,
    };

    /// <summary>Ends the program when its files together are more than the message may hold; true: it did.</summary>
    private async Task<bool> WatchAsync(ExtractedFiles files, CancellationTokenSource limit, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(WatchInterval);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                if (await files.CountAsync(cancellationToken) <= budget.LeftOctets + DirectoryOctets)
                    continue;
                await limit.CancelAsync();
                return true;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ProgramFaultException)
        {
            // The program has ended.
        }
        return false;
    }
}
