using Microsoft.Win32.SafeHandles;

namespace Amavis.Data.Writing;

/// <summary>One file of the journal. All members are guarded by the journal's lock, except reading a sealed one.</summary>
internal sealed class JournalSegment(string path)
{
    public string Path { get; } = path;

    /// <summary>Null for one left behind by an earlier process, and after sealing and syncing.</summary>
    public SafeFileHandle? Handle { get; set; }

    /// <summary>Octets written.</summary>
    public long Length { get; set; }

    /// <summary>Records that are also in memory and not yet stored.</summary>
    public int Pending { get; set; }

    /// <summary>From here on, records are only in the file and have to be read back; null: none.</summary>
    public long? SpillOffset { get; set; }

    /// <summary>Records from <see cref="SpillOffset"/> on.</summary>
    public int Spilled { get; set; }

    /// <summary>No record is added any more.</summary>
    public bool Sealed { get; set; }

    /// <summary>Written to since the last sync.</summary>
    public bool Dirty { get; set; }

    public bool IsDone => Pending == 0 && SpillOffset is null;
}
