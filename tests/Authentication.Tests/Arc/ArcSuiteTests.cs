using System.Text.Json;
using Amavis.Authentication.Arc;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Authentication.Tests.Arc;

/// <summary>The public suite for the validation of ARC chains.</summary>
public sealed class ArcSuiteTests
{
    private const int CasesInTheSuite = 171;

    private sealed record Case(string Message, string Status, ZoneResolver Zone);

    private static readonly Dictionary<string, Case> Cases = Read();

    public static TheoryData<string> Names() => [.. Cases.Keys];

    private static Dictionary<string, Case> Read()
    {
        var cases = new Dictionary<string, Case>(StringComparer.Ordinal);
        foreach (var file in Samples.Files("mailauth", "arc-draft-validation-tests.json"))
        {
            using var document = JsonDocument.Parse(File.ReadAllText(file));
            foreach (var scenario in document.RootElement.EnumerateArray())
            {
                var zone = new ZoneResolver();
                foreach (var record in scenario.GetProperty("txt-records").EnumerateObject())
                    zone.AddText(record.Name, record.Value.GetString()!);
                foreach (var test in scenario.GetProperty("tests").EnumerateObject())
                    cases.Add($"{scenario.GetProperty("description").GetString()}: {test.Name}", new Case(
                        test.Value.GetProperty("message").GetString()!, test.Value.GetProperty("cv").GetString()!, zone));
            }
        }
        return cases;
    }

    [Theory]
    [MemberData(nameof(Names), DisableDiscoveryEnumeration = true)]
    public async Task Each_chain_is_judged_as_in_the_suite(string name)
    {
        var (message, status, zone) = Cases[name];
        using var spool = new MemorySpool(Octets.Crlf(message));
        var result = await new ArcVerifier(zone).VerifyAsync(spool, HeaderSection.Read(spool), CancellationToken.None);
        result.Word.ShouldBe(status.Length == 0 ? "fail" : status.ToLowerInvariant(), result.Reason);
    }

    [Fact]
    public void The_suite_is_there_when_the_collection_is() => Cases.Count.ShouldBe(Samples.Corpus is null ? 0 : CasesInTheSuite);
}
