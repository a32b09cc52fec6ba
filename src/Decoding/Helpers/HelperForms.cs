namespace Amavis.Decoding.Helpers;

/// <summary>How the programs are called that decoders of the configuration name, by the decoder and the program's own name.</summary>
internal static class HelperForms
{
    /// <summary>Programs that do what our own readers do, whose part those take over.</summary>
    private static readonly string[] Replaced =
    [
        "gzip", "gunzip", "gzcat", "zcat", "pigz", "unpigz", "bzip2", "bunzip2", "bzcat", "pbzip2", "lbzip2", "uncompress", "rpm2cpio", "rpm2cpio.pl", "pax", "gcpio",
        "cpio", "bsdcpio", "gtar", "tar", "bsdtar", "ar", "gar", "tnef", "ripole", "unzip", "7z", "7za", "7zr", "7zz",
    ];

    private static readonly string[] SevenZip = ["x", "-bd", "-y", "-pwP", "-mmt=1", "-o" + Helper.Target, "--", Helper.Archive];
    private static readonly string[] Unrar = ["x", "-ver", "-o-", "-kb", "-c-", "-p-", "-idcdp", "--", Helper.Archive, Helper.Target + "/"];
    private static readonly string[] Bsdtar = ["-x", "--no-same-owner", "--no-same-permissions", "-f", Helper.Archive, "-C", Helper.Target];
    private static readonly string[] UnrarFree = ["--extract", "--force", Helper.Archive, Helper.Target + "/"];

    /// <summary>Whether an own reader stands in for a command of the configuration.</summary>
    public static bool IsReplaced(string command) => Array.IndexOf(Replaced, Name(Words(command)[0])) >= 0;

    /// <summary>The call of a command line under a decoder; null: that decoder runs no program.</summary>
    /// <param name="decoder">As in <c>decoders</c>.</param>
    /// <param name="command">A program, perhaps with arguments; with <c>{in}</c> or <c>{out}</c> among them they are all it gets.</param>
    public static Helper? Of(string decoder, string command)
    {
        var words = Words(command);
        var (program, given) = (words[0], words[1..]);
        if (decoder != "do_uncompress" && Array.Exists(given, word => word.Contains(Helper.Archive, StringComparison.Ordinal) || word.Contains(Helper.Target, StringComparison.Ordinal)))
            return new Helper([program], given);
        var name = Name(program);
        return decoder switch
        {
            "do_uncompress" => new Helper([program], given, GivesOne: true),
            _ when name == "bsdtar" => new Helper([program], Bsdtar),
            "do_7zip" => new Helper([program], SevenZip, GoodStatuses: 1),
            "do_unrar" when name == "unrar-free" => new Helper([program], UnrarFree) { Vouches = false },
            "do_unrar" => new Helper([program], Unrar, GoodStatuses: 1),
            "do_unarj" when name == "unarj" => new Helper([program], ["e", Helper.Archive]) { Suffix = ".arj" },
            "do_unarj" => new Helper([program], ["e", "-y", "-i", Helper.Archive, Helper.Target + "/"]),
            "do_arc" when name == "nomarch" => new Helper([program], ["-U", Helper.Archive]),
            "do_arc" => new Helper([program], ["x", Helper.Archive]) { Suffix = ".arc" },
            "do_zoo" when name == "unzoo" => new Helper([program], ["-x", "-j", Helper.Target + "/", Helper.Archive]) { Suffix = ".zoo" },
            "do_zoo" => new Helper([program], ["x//", Helper.Archive]) { Suffix = ".zoo" },
            "do_lha" => new Helper([program], ["xfq2w=" + Helper.Target, Helper.Archive]),
            "do_cabextract" => new Helper([program], ["-q", "-d", Helper.Target, Helper.Archive]),
            "do_tnef_ext" => new Helper([program], ["--number-backups", "-C", Helper.Target, "-f", Helper.Archive]),
            "do_ar" => new Helper([program], ["x", Helper.Archive]),
            "do_ole" => new Helper([program], ["-v", "-i", Helper.Archive, "-d", Helper.Target], GoodStatuses: 102),
            "do_pax_cpio" when name == "pax" => new Helper([program], ["-r", "-k", "-p", "am", "-f", Helper.Archive]),
            "do_pax_cpio" => new Helper([program], ["-i", "-d", "--quiet", "--no-absolute-filenames", "--no-preserve-owner", "-F", Helper.Archive]),
            "do_unstuff" => new Helper([program], ["-q", "-d=" + Helper.Target, Helper.Archive]),
            _ => null,
        };
    }

    private static string Name(string program) => program[(program.LastIndexOf('/') + 1)..];

    private static string[] Words(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries) is { Length: > 0 } words ? words : [command];
}
