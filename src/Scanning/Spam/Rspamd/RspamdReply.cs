using System.Globalization;
using System.Text;
using System.Text.Json;
using Amavis.Core.Explaining;

namespace Amavis.Scanning.Spam.Rspamd;

/// <summary>Reads rspamd's answer to checkv2.</summary>
internal static class RspamdReply
{
    private const int MaxTests = 500;
    private const int MaxTextChars = 200;

    /// <summary>Beyond this a number is no score but a mistake.</summary>
    private const double MaxPoints = 1e6;

    /// <returns>False with the reason for anything that is not an answer with a score.</returns>
    public static bool TryParse(ReadOnlyMemory<byte> octets, out SpamVerdict? verdict, out string fault)
    {
        verdict = null;
        fault = "not an answer of rspamd";
        try
        {
            using var document = JsonDocument.Parse(octets);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
                return false;
            if (root.TryGetProperty("error", out var error))
            {
                fault = "refused: " + Plain(error.ToString());
                return false;
            }
            // A message that is decided before the rules run (GTUBE, settings) is skipped with a score; one nobody looked at has none.
            var skipped = root.TryGetProperty("is_skipped", out var value) && value.ValueKind == JsonValueKind.True;
            if (Number(root, "score") is not { } points)
            {
                verdict = skipped ? new SpamVerdict(0, 0, [], "") { Opinion = SpamOpinion.Unknown } : null;
                fault = "no score that makes sense";
                return skipped;
            }
            var tests = Tests(root);
            verdict = new SpamVerdict(points, Number(root, "required_score") ?? 0, tests, Report(tests)) { Opinion = skipped && points == 0 ? SpamOpinion.Unknown : OpinionOf(root) };
            return true;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // The second one is for texts in it that are no characters: wrong UTF-8, half a surrogate pair.
            return false;
        }
    }

    private static SpamOpinion OpinionOf(JsonElement root) =>
        (root.TryGetProperty("action", out var action) && action.ValueKind == JsonValueKind.String ? action.GetString() : null) switch
        {
            "no action" => SpamOpinion.Ham,
            "add header" or "rewrite subject" or "reject" or "discard" or "quarantine" => SpamOpinion.Spam,
            _ => SpamOpinion.Unknown,
        };

    private static List<TestScore> Tests(JsonElement root)
    {
        var tests = new List<TestScore>();
        if (!root.TryGetProperty("symbols", out var symbols) || symbols.ValueKind != JsonValueKind.Object)
            return tests;
        foreach (var symbol in symbols.EnumerateObject())
            if (tests.Count < MaxTests && symbol.Value.ValueKind == JsonValueKind.Object && Number(symbol.Value, "score") is { } points)
                tests.Add(new TestScore(Name(symbol.Name), points, Description(symbol.Value)));
        return tests;
    }

    private static string? Description(JsonElement symbol) =>
        symbol.TryGetProperty("description", out var text) && text.ValueKind == JsonValueKind.String ? Plain(text.GetString()!) : null;

    private static string Report(List<TestScore> tests)
    {
        var text = new StringBuilder();
        foreach (var test in tests.OrderByDescending(t => Math.Abs(t.Points)))
            text.Append(CultureInfo.InvariantCulture, $"{test.Points,6:0.0} {test.Name}{(test.Description is null ? "" : "  ")}{test.Description}").Append('\n');
        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Names stand in lists with equals signs and commas.</summary>
    private static string Name(string name) => Plain(name).Replace('=', '_').Replace(',', '_').Replace(' ', '_');

    private static string Plain(string text) =>
        string.Concat(text.Take(MaxTextChars).Select(c => char.IsControl(c) ? '?' : c));

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Abs(number) <= MaxPoints
            ? number
            : null;
}
