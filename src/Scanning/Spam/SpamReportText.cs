using System.Text;
using Amavis.Core.Explaining;

namespace Amavis.Scanning.Spam;

/// <summary>
/// Takes tests with their points out of SpamAssassin's report. The table of its standard report gives one decimal; a site that
/// adds the line <c>report tests=_TESTSSCORES(,)_ autolearn=_AUTOLEARN_ version=_VERSION_</c> to its configuration gives them in
/// full. The report may quote the message above the table, so only what stands below the last heading counts.
/// </summary>
internal static class SpamReportText
{
    private const int MaxTests = 500;
    private const string ScoresMark = "tests=";

    public static SpamVerdict Read(ReadOnlySpan<byte> octets, double points, double threshold)
    {
        var report = Printable(Encoding.UTF8.GetString(octets)).Trim('\n');
        var lines = report.Split('\n');
        var heading = FindHeading(lines);
        var below = lines.AsSpan(heading + 1);
        var (tests, autoLearn, version) = ReadScoresLine(below);
        return new SpamVerdict(points, threshold, WithDescriptions(tests, ReadTable(below)), report, autoLearn, version);
    }

    /// <summary>Control characters other than the line feed become question marks; CRs go.</summary>
    public static string Printable(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
            if (c != '\r')
                plain.Append(c == '\t' ? ' ' : char.IsControl(c) && c != '\n' ? '?' : c);
        return plain.ToString();
    }

    /// <summary>Line of dashes under the heading of the table; -1: there is none, and all lines may count.</summary>
    private static int FindHeading(string[] lines)
    {
        for (var i = lines.Length - 1; i > 0; i--)
            if (lines[i].StartsWith("---- ----", StringComparison.Ordinal) && lines[i - 1].StartsWith(" pts rule name", StringComparison.Ordinal))
                return i;
        return -1;
    }

    /// <summary><c> 1.3 RULE_NAME  description</c>, long descriptions going on in further lines.</summary>
    private static List<TestScore> ReadTable(ReadOnlySpan<string> lines)
    {
        var tests = new List<TestScore>();
        foreach (var line in lines)
        {
            var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            // Five columns of points come before the name; a continued description is indented further.
            var isTest = words.Length >= 2 && line.Length > 5 && line[..5].AsSpan().Trim().Length > 0 && IsName(words[1]);
            if (isTest && SpamdReply.Number(words[0]) is { } points && tests.Count < MaxTests)
                tests.Add(new TestScore(words[1], points, words.Length > 2 ? words[2] : null));
            else if (tests.Count > 0 && tests[^1].Description is { } begun && line.StartsWith("          ", StringComparison.Ordinal))
                tests[^1] = tests[^1] with { Description = begun + " " + line.Trim() };
        }
        return tests;
    }

    /// <summary>The line a site may add: <c>tests=A=1.25,B=-0.1 autolearn=no version=4.0.1</c>.</summary>
    private static (List<TestScore> Tests, string? AutoLearn, string? Version) ReadScoresLine(ReadOnlySpan<string> lines)
    {
        var tests = new List<TestScore>();
        string? autoLearn = null;
        string? version = null;
        foreach (var line in lines)
        {
            if (!line.TrimStart().StartsWith(ScoresMark, StringComparison.Ordinal))
                continue;
            foreach (var word in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                var equals = word.IndexOf('=');
                var value = word[(equals + 1)..];
                if (word.StartsWith(ScoresMark, StringComparison.Ordinal))
                    tests = ReadScores(value);
                else if (word.StartsWith("autolearn=", StringComparison.Ordinal))
                    autoLearn = value;
                else if (word.StartsWith("version=", StringComparison.Ordinal))
                    version = value;
            }
        }
        return (tests, autoLearn, version);
    }

    private static List<TestScore> ReadScores(string list)
    {
        var tests = new List<TestScore>();
        foreach (var item in list.Split(','))
        {
            var equals = item.IndexOf('=');
            if (equals > 0 && IsName(item.AsSpan(0, equals)) && SpamdReply.Number(item.AsSpan(equals + 1)) is { } points && tests.Count < MaxTests)
                tests.Add(new TestScore(item[..equals], points));
        }
        return tests;
    }

    /// <summary>The precise points with the table's descriptions, or the table alone.</summary>
    private static List<TestScore> WithDescriptions(List<TestScore> precise, List<TestScore> table)
    {
        if (precise.Count == 0)
            return table;
        var descriptions = table.GroupBy(t => t.Name).ToDictionary(g => g.Key, g => g.First().Description);
        return [.. precise.Select(t => t with { Description = descriptions.GetValueOrDefault(t.Name) })];
    }

    private static bool IsName(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return text.Length > 0 && !char.IsAsciiDigit(text[0]);
    }
}
