using System.Diagnostics;
using System.Security.Cryptography;

namespace Amavis.Fuzz;

/// <summary>How long to go on; the first limit reached ends it.</summary>
internal sealed record FuzzLimits(long Runs, TimeSpan Time)
{
    /// <summary>A target that finds so much has one fault many times.</summary>
    public int Findings { get; init; } = 10;
}

internal sealed record Finding(FuzzTarget Target, byte[] Input, string Fault)
{
    public string FileName => Convert.ToHexStringLower(SHA256.HashData(Input))[..16] + ".bin";
}

/// <summary>Feeds one target with mutated seeds.</summary>
internal sealed class Fuzzer(FuzzTarget target, int seed)
{
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(60);

    private byte[]? _current;
    private long _since;

    public long Runs { get; private set; }

    /// <summary>The seeds as they are, then what is made of them.</summary>
    public IEnumerable<Finding> Run(FuzzLimits limits)
    {
        var seeds = target.Seeds().ToList();
        var mutator = new Mutator(seeds, target.Words, target.MaxOctets);
        var random = new Random(seed);
        var clock = Stopwatch.StartNew();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (Runs = 0; Runs < limits.Runs && clock.Elapsed < limits.Time && seen.Count < limits.Findings; Runs++)
        {
            var input = Runs < seeds.Count ? seeds[(int)Runs] : mutator.Next(random);
            Volatile.Write(ref _since, Stopwatch.GetTimestamp());
            Volatile.Write(ref _current, input);
            var fault = InputCheck.Run(target, input);
            Volatile.Write(ref _current, null);
            if (fault is not null && seen.Add(PlaceOf(fault)))
                yield return new Finding(target, input, fault);
        }
    }

    /// <summary>The input at work, when it has been so for too long.</summary>
    public byte[]? Stuck =>
        Volatile.Read(ref _current) is { } input && Stopwatch.GetElapsedTime(Volatile.Read(ref _since)) > Hang ? input : null;

    /// <summary>Faults thrown at one place count once.</summary>
    private static string PlaceOf(string fault) => string.Join('\n', fault.Split('\n').Where(l => l.Contains("   at ", StringComparison.Ordinal)).Take(2)) is { Length: > 0 } place ? place : fault;
}
