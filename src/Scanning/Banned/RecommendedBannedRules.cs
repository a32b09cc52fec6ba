using System.Text.RegularExpressions;
using Amavis.Core.Lookups;

namespace Amavis.Scanning.Banned;

/// <summary>The rules of the sample configuration: what runs when it is clicked on, whatever it is called.</summary>
public static class RecommendedBannedRules
{
    /// <summary>Patterns in the order they are tried, with their results: true forbids, false allows.</summary>
    public static IReadOnlyList<(string Pattern, bool Forbids)> Patterns { get; } =
    [
        // Windows programs, known by their content.
        (@"^\.(exe-ms|dll)$", true),
        // Archives of Unix systems are full of programs, and harmless where they are wanted.
        (@"^\.(rpm|cpio|tar)$", false),
        // A second extension that hides behind a harmless one.
        (@"\.[^./]*\.(exe|vbs|pif|scr|bat|cmd|com|cpl|dll)[. ]*$", true),
        // A class id in braces takes the place of an extension.
        (@"\{[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$", true),
        (@"^application/x-msdownload$", true),
        (@"^application/x-msdos-program$", true),
        (@"^application/hta$", true),
        // Windows drops dots and blanks at the end of a name.
        (@".\.(exe|vbs|pif|scr|bat|cmd|com|cpl)[. ]*$", true),
    ];

    /// <summary>The table, for <c>banned_rules</c> under the name DEFAULT.</summary>
    public static RegexTable Table { get; } = new([.. Patterns.Select(p => new RegexRule(Compile(p.Pattern), p.Forbids ? LookupValue.True : LookupValue.False))]);

    private static Regex Compile(string pattern) => new(pattern, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
