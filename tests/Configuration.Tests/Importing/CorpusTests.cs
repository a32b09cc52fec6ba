using System.Globalization;
using System.Text.Json.Nodes;
using Amavis.Configuration.Importing;
using Amavis.Configuration.Showing;
using Amavis.Testing;

namespace Amavis.Configuration.Tests.Importing;

/// <summary>
/// Whole configurations: our own samples, and those of the public collection where it is there. Beside each file stands what its
/// variables hold after the original has loaded it.
/// </summary>
public sealed class CorpusTests : ImportFixture
{
    private const string Folder = "amavisd-conf";
    private const string Suffix = ".expected.json";

    public CorpusTests()
    {
        SetEnvironment("MYDOMAIN", "example.com");
        SetEnvironment("MYDOMAINS", "example.com example.org");
        SetEnvironment("MYHOSTNAME", "mail.example.com");
        SetEnvironment("MAILSERVER_FQDN", "mail.example.com");
    }

    private static IEnumerable<string> Files => Samples.Files(Folder, "*" + Suffix).Select(f => f[..^Suffix.Length]);

    public static TheoryData<string> Configurations => new(Files);

    [Fact]
    public void Every_value_is_the_originals()
    {
        var comparison = new Comparison("amavisd-conf", "values of variables after loading");
        foreach (var file in Files)
        {
            var expected = JsonNode.Parse(File.ReadAllText(file + Suffix))!.AsObject();
            var values = Loaded(ImportFiles(file)).Values.Where(v => v.Position is not null).ToDictionary(v => v.Variable.Name, v => v.Value);
            foreach (var (name, value) in (expected["values"] as JsonObject ?? []).Concat(expected["values_by_hand"] as JsonObject ?? []))
                Compare(comparison, file, name, value, values.TryGetValue(name[1..], out var found), found);
        }
        comparison.Finish();
    }

    [Fact]
    public void Every_policy_bank_is_the_originals()
    {
        var comparison = new Comparison("amavisd-conf", "policy banks after loading");
        foreach (var file in Files)
        {
            var values = Loaded(ImportFiles(file)).Values.ToDictionary(v => v.Variable.Name, v => v.Value);
            foreach (var (name, banks) in JsonNode.Parse(File.ReadAllText(file + Suffix))!["banks"] as JsonObject ?? [])
                foreach (var (bank, content) in banks!.AsObject())
                    Compare(comparison, file, $"{name}{{{bank}}}", content, true, values[name[1..]]?[bank]);
        }
        comparison.Finish();
    }

    private static void Compare(Comparison comparison, string file, string name, JsonNode? wanted, bool isSet, JsonNode? found)
    {
        var difference = isSet && IsSame(wanted, found) ? null : $"{JsonText.Line(found)} instead of {JsonText.Line(wanted)}";
        if (file.StartsWith(Samples.Own, StringComparison.Ordinal))
            difference.ShouldBeNull($"{file} {name}");
        else
            comparison.Add($"{Path.GetRelativePath(Path.Combine(Samples.Corpus!, Folder), file)}:{name}", difference);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void What_the_original_refuses_or_runs_is_listed_with_its_line(string file)
    {
        var expected = JsonNode.Parse(File.ReadAllText(file + Suffix))!.AsObject();
        var result = ImportFiles(file);
        if ((string?)expected["status"] is "error" or "skipped")
            result.Refused.ShouldNotBeEmpty();
        var text = File.ReadAllLines(file);
        foreach (var refused in result.Refused)
            refused.Position.Line.ShouldBeInRange(1, text.Length);
        foreach (var statement in expected["not_executed"] as JsonArray ?? [])
            result.Refused.Concat(result.Notes).ShouldContain(r => (string)statement! == r.Statement);
        foreach (var name in expected["depends_on_command"] as JsonArray ?? [])
            result.Refused.ShouldContain(r => r.Statement.Contains((string)name!));
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void Every_comment_is_kept(string file)
    {
        var result = ImportFiles(file);
        // Comments within code that is refused go with it.
        if (result.Refused.Any(r => r.Statement.StartsWith("package ", StringComparison.Ordinal)))
            return;
        foreach (var line in File.ReadAllLines(file).Select(l => l.Trim()).Where(l => l.StartsWith('#')))
            result.Yaml.ShouldContain(line);
    }

    [Fact]
    public void Almost_every_statement_is_taken_over()
    {
        var results = Files.Select(f => ImportFiles(f)).ToArray();
        var statements = results.Sum(r => r.Statements);
        results.Sum(r => r.TakenOver).ShouldBeGreaterThanOrEqualTo((int)Math.Ceiling(0.95 * statements), $"of {statements}");
    }

    /// <summary>The same to a configuration: 1 is true, 5.0 is 5, a text where only its truth counts is true.</summary>
    private static bool IsSame(JsonNode? expected, JsonNode? actual)
    {
        if (expected is JsonArray list)
            return actual is JsonArray other && list.Count == other.Count && list.Zip(other).All(p => IsSame(p.First, p.Second));
        if (expected is JsonObject { Count: 1 } table && table.First() is { Key: "new_RE" or "qr" or "ref" or "read_hash" })
            return actual is not null;
        if (expected is JsonObject map)
            return actual is JsonObject other && map.Count == other.Count && map.All(e => other.TryGetPropertyValue(e.Key, out var value) && IsSame(e.Value, value));
        var (text, found) = (expected?.ToString() ?? "", actual?.ToString() ?? "");
        if (text == found)
            return true;
        if (found is "true" or "false")
            return (text is not ("" or "0")) == (found == "true");
        return double.TryParse(text, CultureInfo.InvariantCulture, out var number) && double.TryParse(found, CultureInfo.InvariantCulture, out var same) && number == same;
    }
}
