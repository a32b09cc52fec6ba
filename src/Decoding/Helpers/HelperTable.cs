using System.Collections.Concurrent;
using Amavis.Decoding.Typing;
using Amavis.Programs;

namespace Amavis.Decoding.Helpers;

/// <summary>Which external programs unpack what we have no reader for, the best one first.</summary>
internal static class HelperTable
{
    private static readonly Helper SevenZip = new(
        ["7zz", "7z", "7za"], ["x", "-bd", "-y", "-pwP", "-mmt=1", "-o" + Helper.Target, "--", Helper.Archive], GoodStatuses: 1);

    private static readonly Helper Unrar = new(
        ["unrar", "rar"], ["x", "-ver", "-o-", "-kb", "-c-", "-p-", "-idcdp", "--", Helper.Archive, Helper.Target + "/"], GoodStatuses: 1);

    private static readonly Helper Bsdtar = new(["bsdtar"], ["-x", "--no-same-owner", "--no-same-permissions", "-f", Helper.Archive, "-C", Helper.Target]);

    // Its exit status is good whatever it found.
    private static readonly Helper UnrarFree = new(["unrar-free"], ["--extract", "--force", Helper.Archive, Helper.Target + "/"]) { Vouches = false };
    private static readonly Helper Cabextract = new(["cabextract"], ["-q", "-d", Helper.Target, Helper.Archive]);
    private static readonly Helper Arj = new(["arj"], ["e", "-y", "-i", Helper.Archive, Helper.Target + "/"]);
    private static readonly Helper Nomarch = new(["nomarch"], ["-U", Helper.Archive]);

    private static readonly Dictionary<ContentKind, Helper[]> All = new()
    {
        [ContentKind.Xz] = [Stream("xz", "-dc"), Stream("xzdec")],
        [ContentKind.Lzma] = [Stream("xz", "-dc", "--format=lzma"), Stream("lzmadec")],
        [ContentKind.Lzip] = [Stream("lzip", "-dc"), Stream("xz", "-dc")],
        [ContentKind.Lzop] = [Stream("lzop", "-dc")],
        [ContentKind.Lz4] = [Stream("lz4", "-dc"), Stream("lz4c", "-dc")],
        [ContentKind.Zstd] = [Stream("zstd", "-dcq"), Stream("unzstd", "-cq")],
        [ContentKind.Lrzip] = [Stream("lrzip", "-q", "-d", "-o", "-")],
        [ContentKind.Freeze] = [Stream("unfreeze"), Stream("freeze", "-d"), Stream("melt"), Stream("fcat")],
        [ContentKind.SevenZip] = [SevenZip, new(["7zr"], SevenZip.Arguments, GoodStatuses: 1), Bsdtar],
        [ContentKind.Rar] = [Unrar, Bsdtar, UnrarFree, SevenZip],
        [ContentKind.Cab] = [Cabextract, SevenZip, Bsdtar],
        [ContentKind.Arj] = [SevenZip, Arj],
        [ContentKind.Lha] = [SevenZip, Bsdtar],
        [ContentKind.Iso] = [SevenZip, Bsdtar],
        [ContentKind.Arc] = [Nomarch],
        [ContentKind.OtherArchive] = [SevenZip, Bsdtar],
        [ContentKind.InstallShield] = [SevenZip],
    };

    private static readonly ConcurrentDictionary<(ContentKind Kind, string? SearchPath), (Helper, string)?> Found = new();

    /// <summary>The program for a kind and its path; null: there is none, or it is not installed.</summary>
    /// <param name="searchPath">Directories parted by colons; null: our own PATH.</param>
    public static (Helper Helper, string Path)? Find(ContentKind kind, string? searchPath) => Found.GetOrAdd((kind, searchPath), static key =>
    {
        foreach (var helper in All.GetValueOrDefault(key.Kind, []))
            foreach (var program in helper.Programs)
                if (ProgramRunner.Find(program, key.SearchPath) is { } path && (!helper.Vouches || !IsUnrarFree(path)))
                    return (helper, path);
        return null;
    });

    /// <summary>Debian lets it go by the name unrar as well.</summary>
    private static bool IsUnrarFree(string path) =>
        Path.GetFileName(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Contains("unrar-free", StringComparison.Ordinal);

    private static Helper Stream(string program, params string[] arguments) => new([program], arguments, GivesOne: true);
}
