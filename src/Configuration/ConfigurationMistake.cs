namespace Amavis.Configuration;

/// <summary>A place in a configuration file; line and column count from one.</summary>
public sealed record SourcePosition(string File, int Line, int Column)
{
    public override string ToString() => $"{File}:{Line}:{Column}";

    /// <summary>File and line.</summary>
    public string Place => $"{File}:{Line}";
}

/// <summary>One thing wrong with the configuration, in the form <c>FILE:LINE:COLUMN: key: what is wrong</c>.</summary>
/// <param name="Key">The variable, with the path inside it where there is one: <c>policy_bank.MYNETS.inet_acl</c>.</param>
public sealed record ConfigurationMistake(SourcePosition Position, string Key, string What)
{
    /// <summary>One line, whatever the file has for keys and values.</summary>
    public override string ToString()
    {
        var line = $"{Position}: {Key}: {What}";
        return line.Any(char.IsControl) ? string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)) : line;
    }
}
