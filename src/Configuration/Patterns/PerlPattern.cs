using System.Text.RegularExpressions;

namespace Amavis.Configuration.Patterns;

/// <summary>A pattern ready for use.</summary>
/// <param name="Comment">The texts of its <c>(?#…)</c> comments, or null.</param>
internal sealed record CompiledPattern(Regex Regex, string? Comment);

/// <summary>Compiles patterns written for Perl, the language of the files they come from.</summary>
internal static class PerlPattern
{
    /// <summary>A pattern that takes longer over one name or address does not match.</summary>
    public static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static bool TryCompile(string pattern, out CompiledPattern? compiled, out string fault, RegexOptions options = RegexOptions.None)
    {
        compiled = null;
        var translation = PatternTranslator.Translate(pattern);
        if (translation.Fault is { } reason)
        {
            fault = $"pattern \"{pattern}\": {reason}";
            return false;
        }
        try
        {
            compiled = new CompiledPattern(Build(translation.Text, options | RegexOptions.CultureInvariant), translation.Comment);
            fault = "";
            return true;
        }
        catch (RegexParseException wrong)
        {
            fault = $"pattern \"{pattern}\": {Words(wrong)}";
            return false;
        }
    }

    /// <summary>Linear matching where the pattern allows it; look-around, back references and atomic groups do not.</summary>
    private static Regex Build(string text, RegexOptions options)
    {
        try
        {
            return new Regex(text, options | RegexOptions.NonBacktracking, MatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(text, options, MatchTimeout);
        }
    }

    private static string Words(RegexParseException wrong)
    {
        // The message begins with the translated pattern, which the administrator did not write.
        var offset = $"at offset {wrong.Offset}. ";
        var at = wrong.Message.IndexOf(offset, StringComparison.Ordinal);
        return (at < 0 ? wrong.Error.ToString() : wrong.Message[(at + offset.Length)..]).TrimEnd('.');
    }
}
