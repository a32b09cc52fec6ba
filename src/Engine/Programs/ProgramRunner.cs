using System.Buffers;
using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Amavis.Engine.Programs;

/// <summary>
/// Runs external programs in a process group of their own. When time is over the group is asked to end, and a second later it is killed.
/// </summary>
internal static class ProgramRunner
{
    /// <summary>Characters of output that are kept; the rest is read and dropped.</summary>
    private const int MaxOutput = 200 << 10;

    private const int CopyOctets = 64 << 10;

    /// <summary>Makes a program the leader of a new process group; part of every Debian.</summary>
    private const string GroupMaker = "/usr/bin/setsid";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1);

    private static string OwnPath => Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Path of a program, searched along the directories when it has no slash; null: there is none that may be run.</summary>
    /// <param name="searchPath">Null: our own PATH.</param>
    public static string? Find(string program, string? searchPath)
    {
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
        var path = Find(call.Program, call.SearchPath) ?? throw new ProgramFaultException($"there is no program {call.Program}");
        cancellationToken.ThrowIfCancellationRequested();
        using var process = new Process { StartInfo = StartInfo(call, path) };
        try
        {
            process.Start();
        }
        catch (Exception e) when (e is Win32Exception or InvalidOperationException or IOException)
        {
            throw new ProgramFaultException($"can't run {path}: {e.Message}", e);
        }
        using var reads = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var output = new StringBuilder();
        var reading = Task.WhenAll(ReadAsync(process.StandardOutput, output, reads.Token), ReadAsync(process.StandardError, output, reads.Token));
        try
        {
            await FeedAsync(process, call.Input, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
        }
        finally
        {
            await EndAsync(process);
            // A child it left to work in the background may hold its output open.
            reads.CancelAfter(Grace);
            await reading;
        }
        lock (output)
            return new ProgramResult(process.ExitCode, output.ToString());
    }

    private static ProcessStartInfo StartInfo(ProgramCall call, string path)
    {
        var makesGroup = File.Exists(GroupMaker);
        var info = new ProcessStartInfo(makesGroup ? GroupMaker : path, makesGroup ? [path, .. call.Arguments] : call.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
            WorkingDirectory = call.WorkingDirectory ?? "/",
        };
        if (call.User is { } user && user != Environment.UserName)
            info.UserName = user;
        info.Environment.Clear();
        info.Environment["PATH"] = call.SearchPath ?? OwnPath;
        info.Environment["LC_ALL"] = "C";
        if ((call.Home ?? (call.User is null ? Environment.GetEnvironmentVariable("HOME") : null)) is { } home)
            info.Environment["HOME"] = home;
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
            process.StandardInput.Close();
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

    private static async Task ReadAsync(StreamReader reader, StringBuilder output, CancellationToken cancellationToken)
    {
        var buffer = new char[4096];
        try
        {
            int read;
            while ((read = await reader.ReadAsync(buffer.AsMemory(), cancellationToken)) > 0)
            {
                lock (output)
                    output.Append(buffer, 0, Math.Min(read, MaxOutput - output.Length));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // What came so far is enough.
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
