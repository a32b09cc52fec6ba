using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Amavis.Configuration.Importing.Writing;

/// <summary>Texts as they are written in YAML: plain where that is safe, else in the quotes that need the fewest escapes.</summary>
internal static partial class YamlText
{
    /// <summary>A text that stands for itself, as a value or a key.</summary>
    public static string Quoted(string text)
    {
        if (IsPlain(text))
            return text;
        return text.Any(NeedsEscape) ? Escaped(text) : "'" + text.Replace("'", "''", StringComparison.Ordinal) + "'";
    }

    /// <summary><c>${NAME}</c> would be taken for an environment variable; a further dollar keeps it.</summary>
    public static string Literal(string text) =>
        text.Contains("${", StringComparison.Ordinal) ? Reference().Replace(text, "$$$1") : text;

    /// <summary>A comment line without its indent; what can't stand in one is replaced.</summary>
    public static string Comment(string text) => "#" + string.Concat(text.TrimEnd().Select(c => c == '\t' ? '\t' : NeedsEscape(c) ? '?' : c));

    /// <summary>Several lines that can be written as they are.</summary>
    public static bool IsBlock(string text) => text.Contains('\n') && !text.Any(c => c != '\n' && c != '\t' && NeedsEscape(c)) && text.AsSpan().Trim('\n').Length > 0;

    /// <summary>Characters that could be a line end or invisible.</summary>
    private static bool NeedsEscape(char c) =>
        char.IsControl(c) || c is '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' || CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned;

    private static bool IsPlain(string text) => PlainForm().IsMatch(text) && !Word().IsMatch(text) && !NumberForm().IsMatch(text);

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder("\"", text.Length + 16);
        foreach (var c in text)
        {
            escaped.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\r' => "\\r",
                '\t' => "\\t",
                _ when NeedsEscape(c) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => c.ToString(),
            });
        }
        return escaped.Append('"').ToString();
    }

    [GeneratedRegex(@"^[A-Za-z0-9_/.-][A-Za-z0-9_./@+=%()-]*(?: [A-Za-z0-9_./@+=%()-]+)*$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainForm();

    /// <summary>Words that mean something else to readers of YAML, ours or others.</summary>
    [GeneratedRegex("^(?:null|true|false|yes|no|on|off|y|n|~)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    [GeneratedRegex(@"^[-+.]?[0-9][-0-9_.,:eExXa-fA-F+]*$|^[-+]?\.(?:inf|nan)$|^-$|^--+$|^-[^-A-Za-z]|^--[^A-Za-z]|^\.$|^\.\.", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex NumberForm();

    [GeneratedRegex(@"(\$\{[A-Z][A-Z0-9_]*\})", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
