using System.Diagnostics;

namespace Amavis.Fuzz;

/// <summary>One input against one target: no exception, no hang, no allocation out of proportion.</summary>
internal static class InputCheck
{
    public static readonly TimeSpan LongestRun = TimeSpan.FromSeconds(1);

    private const long AllocationFactor = 64;

    /// <summary>What is wrong; null: nothing.</summary>
    public static string? Run(FuzzTarget target, byte[] input)
    {
        var fault = RunOnce(target, input, out var slow);
        // A busy machine is slow once, a slow parser always.
        for (var i = 0; i < 2 && fault is null && slow; i++)
            fault = RunOnce(target, input, out slow);
        return fault ?? (slow ? $"takes longer than {LongestRun.TotalSeconds} s" : null);
    }

    private static string? RunOnce(FuzzTarget target, byte[] input, out bool slow)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            target.Check(input, new Random(input.Length));
        }
        catch (Exception e)
        {
            slow = false;
            return e.ToString();
        }
        slow = clock.Elapsed > LongestRun;
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        return allocated > (AllocationFactor * input.Length) + target.FreeAllocation ? $"allocates {allocated} octets for {input.Length}" : null;
    }
}
