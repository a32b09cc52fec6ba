namespace Amavis.Cli.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum FindingLevel
{
    Good,
    /// <summary>Works, but somebody should know.</summary>
    Note,
    /// <summary>Something does not work.</summary>
    Broken,
}

/// <summary>One thing that was tried.</summary>
/// <param name="Area">Listeners, scanners, and so on; findings of an area are shown together.</param>
/// <param name="Subject">What was tried: a socket, a directory.</param>
/// <param name="Says">What came of it.</param>
/// <param name="Remedy">How to mend it; null: there is nothing to mend.</param>
internal sealed record Finding(string Area, string Subject, FindingLevel Level, string Says, string? Remedy = null)
{
    public static Finding Good(string area, string subject, string says) => new(area, subject, FindingLevel.Good, says);

    public static Finding Note(string area, string subject, string says, string? remedy = null) => new(area, subject, FindingLevel.Note, says, remedy);

    public static Finding Broken(string area, string subject, string says, string remedy) => new(area, subject, FindingLevel.Broken, says, remedy);
}
