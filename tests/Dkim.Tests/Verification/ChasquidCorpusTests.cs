using System.Text.Json;
using Amavis.Dkim.Verification;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Verification;

/// <summary>The cases of another mail server's tests: zone, message, and what it makes of each signature.</summary>
public sealed class ChasquidCorpusTests
{
    /// <summary>Signatures that are judged otherwise here, with the reason.</summary>
    private static readonly Dictionary<string, string> Different = new()
    {
        ["02-too_many_headers"] = "all 7 signatures are verified: up to 10 are, not 5",
        ["09-limited_body"] = "one passes with l=17 and more text behind: it is a pass, but one that nothing is built on",
    };

    public static TheoryData<string> Cases() => [.. Samples.Files("chasquid-dkim", "*.result").Select(f => Path.GetFileNameWithoutExtension(f)!)];

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public async Task Every_signature_is_judged_alike(string name)
    {
        string File(string suffix) => Samples.Files("chasquid-dkim", name + suffix).FirstOrDefault() ?? "";
        var results = await DkimCase.VerifyAsync(DkimCase.Message(File(".msg")), Zone(File(".dns")));
        using var expected = JsonDocument.Parse(await System.IO.File.ReadAllTextAsync(File(".result")));
        var states = expected.RootElement.GetProperty("Results").EnumerateArray().Select(r => r.GetProperty("State").GetString()!).ToList();
        results.Take(states.Count).Select(r => State(r.Verdict)).ShouldBe(states);
        if (!Different.ContainsKey(name))
            results.Count(r => r.IsValid).ShouldBe(expected.RootElement.GetProperty("Valid").GetInt32());
        if (name != "02-too_many_headers")
            results.Count.ShouldBe(expected.RootElement.GetProperty("Found").GetInt32());
    }

    [Fact]
    public void The_cases_are_there_when_the_collection_is()
    {
        if (Samples.Corpus is not null)
            Samples.Files("chasquid-dkim", "*.result").Count().ShouldBe(10);
        else
            Samples.Files("chasquid-dkim", "*.result").ShouldBeEmpty();
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
        if (path.Length == 0)
            return zone;
        foreach (var line in System.IO.File.ReadAllText(path).Replace("\\\n", " ", StringComparison.Ordinal).Split('\n'))
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
