namespace Amavis.Decoding.Archives;

/// <summary>What was found wrong with an archive while it was unpacked; its readable members are parts in any case.</summary>
[Flags]
internal enum ArchiveFindings
{
    None = 0,
    /// <summary>Truncated, corrupt, or with data that belongs to nothing: what was seen may not be all.</summary>
    Damaged = 1,
    /// <summary>Uses a method that is not decoded here.</summary>
    Unsupported = 2,
    /// <summary>Its list of members is encrypted.</summary>
    Encrypted = 4,
    /// <summary>Programs will see different members in it.</summary>
    Ambiguous = 8,
}
