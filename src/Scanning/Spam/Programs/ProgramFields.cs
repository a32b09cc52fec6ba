using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Core.Explaining;

namespace Amavis.Scanning.Spam.Programs;

/// <summary>Reads the header fields by which DSPAM, CRM114 and Bogofilter give their opinion.</summary>
internal static partial class ProgramFields
{
    private const double DspamSpam = 10;
    private const double DspamOther = -1;
    private const double BogofilterPoints = 5;
    private const double CrmFactor = -0.1;
    private const double CrmSure = 10;
    private const double MaxPoints = 1e6;
    private const int MaxBodyChars = 900;

    /// <summary>Fields that may go on to the recipients.</summary>
    private static readonly string[] Passed =
    [
        "X-DSPAM-Result", "X-DSPAM-Class", "X-DSPAM-Signature", "X-DSPAM-Processed", "X-DSPAM-Confidence", "X-DSPAM-Probability", "X-DSPAM-User", "X-DSPAM-Factors",
        "X-CRM114-Status", "X-CRM114-CacheID", "X-CRM114-Notice", "X-CRM114-Action", "X-Bogosity",
    ];

    /// <param name="output">What the program wrote, with LF or CRLF line ends; only its header section counts.</param>
    /// <param name="factor">Of the entry; null: the program's usual one.</param>
    /// <returns>Null: none of the fields is there.</returns>
    public static SpamVerdict? Read(string name, string output, double? factor)
    {
        var fields = Fields(output);
        if (fields.TryGetValue("x-dspam-result", out var dspam) && DspamResult().Match(dspam) is { Success: true } result)
            return Verdict(result.Groups[1].Value is var word && word.Equals("Spam", StringComparison.OrdinalIgnoreCase) ? DspamSpam : DspamOther, word, word, factor ?? 1);
        if (fields.TryGetValue("x-crm114-status", out var crm) && CrmStatus().Match(crm) is { Success: true } status
            && Number(status.Groups[2].Value) is { } pr)
            return Crm(status.Groups[1].Value, pr);
        if (fields.TryGetValue("x-bogosity", out var bogosity) && BogofilterStatus().Match(bogosity) is { Success: true } bogo)
            return Verdict(Bogofilter(bogo.Groups[1].Value), null, bogo.Groups[1].Value, factor ?? 1);
        if (Number(output.Split('\n', 2)[0].Trim()) is { } bare)
            return Crm(bare <= -CrmSure ? "SPAM" : bare >= CrmSure ? "GOOD" : "UNSURE", bare);
        return null;

        SpamVerdict Crm(string state, double points) =>
            Verdict(points, string.Create(CultureInfo.InvariantCulture, $"{state}({points:0.##})"), state, factor ?? CrmFactor);

        SpamVerdict Verdict(double points, string? detail, string opinion, double times) =>
            new(points * times, 0, [new TestScore(detail is null ? name : $"{name}.{detail}", points * times)], "") { Opinion = OpinionOf(opinion), Fields = PassedOn(fields) };
    }

    private static SuppliedField[] PassedOn(Dictionary<string, string> fields) =>
        [.. Passed.Where(fields.ContainsKey).Select(n => new SuppliedField(n, OneLine(fields[n]))).Where(f => f.Body.Length > 0)];

    private static string OneLine(string body) => string.Concat(body.Take(MaxBodyChars).Select(c => c is >= ' ' and <= '~' ? c : c == '\t' ? ' ' : '?')).Trim();

    private static double Bogofilter(string status) => status switch { "Spam" or "Yes" => BogofilterPoints, "Ham" or "No" => -BogofilterPoints, _ => 0 };

    private static SpamOpinion OpinionOf(string word) => word.ToUpperInvariant() switch
    {
        "SPAM" or "YES" or "BLACKLISTED" => SpamOpinion.Spam,
        "HAM" or "NO" or "GOOD" or "INNOCENT" or "WHITELISTED" => SpamOpinion.Ham,
        _ => SpamOpinion.Unknown,
    };

    /// <summary>The fields of a header section, the first of each name, unfolded.</summary>
    private static Dictionary<string, string> Fields(string output)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        string? current = null;
        foreach (var raw in output.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            if (line.Length == 0)
                break;
            if (line[0] is ' ' or '\t' && current is not null)
                fields[current] += " " + line.Trim();
            else if (line.IndexOf(':') is > 0 and var colon)
                current = fields.TryAdd(line[..colon], line[(colon + 1)..].Trim()) ? line[..colon] : null;
        }
        return fields;
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) <= MaxPoints
            ? number
            : null;

    /// <summary><c>Spam</c>, or the form with everything: <c>user; result="Spam"; class=…</c>.</summary>
    [GeneratedRegex("""^(?:[^;]*;\s*result=")?([A-Za-z]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex DspamResult();

    [GeneratedRegex(@"^([A-Za-z]+)\s*\(\s*([-+]?[0-9.]+)\s*\)", RegexOptions.CultureInvariant)]
    private static partial Regex CrmStatus();

    [GeneratedRegex("^([A-Za-z]+)\\s*(?:,|$)", RegexOptions.CultureInvariant)]
    private static partial Regex BogofilterStatus();
}
