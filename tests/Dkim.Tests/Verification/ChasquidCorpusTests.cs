using System.Text.Json;
using Amavis.Dkim.Verification;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Verification;

/// <summary>The cases of another mail server's tests: zone, message, and what it makes of each signature.</summary>
public sealed class ChasquidCorpusTests
{
    [Fact]
    public async Task Every_signature_is_judged_alike()
    {
        var comparison = new Comparison("chasquid-dkim", "states of all signatures", "Dkim.Tests/Verification/chasquid-differing.txt");
        foreach (var message in Samples.Files("chasquid-dkim", "*.msg"))
        {
            var results = await DkimCase.VerifyAsync(DkimCase.Message(message), Zone(Path.ChangeExtension(message, ".dns")));
            comparison.Add(Path.GetFileNameWithoutExtension(message), await DifferenceAsync(Path.ChangeExtension(message, ".result"), results));
        }
        comparison.Finish();
    }

    private static async Task<string?> DifferenceAsync(string expectedPath, IReadOnlyList<SignatureResult> results)
    {
        // What it does not take for a message at all: nothing in it is signed.
        if (!File.Exists(expectedPath))
            return results.Any(r => r.IsValid) ? "a valid signature" : null;
        using var expected = JsonDocument.Parse(await File.ReadAllTextAsync(expectedPath));
        var states = expected.RootElement.GetProperty("Results").EnumerateArray().Select(r => r.GetProperty("State").GetString()!);
        var (theirs, ours) = (string.Join(' ', states), string.Join(' ', results.Select(r => State(r.Verdict))));
        if (theirs != ours)
            return $"{ours} instead of {theirs}";
        var valid = expected.RootElement.GetProperty("Valid").GetInt32();
        return results.Count(r => r.IsValid) == valid ? null : $"{results.Count(r => r.IsValid)} valid ones instead of {valid}";
    }

    private static string State(SignatureVerdict verdict) => verdict switch
    {
        SignatureVerdict.Pass => "SUCCESS",
        SignatureVerdict.TempError => "TEMPFAIL",
        _ => "PERMFAIL",
    };

    /// <summary>Blocks of a name with a colon and a text; lines are continued behind a backslash.</summary>
    private static ZoneResolver Zone(string path)
    {
        var zone = new ZoneResolver();
        if (!File.Exists(path))
            return zone;
        foreach (var line in File.ReadAllText(path).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is not [var name, var text])
                continue;
            if (text == "TEMPERROR")
                zone.Fail(name);
            else if (text != "PERMERROR")
                zone.AddText(name, text);
        }
        return zone;
    }
}
