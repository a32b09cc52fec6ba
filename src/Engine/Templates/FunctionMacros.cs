using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace Amavis.Engine.Templates;

/// <summary>Macros that only work on their arguments. Wrong or missing arguments give a sensible text, never a fault.</summary>
public static class FunctionMacros
{
    private static readonly FrozenDictionary<string, Func<MacroArguments, string>> Table = new Dictionary<string, Func<MacroArguments, string>>
    {
        ["wrap"] = a => TextWrapping.Wrap(a.Rest(3, "|"), a.Integer(0, TextWrapping.DefaultWidth), a[1], a[2]),
        ["lc"] = a => a.Joined("").ToLowerInvariant(),
        ["uc"] = a => a.Joined("").ToUpperInvariant(),
        ["substr"] = Substring,
        ["index"] = Index,
        ["len"] = a => a[0].Length.ToString(CultureInfo.InvariantCulture),
        ["incr"] = a => Number(a.Count < 2 ? a.Number(0) + 1 : Enumerable.Range(0, a.Count).Sum(a.Number)),
        ["decr"] = a => Number(a.Count < 2 ? a.Number(0) - 1 : a.Number(0) - Enumerable.Range(1, a.Count - 1).Sum(a.Number)),
        ["min"] = a => Extreme(a, Math.Min),
        ["max"] = a => Extreme(a, Math.Max),
        ["sprintf"] = a => PerlFormat.Format(a[0], a.From(1)),
        ["join"] = a => string.Join(a[0], a.From(1)),
        ["limit"] = a => TextCuts.Limit(a[1], a.Integer(0, 0)),
        ["dquote"] = a => "\"" + a.Joined("").Replace("\"", "\"\"", StringComparison.Ordinal) + "\"",
        ["uquote"] = a => Underscored(a.Joined("")),
        ["rot13"] = a => Rotated(a.Joined("")),
        ["hexenc"] = a => Convert.ToHexStringLower(OctetText.Of(a.Joined(""))),
        ["b64encode"] = a => Convert.ToBase64String(OctetText.Of(a.Joined(" "))),
        ["b64enc"] = a => Convert.ToBase64String(OctetText.Of(a.Joined(" "))).TrimEnd('='),
        ["b64urlenc"] = a => Convert.ToBase64String(OctetText.Of(a.Joined(" "))).TrimEnd('=').Replace('+', '-').Replace('/', '_'),
        ["mail_addr_decode"] = a => ValueDecoding.Address(a[0]),
        ["mail_addr_decode_octets"] = a => ValueDecoding.Address(a[0]),
        ["mime_decode"] = a => ValueDecoding.Words(a[0], a.Integer(1, 0), a.IsTrue(2), inOctets: false),
        ["mime2utf8"] = a => ValueDecoding.Words(a[0], a.Integer(1, 0), a.IsTrue(2), inOctets: true),
    }.ToFrozenDictionary();

    public static IReadOnlyCollection<string> Names => Table.Keys;

    public static bool TryCall(string name, IReadOnlyList<string> arguments, out string result)
    {
        ArgumentNullException.ThrowIfNull(name);
        result = "";
        if (!Table.TryGetValue(name, out var function))
            return false;
        result = function(new MacroArguments(arguments));
        return true;
    }

    private static string Substring(MacroArguments a)
    {
        var text = a[0];
        long start = a.Integer(1, 0);
        start = start < 0 ? Math.Max(0, text.Length + start) : Math.Min(start, text.Length);
        if (a.Count < 3)
            return TextCuts.Slice(text, (int)start, text.Length);
        long length = a.Integer(2, 0);
        var end = length < 0 ? text.Length + length : Math.Min(start + length, text.Length);
        return end <= start ? "" : TextCuts.Slice(text, (int)start, (int)end);
    }

    private static string Index(MacroArguments a)
    {
        var start = Math.Clamp(a.Integer(2, 0), 0, a[0].Length);
        return a[0].IndexOf(a[1], start, StringComparison.Ordinal).ToString(CultureInfo.InvariantCulture);
    }

    private static string Extreme(MacroArguments a, Func<double, double, double> choose)
    {
        var numbers = Enumerable.Range(0, a.Count).Where(i => !string.IsNullOrWhiteSpace(a[i])).Select(a.Number).ToList();
        return numbers.Count == 0 ? "" : Number(numbers.Aggregate(choose));
    }

    /// <summary>Runs of blanks as one underscore.</summary>
    private static string Underscored(string text)
    {
        var result = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c) && c != TemplateExpander.ValueLineEnd)
                result.Append(c);
            else if (result.Length == 0 || result[^1] != '_')
                result.Append('_');
        }
        return result.ToString();
    }

    private static string Rotated(string text) => string.Create(text.Length, text, static (letters, from) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = from[i] switch
            {
                >= 'a' and <= 'z' => (char)('a' + ((from[i] - 'a' + 13) % 26)),
                >= 'A' and <= 'Z' => (char)('A' + ((from[i] - 'A' + 13) % 26)),
                _ => from[i],
            };
        }
    });

    private static string Number(double value) => value.ToString("0.###############", CultureInfo.InvariantCulture);
}
