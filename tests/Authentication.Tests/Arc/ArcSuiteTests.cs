using System.Text.Json;
using Amavis.Authentication.Arc;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Authentication.Tests.Arc;

/// <summary>The public suite for the validation of ARC chains.</summary>
public sealed class ArcSuiteTests
{
    private sealed record Case(string Message, string Status, ZoneResolver Zone);

    [Fact]
    public async Task Each_chain_is_judged_as_in_the_suite()
    {
        var comparison = new Comparison("mailauth", "ARC suite: verdicts on chains");
        foreach (var (name, (message, status, zone)) in Read())
            comparison.Add(name, await DifferenceAsync(message, status.Length == 0 ? "fail" : status.ToLowerInvariant(), zone));
        comparison.Finish();
    }

    private static async Task<string?> DifferenceAsync(string message, string wanted, ZoneResolver zone)
    {
        using var spool = new MemorySpool(Octets.Crlf(message));
        var result = await new ArcVerifier(zone).VerifyAsync(spool, HeaderSection.Read(spool), CancellationToken.None);
        return result.Word == wanted ? null : $"{result.Word} ({result.Reason}) instead of {wanted}";
    }

    private static ZoneResolver Zone(JsonElement scenario)
    {
        var zone = new ZoneResolver();
        foreach (var record in scenario.GetProperty("txt-records").EnumerateObject())
            zone.AddText(record.Name, record.Value.GetString()!);
        return zone;
    }

    private static Dictionary<string, Case> Read()
    {
        var cases = new Dictionary<string, Case>(StringComparer.Ordinal);
        foreach (var file in Samples.Files("mailauth", "arc-draft-validation-tests.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var scenario in document.RootElement.EnumerateArray())
            {
                var zone = Zone(scenario);
                foreach (var test in scenario.GetProperty("tests").EnumerateObject())
                    cases.Add($"{scenario.GetProperty("description").GetString()!.Replace(' ', '_')}:{test.Name}", new Case(
                        test.Value.GetProperty("message").GetString()!, test.Value.GetProperty("cv").GetString()!, zone));
            }
        }
        return cases;
    }
}
