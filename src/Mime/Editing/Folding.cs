namespace Amavis.Mime.Editing;

/// <summary>Where a field body may be folded, and what an LF in it means.</summary>
public enum Folding
{
    /// <summary>Before any blank. An LF counts as a blank.</summary>
    AtBlanks,
    /// <summary>Only where an LF stands, which is no character of the body; a blank comes in when none follows the LF.</summary>
    AtMarks,
    /// <summary>Every LF begins a continuation line; other places are not used.</summary>
    AsGiven,
}
