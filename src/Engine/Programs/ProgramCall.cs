namespace Amavis.Engine.Programs;

/// <summary>One call of an external program: no shell, arguments as a list.</summary>
internal sealed record ProgramCall
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

    /// <summary>Given to the program on its standard input; null: nothing.</summary>
    public Stream? Input { get; init; }
}

/// <param name="ExitCode">128 plus the number of the signal when one ended it.</param>
/// <param name="Output">What it wrote to standard output and standard error, the start of it.</param>
internal sealed record ProgramResult(int ExitCode, string Output);
