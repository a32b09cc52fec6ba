using System.Text.RegularExpressions;

namespace Amavis.Core.Templates;

/// <summary>Compiles the patterns of <c>[~…]</c>. The configuration gives one that knows Perl's dialect.</summary>
/// <param name="fault">What is wrong, or empty.</param>
/// <returns>Null for a faulty pattern.</returns>
public delegate Regex? TemplatePatterns(string pattern, out string fault);

/// <summary>Patterns in .NET's own dialect, for templates that stand in code.</summary>
internal static class PlainPatterns
{
    private static readonly TimeSpan MatchTimeout = TimeSpan.FromSeconds(1);

    public static Regex? Compile(string pattern, out string fault)
    {
        fault = "";
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, MatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, RegexOptions.CultureInvariant, MatchTimeout);
        }
        catch (ArgumentException e)
        {
            fault = e.Message;
            return null;
        }
    }
}
