using System.Text.RegularExpressions;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests.Recorded;

/// <summary>Recorded behaviour, and what makes lines comparable with it.</summary>
internal static partial class RecordedCases
{
    /// <summary>Lines by the name of the case.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Read(string file)
    {
        var cases = new Dictionary<string, IReadOnlyList<string>>();
        List<string>? lines = null;
        foreach (var line in File.ReadLines(Path.Combine(Samples.Root, "tests", "EndToEnd.Tests", "Recorded", file)))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
                cases[line[3..]] = lines = [];
            else if (line.Length > 0 && line[0] != '#')
                lines!.Add(line);
        }
        return cases;
    }

    /// <summary>Ids, times, sizes, scores and ports taken out.</summary>
    /// <param name="mailId">Of the message; null: none known.</param>
    public static string Normalize(string line, string? mailId, int hopPort)
    {
        if (mailId is not null)
            line = line.Replace(mailId, "MID", StringComparison.Ordinal);
        line = line.Replace($"MTA(smtp:[127.0.0.1]:{hopPort})", "MTA(HOP)", StringComparison.Ordinal).Replace($"smtp:[127.0.0.1]:{hopPort}", "HOP", StringComparison.Ordinal);
        foreach (var (pattern, replacement) in Replacements)
            line = pattern.Replace(line, replacement);
        return line.TrimEnd();
    }

    private static readonly (Regex Pattern, string Replacement)[] Replacements =
    [
        (LogId(), "id=ID"),
        (MessageId(), "Message-ID: <M>"),
        (Hits(), "Hits: N"),
        (Size(), "size: N"),
        (Milliseconds(), "N ms"),
        (OldestAddress(), "$1[IP]"),
        (Score(), "score=N"),
        (Points(), "X-Spam-Score: N"),
        (Tests(), "tests=[T]"),
        (Autolearn(), "autolearn=A"),
        (Port(), "port P)"),
        (Date(), "DATE"),
        (EnvelopeId(), "ENVID=AM.X"),
        (Subdirectory(), "$1D/"),
    ];

    [GeneratedRegex(@"id=\d+-\d+(-\d+)?")]
    private static partial Regex LogId();

    [GeneratedRegex("(?<!Resent-)Message-ID: <[^>]*>")]
    private static partial Regex MessageId();

    [GeneratedRegex(@"Hits: -?[\d.]+")]
    private static partial Regex Hits();

    [GeneratedRegex(@"size: \d+")]
    private static partial Regex Size();

    [GeneratedRegex(@"\d+ ms$")]
    private static partial Regex Milliseconds();

    [GeneratedRegex(@"(\](?::45678)? )\[\d+\.\d+\.\d+\.\d+\]")]
    private static partial Regex OldestAddress();

    [GeneratedRegex(@"score=-?[\d.]+")]
    private static partial Regex Score();

    [GeneratedRegex("X-Spam-Score: .*")]
    private static partial Regex Points();

    [GeneratedRegex(@"tests=\[[^\]]*\]")]
    private static partial Regex Tests();

    [GeneratedRegex(@"autolearn=\w+")]
    private static partial Regex Autolearn();

    [GeneratedRegex(@"port \d+\)")]
    private static partial Regex Port();

    [GeneratedRegex(@"[A-Z][a-z]{2}, \d+ [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}( \(UTC\))?")]
    private static partial Regex Date();

    [GeneratedRegex(@"ENVID=AM\.[^ ]+")]
    private static partial Regex EnvelopeId();

    [GeneratedRegex(@"(quarantine: |quar_loc=)\w/")]
    private static partial Regex Subdirectory();
}
