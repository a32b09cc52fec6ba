namespace Amavis.Programs;

/// <summary>One call of an external program: no shell, arguments as a list.</summary>
public sealed record ProgramCall
{
    /// <summary>A path, or a name searched along <see cref="SearchPath"/>.</summary>
    public required string Program { get; init; }

    public required IReadOnlyList<string> Arguments { get; init; }

    /// <summary>Account to run under; null: ours. Another one needs the rights of root.</summary>
    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary>Directories in which programs are searched, parted by colons, also by the program itself; null: our own.</summary>
    public string? SearchPath { get; init; }

    /// <summary>HOME; null: our own.</summary>
    public string? Home { get; init; }

    /// <summary>Further variables of the environment, which is empty otherwise but for PATH, HOME and LC_ALL.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = System.Collections.Frozen.FrozenDictionary<string, string>.Empty;

    /// <summary>Given to the program on its standard input; null: nothing.</summary>
    public Stream? Input { get; init; }

    /// <summary>
    /// Takes what the program writes to its standard output, piece by piece; null: it is kept as text. An exception it throws ends
    /// the program and is the caller's.
    /// </summary>
    public Action<ReadOnlyMemory<byte>>? Output { get; init; }

    /// <summary>What the program may use, without a network; null: as much as we may.</summary>
    public ProgramLimits? Limits { get; init; }

    /// <summary>Whether what the program left running in the background is ended with it.</summary>
    public bool EndsLeftovers { get; init; }
}

/// <summary>Bounds the kernel sets to a program and to each of its children.</summary>
/// <param name="Cpu">Time on a processor.</param>
/// <param name="MemoryOctets">Address space.</param>
/// <param name="FileOctets">The longest file it may write.</param>
/// <param name="OpenFiles">Files it may hold open.</param>
public sealed record ProgramLimits(TimeSpan Cpu, long MemoryOctets, long FileOctets, int OpenFiles = 256);

/// <param name="ExitCode">128 plus the number of the signal when one ended it.</param>
/// <param name="Output">What it wrote to standard output and standard error as text, octet by octet, the start of it.</param>
/// <param name="IsCut">It wrote more than <paramref name="Output"/> holds.</param>
public sealed record ProgramResult(int ExitCode, string Output, bool IsCut = false)
{
    private const int SignalBase = 128;

    /// <summary>A signal ended it, so its exit code means nothing.</summary>
    public bool WasKilled => ExitCode > SignalBase;
}
