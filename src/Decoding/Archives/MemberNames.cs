using System.Text;
using System.Text.Unicode;

namespace Amavis.Decoding.Archives;

/// <summary>
/// Every name a member could be given by a reader: its path, the last piece of it, what stands before a NUL. Names are data for
/// the rules; no file is ever made under one.
/// </summary>
internal static class MemberNames
{
    private static readonly Encoding Dos = CodePagesEncodingProvider.Instance.GetEncoding(437) ?? Encoding.Latin1;

    // Longest first where one ends in the other.
    private static readonly (string Suffix, string Replacement)[] CompressionSuffixes =
    [
        (".gz", ""), (".Z", ""), (".bz2", ""), (".bz", ""), (".xz", ""), (".lzma", ""), (".lrz", ""), (".lzo", ""), (".lz4", ""),
        (".lz", ""), (".F", ""), (".zst", ""), (".tgz", ".tar"), (".tbz2", ".tar"), (".tbz", ".tar"), (".txz", ".tar"), (".tlz", ".tar"),
        (".tzst", ".tar"), (".rpm", ".cpio"), (".emz", ".emf"), (".svgz", ".svg"),
    ];

    /// <summary>UTF-8 where it is that, else Latin-1.</summary>
    public static IReadOnlyList<string> Of(ReadOnlySpan<byte> octets) => Of(Utf8OrLatin1(octets));

    /// <summary>ZIP: UTF-8 when flagged (APPNOTE appendix D), else either that or the DOS code page.</summary>
    public static IEnumerable<string> Zip(byte[] octets, bool utf8)
    {
        if (Ascii.IsValid(octets))
            return [Encoding.ASCII.GetString(octets)];
        var valid = Utf8.IsValid(octets);
        return utf8 && valid ? [Encoding.UTF8.GetString(octets)]
            : valid ? [Encoding.UTF8.GetString(octets), Dos.GetString(octets)]
            : [Dos.GetString(octets)];
    }

    public static IReadOnlyList<string> Of(params IEnumerable<string> paths)
    {
        var names = new List<string>(2);
        foreach (var path in paths)
        {
            AddPath(names, path);
            if (path.IndexOf('\0', StringComparison.Ordinal) is > 0 and var nul)
                AddPath(names, path[..nul]);
        }
        return names;
    }

    /// <summary>For a compressed file: the names it has without the suffix of the compressor, then the one stored in it.</summary>
    public static IReadOnlyList<string> Uncompressed(IReadOnlyList<string> names, string? storedName)
    {
        var result = new List<string>(names.Count + 1);
        foreach (var name in names)
            AddDistinct(result, WithoutSuffix(name));
        if (storedName is not null)
            AddPath(result, storedName);
        return result;
    }

    public static string Utf8OrLatin1(ReadOnlySpan<byte> octets) =>
        Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);

    private static string WithoutSuffix(string name)
    {
        foreach (var (suffix, replacement) in CompressionSuffixes)
            if (name.Length > suffix.Length && name.EndsWith(suffix, StringComparison.OrdinalIgnoreCase))
                return string.Concat(name.AsSpan(0, name.Length - suffix.Length), replacement);
        return name;
    }

    private static void AddPath(List<string> names, string path)
    {
        var trimmed = path.TrimEnd('/');
        AddDistinct(names, trimmed);
        AddDistinct(names, trimmed[(trimmed.AsSpan().LastIndexOfAny('/', '\\') + 1)..]);
    }

    private static void AddDistinct(List<string> names, string name)
    {
        if (name.Length > 0 && !names.Contains(name))
            names.Add(name);
    }
}
