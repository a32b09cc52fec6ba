using System.Collections.Concurrent;
using Amavis.Decoding.Typing;
using Amavis.Programs;

namespace Amavis.Decoding.Helpers;

/// <summary>Which external programs unpack what, when the configuration has no table of its own; the best one first.</summary>
internal static class HelperTable
{
    /// <summary>Debian's names of 7-Zip.</summary>
    public static readonly string[] SevenZip = ["7zz", "7z", "7za"];

    private static readonly (string Decoder, string[] Commands) AnySevenZip = ("do_7zip", SevenZip);
    private static readonly (string Decoder, string[] Commands) Bsdtar = ("do_7zip", ["bsdtar"]);

    /// <summary>Programs for each kind, each group with the variables that replace it.</summary>
    private static readonly Dictionary<ContentKind, Group[]> All = new()
    {
        [ContentKind.Gzip] = [new("do_uncompress", [], "gunzip", "gzip")],
        [ContentKind.Bzip2] = [new("do_uncompress", [], "bunzip2", "bzip2")],
        [ContentKind.Compress] = [new("do_uncompress", [], "uncompress")],
        [ContentKind.Rpm] = [new("do_uncompress", [], "rpm2cpio")],
        [ContentKind.Cpio] = [new("do_pax_cpio", [], "pax", "cpio")],
        [ContentKind.Tar] = [new("do_pax_cpio", [], "pax", "cpio")],
        [ContentKind.Ar] = [new("do_ar", [], "ar")],
        [ContentKind.Tnef] = [new("do_tnef_ext", [], "tnef")],
        [ContentKind.Ole] = [new("do_ole", [], "ripole")],
        [ContentKind.Xz] = [new("do_uncompress", ["xz -dc", "xzdec"])],
        [ContentKind.Lzma] = [new("do_uncompress", ["xz -dc --format=lzma", "lzmadec"])],
        [ContentKind.Lzip] = [new("do_uncompress", ["lzip -dc", "xz -dc"])],
        [ContentKind.Lzop] = [new("do_uncompress", ["lzop -dc"], "unlzop", "lzop")],
        [ContentKind.Lz4] = [new("do_uncompress", ["lz4 -dc", "lz4c -dc"])],
        [ContentKind.Zstd] = [new("do_uncompress", ["zstd -dcq", "unzstd -cq"])],
        [ContentKind.Lrzip] = [new("do_uncompress", ["lrzip -q -d -m 4 -o -"])],
        [ContentKind.Freeze] = [new("do_uncompress", ["unfreeze", "freeze -d", "melt", "fcat"], "unfreeze")],
        [ContentKind.SevenZip] = [new(AnySevenZip), new("do_7zip", ["7zr"]), new(Bsdtar)],
        [ContentKind.Rar] = [new("do_unrar", ["unrar", "rar"], "unrar"), new(Bsdtar), new("do_unrar", ["unrar-free"]), new(AnySevenZip)],
        [ContentKind.Cab] = [new("do_cabextract", ["cabextract"], "cabextract"), new(AnySevenZip), new(Bsdtar)],
        [ContentKind.Arj] = [new("do_unarj", [], "unarj"), new(AnySevenZip), new("do_unarj", ["arj", "unarj"])],
        [ContentKind.Lha] = [new("do_lha", [], "lha"), new(AnySevenZip), new(Bsdtar)],
        [ContentKind.Iso] = [new(AnySevenZip), new(Bsdtar)],
        [ContentKind.Arc] = [new("do_arc", ["nomarch", "arc"], "arc")],
        [ContentKind.Zoo] = [new("do_zoo", ["zoo", "unzoo"], "zoo")],
        [ContentKind.StuffIt] = [new("do_unstuff", [], "unstuff")],
        [ContentKind.OtherArchive] = [new(AnySevenZip), new(Bsdtar)],
        [ContentKind.InstallShield] = [new(AnySevenZip)],
    };

    private static readonly ConcurrentDictionary<(string Decoder, string Command, string? SearchPath), (Helper, string)?> Found = new();

    /// <summary>The program for a kind and its path; null: there is none, or it is not installed.</summary>
    /// <param name="programs">Those that variables name, by the variable.</param>
    /// <param name="searchPath">Directories parted by colons; null: our own PATH.</param>
    public static (Helper Helper, string Path)? Find(ContentKind kind, IReadOnlyDictionary<string, IReadOnlyList<string>> programs, string? searchPath)
    {
        foreach (var group in All.GetValueOrDefault(kind, []))
            foreach (var command in group.CommandsUnder(programs))
                if (Find(group.Decoder, command, searchPath) is { } found)
                    return found;
        return null;
    }

    /// <summary>The program that variables name for a kind in the place of our own reader; null: the reader does it.</summary>
    public static (Helper Helper, string Path)? FindInstead(ContentKind kind, IReadOnlyDictionary<string, IReadOnlyList<string>> programs, string? searchPath)
    {
        if (programs.Count == 0)
            return null;
        foreach (var group in All.GetValueOrDefault(kind, []))
            foreach (var command in group.CommandsUnder(programs))
                if (Find(group.Decoder, command, searchPath) is { } found)
                    return HelperForms.IsReplaced(command) ? null : found;
        return null;
    }

    /// <summary>A command of the configuration under a decoder; null: it is not installed, or the decoder runs no program.</summary>
    public static (Helper Helper, string Path)? Find(string decoder, string command, string? searchPath) => Found.GetOrAdd((decoder, command, searchPath), static key =>
        HelperForms.Of(key.Decoder, key.Command) is { } helper && ProgramRunner.Find(helper.Programs[0], key.SearchPath) is { } path && (!helper.Vouches || !IsUnrarFree(path))
            ? (helper, path)
            : null);

    /// <summary>Debian lets it go by the name unrar as well.</summary>
    private static bool IsUnrarFree(string path) =>
        Path.GetFileName(File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path).Contains("unrar-free", StringComparison.Ordinal);

    /// <summary>Programs called in one way.</summary>
    private sealed record Group(string Decoder, string[] Commands, params string[] Variables)
    {
        public Group((string Decoder, string[] Commands) shared)
            : this(shared.Decoder, shared.Commands)
        {
        }

        /// <summary>The older ones of the variables name a program that is called with <c>-d</c>, apart from <c>cpio</c>.</summary>
        public IReadOnlyList<string> CommandsUnder(IReadOnlyDictionary<string, IReadOnlyList<string>> programs)
        {
            if (Variables.Length > 0 && programs.TryGetValue(Variables[0], out var given))
                return given;
            if (Variables.Length > 1 && programs.TryGetValue(Variables[1], out var older))
                return Variables[1] == "cpio" ? older : [.. older.Select(command => command + " -d")];
            return Commands;
        }
    }
}
