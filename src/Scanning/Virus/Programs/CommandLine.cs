using Amavis.Programs;

namespace Amavis.Scanning.Virus.Programs;

/// <summary>A program that was found, and the arguments that belong to its name.</summary>
internal sealed record CommandLine(string Path, IReadOnlyList<string> Arguments)
{
    /// <summary>The first of several programs that is there; each may have arguments behind it. Null: none is.</summary>
    /// <param name="searchPath">Directories parted by colons; null: our own.</param>
    public static CommandLine? Find(IReadOnlyList<string> alternatives, string? searchPath)
    {
        foreach (var alternative in alternatives)
        {
            var words = alternative.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length > 0 && ProgramRunner.Find(words[0], searchPath) is { } path)
                return new CommandLine(path, words[1..]);
        }
        return null;
    }
}
