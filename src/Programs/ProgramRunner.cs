using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Amavis.Programs;

/// <summary>
/// Runs external programs in a process group of their own. When time is over the group is asked to end, and a second later it is killed.
/// </summary>
public static class ProgramRunner
{
    private const int CopyOctets = 64 << 10;

    /// <summary>Messages a confined program may write.</summary>
    private const long ConfinedOctets = 8 << 20;

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static string OwnPath => Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Path of a program, searched along the directories when it has no slash; null: there is none that may be run.</summary>
    /// <param name="searchPath">Null: our own PATH.</param>
    public static string? Find(string program, string? searchPath)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.Contains('/'))
            return IsExecutable(program) ? program : null;
        foreach (var directory in (searchPath ?? OwnPath).Split(':', StringSplitOptions.RemoveEmptyEntries))
            if (IsExecutable(Path.Combine(directory, program)))
                return Path.Combine(directory, program);
        return null;
    }

    /// <exception cref="ProgramFaultException">It could not be started.</exception>
    /// <exception cref="OperationCanceledException">Time was over; the program and its children have been ended.</exception>
    public static async Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(call);
        var path = Find(call.Program, call.SearchPath) ?? throw new ProgramFaultException($"there is no program {call.Program}");
        var command = await Confinement.CommandAsync(path, call);
        cancellationToken.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = StartInfo(call, command) };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            throw new ProgramFaultException($"can't run {path}: {e.Message}", e);
        }
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var reads = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var text = new ProgramOutput(call.Limits is null ? long.MaxValue : ConfinedOctets);
        var reading = Task.WhenAll(
            ReadAsync(process.StandardOutput.BaseStream, call.Output ?? text.Add, ending, reads.Token),
            ReadAsync(process.StandardError.BaseStream, text.Add, ending, reads.Token));
        var leader = process.Id;
        try
        {
            await FeedAsync(process, call.Input, ending.Token);
            await process.WaitForExitAsync(ending.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The taker of the output has had enough; its exception comes out of the reading.
        }
        finally
        {
            await EndAsync(process);
            if (call.EndsLeftovers)
                ProcessSignals.KillGroup(leader);
            // A child it left to work in the background may hold its output open.
            reads.CancelAfter(Grace);
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        await reading;
        return new ProgramResult(process.ExitCode, text.ToString(), text.IsCut);
    }

    private static ProcessStartInfo StartInfo(ProgramCall call, List<string> command)
    {
        var info = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = call.WorkingDirectory ?? "/",
        };
        if (call.User is { } user && user != Environment.UserName)
            info.UserName = user;
        info.Environment.Clear();
        info.Environment["PATH"] = call.SearchPath ?? OwnPath;
        info.Environment["LC_ALL"] = "C";
        if ((call.Home ?? (call.User is null ? Environment.GetEnvironmentVariable("HOME") : null)) is { } home)
            info.Environment["HOME"] = home;
        foreach (var (name, value) in call.Environment)
            info.Environment[name] = value;
        return info;
    }

    /// <summary>A program that does not read its input to the end may have good reason: its exit code tells.</summary>
    private static async Task FeedAsync(Process process, Stream? input, CancellationToken cancellationToken)
    {
        var pipe = process.StandardInput.BaseStream;
        var buffer = ArrayPool<byte>.Shared.Rent(CopyOctets);
        try
        {
            int read;
            while (input is not null && (read = await input.ReadAsync(buffer, cancellationToken)) > 0)
                if (!await TryWriteAsync(pipe, buffer.AsMemory(0, read), cancellationToken))
                    return;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            CloseInput(process);
        }
    }

    /// <summary>Closing flushes, even when there is nothing to flush; a program that is gone by then has broken the pipe.</summary>
    private static void CloseInput(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // As in a write: its exit code tells.
        }
    }

    private static async Task<bool> TryWriteAsync(Stream pipe, ReadOnlyMemory<byte> octets, CancellationToken cancellationToken)
    {
        try
        {
            await pipe.WriteAsync(octets, cancellationToken);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static async Task ReadAsync(Stream pipe, Action<ReadOnlyMemory<byte>> take, CancellationTokenSource ending, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 << 10];
        while (true)
        {
            int read;
            try
            {
                read = await pipe.ReadAsync(buffer, cancellationToken);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // What came so far is enough.
                return;
            }
            if (read == 0)
                return;
            try
            {
                take(buffer.AsMemory(0, read));
            }
            catch
            {
                await ending.CancelAsync();
                throw;
            }
        }
    }

    private static async Task EndAsync(Process process)
    {
        if (process.HasExited)
            return;
        var leader = process.Id;
        ProcessSignals.TerminateGroup(leader);
        using var grace = new CancellationTokenSource(Grace);
        try
        {
            await process.WaitForExitAsync(grace.Token);
        }
        catch (OperationCanceledException)
        {
            // It did not listen.
        }
        ProcessSignals.KillGroup(leader);
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync(CancellationToken.None);
    }

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
