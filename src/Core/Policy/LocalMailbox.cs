namespace Amavis.Core.Policy;

/// <summary>Where the <c>local:</c> method puts mail for one name of <c>local_delivery_aliases</c>.</summary>
/// <param name="Path">
/// A directory (a file for each message) or an mbox file; a relative one starts from <c>QUARANTINEDIR</c>, and the empty one is that
/// itself. Null: such mail is not stored.
/// </param>
/// <param name="FileName">Template of the file's name in a directory; null: the method names it.</param>
public sealed record LocalMailbox(string? Path, string? FileName = null)
{
    /// <summary><c>QUARANTINEDIR</c> with the file name of the method.</summary>
    public static readonly LocalMailbox QuarantineDirectory = new("");
}
