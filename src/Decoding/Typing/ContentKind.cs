namespace Amavis.Decoding.Typing;

/// <summary>How content is packed, hence who can unpack it.</summary>
public enum ContentKind
{
    /// <summary>Nothing to unpack.</summary>
    Plain,
    Zip,
    Gzip,
    Bzip2,
    Compress,
    Xz,
    Lzma,
    Lzip,
    Lzop,
    Lrzip,
    Lz4,
    Zstd,
    Tar,
    Cpio,
    Ar,
    Rpm,
    Tnef,
    SevenZip,
    Rar,
    Cab,
    Lha,
    Arj,
    Arc,
    Ace,
    Zoo,
    Iso,
    StuffIt,
    Freeze,
    InstallShield,
    /// <summary>An archive of a rarer sort: XAR, WIM, Alz, Egg, SZDD and the like.</summary>
    OtherArchive,
    /// <summary>One encrypted whole: an OpenPGP message, CMS enveloped data.</summary>
    Encrypted,
    /// <summary>Something else with a ZIP archive at its end.</summary>
    Appended,
    /// <summary>A compound document of OLE: older Office documents, Outlook messages, Windows Installer packages.</summary>
    Ole,
    /// <summary>A text that begins with a uuencoded or BinHex file.</summary>
    Encoded,
    /// <summary>A program, which may unpack an archive behind it.</summary>
    Executable,
}
