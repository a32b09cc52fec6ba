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

    public static bool IsSecretKey(string key) =>
        key.Contains("pass", StringComparison.OrdinalIgnoreCase) && !key.EndsWith("_maps", StringComparison.Ordinal)
        || key.Contains("secret", StringComparison.OrdinalIgnoreCase) || key.EndsWith("token", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex("""((?:^|[;:\s])\s*(?:password|pwd|pass|passwd|sslpassword|ssl password)\s*=\s*)("(?:[^"]|"")*"|'(?:[^']|'')*'|[^;]*)""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex InConnectionString();

    [GeneratedRegex(@"(://[^\s/:@]+:)[^\s/@]+@", RegexOptions.CultureInvariant)]
    private static partial Regex InAddress();
}
