using System.Text.RegularExpressions;

namespace Amavis.Configuration.Showing;

/// <summary>Keeps passwords out of what is shown.</summary>
internal static partial class Secrets
{
    public const string Mask = "********";

    /// <summary>Passwords of connection strings and addresses replaced.</summary>
    public static string Hide(string text)
    {
        var hidden = InConnectionString().Replace(text, m => m.Groups[1].Value + Mask);
        return InAddress().Replace(hidden, m => m.Groups[1].Value + Mask + "@");
    }

    /// <summary>Passwords in a statement of Perl replaced: those of data sources, and values of keys that name a password.</summary>
    public static string HideInPerl(string statement) =>
        ValueInPerl().Replace(DataSourceInPerl().Replace(statement, m => m.Groups[1].Value + Mask), m => m.Groups[1].Value + Mask);

    public static bool IsSecretKey(string key) =>
        key.Contains("pass", StringComparison.OrdinalIgnoreCase) && !key.EndsWith("_maps", StringComparison.Ordinal)
        || key.Contains("secret", StringComparison.OrdinalIgnoreCase) || key.EndsWith("token", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("""((?:^|[;:\s])\s*(?:password|pwd|pass|passwd|sslpassword|ssl password)\s*=\s*)("(?:[^"]|"")*"|'(?:[^']|'')*'|[^;]*)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InConnectionString();

    [GeneratedRegex("""(["']DBI:[^"']*["']\s*,\s*["'][^"']*["']\s*,\s*["'])[^"']+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex DataSourceInPerl();

    [GeneratedRegex("""(\w*(?:pass|passwd|password|secret|token)["'}]*\s*(?:=>|=)\s*["'])[^"']+""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ValueInPerl();

    [GeneratedRegex(@"(://[^\s/:@]+:)[^\s/@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex InAddress();
}
