namespace Amavis.Engine.Templates;

/// <summary>What one expansion may cost; a template is the administrator's, the values in it are anybody's.</summary>
/// <param name="Characters">Of the result.</param>
public sealed record ExpansionLimits(int Characters)
{
    /// <summary>One log entry; a message can have a thousand recipients.</summary>
    public static readonly ExpansionLimits Log = new(256 << 10);

    /// <summary>A notice without the original header.</summary>
    public static readonly ExpansionLimits Notice = new(1 << 20);

    /// <summary>The reason in a reply, which is cut further.</summary>
    public static readonly ExpansionLimits Reply = new(4096);

    /// <summary>Nodes evaluated or copied.</summary>
    public int Steps { get; init; } = 500_000;

    /// <summary>Calls inside of calls.</summary>
    public int Depth { get; init; } = 200;

    /// <summary>Patterns that ran into their time limit; later ones do not match.</summary>
    public int PatternTimeouts { get; init; } = 2;

    /// <summary>Characters a pattern is matched against.</summary>
    public int PatternInput { get; init; } = 64 << 10;

    /// <summary>All characters handled on the way to the result.</summary>
    public long Work => (4L * Characters) + (1 << 20);
}

/// <summary>What came of a template.</summary>
/// <param name="IsCut">A limit was reached; the text ends early.</param>
public readonly record struct Expansion(string Text, bool IsCut)
{
    /// <summary>Its lines without blanks at their ends; empty ones are left out.</summary>
    public IEnumerable<string> Lines()
    {
        foreach (var line in Text.Split('\n'))
            if (line.TrimEnd() is { Length: > 0 } text)
                yield return text;
    }
}
