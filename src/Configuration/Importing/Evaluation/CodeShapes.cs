using System.Text.RegularExpressions;

namespace Amavis.Configuration.Importing.Evaluation;

/// <summary>Code whose meaning is known by its form. Nothing is run; what has another form stays code.</summary>
internal static partial class CodeShapes
{
    public static PerlValue Of(string source)
    {
        // Only short code has a form that is known; this also bounds the matching.
        if (source.Length > 400)
            return new PerlValue.Code(source);
        if (LazyVariable().Match(source) is { Success: true } lazy)
            return new PerlValue.Lazy(lazy.Groups[1].Value);
        return new PerlValue.Code(source);
    }

    /// <summary>The directory or variable that code changes to, with its sigil; null: it does something else.</summary>
    public static string? DirectoryOf(string source) => source.Length <= 400 && ChangeDirectory().Match(source) is { Success: true } change ? change.Groups[1].Value : null;

    /// <summary>The function of the time of arrival that makes partition tags; null: something else.</summary>
    public static string? PartitionOf(string source) => source.Length <= 400 && Partition().Match(source) is { Success: true } partition ? partition.Groups[2].Value : null;

    [GeneratedRegex("""^\{\s*(?:return\s+)?(?:Opaque(?:Ref)?\s*\(\s*)?(?:c|ca|cr)\s*\(\s*["'](\w+)["']\s*\)\s*\)?\s*;?\s*\}$""", RegexOptions.CultureInvariant)]
    private static partial Regex LazyVariable();

    [GeneratedRegex("""^\{\s*chdir\s*\(?\s*(\$\w+|"[^"$@\\]*"|'[^'\\]*')\s*\)?\s*(?:(?:or|\|\|)\s*die\b[^;{}]*)?;?\s*\}$""", RegexOptions.CultureInvariant)]
    private static partial Regex ChangeDirectory();

    [GeneratedRegex("""^\{\s*my\s*\(?\s*\$(\w+)\s*\)?\s*=\s*(?:@_|shift)\s*;\s*(iso8601_week|iso8601_yearweek|iso8601_weekday)\s*\(\s*\$\1->rx_time\s*\)\s*;?\s*\}$""", RegexOptions.CultureInvariant)]
    private static partial Regex Partition();
}
