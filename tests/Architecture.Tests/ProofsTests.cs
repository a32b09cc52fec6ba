using System.Text.RegularExpressions;
using Amavis.Testing;

namespace Amavis.Architecture.Tests;

/// <summary>docs/proofs.md and docs/collections.md name tests that exist, and leave no point without one.</summary>
public sealed partial class ProofsTests
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Samples.Root, "docs", "proofs.md"));

    private static IEnumerable<string> Points => Lines.Where(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| point", StringComparison.Ordinal) && !l.StartsWith("| ---", StringComparison.Ordinal));

    [Fact]
    public void Every_test_that_is_named_exists()
    {
        var there = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Samples.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories))
            foreach (Match method in TestMethod().Matches(File.ReadAllText(file)))
                there.Add($"{Path.GetFileNameWithoutExtension(file)}.{method.Groups[1].Value}");

        Lines.Concat(File.ReadLines(Path.Combine(Samples.Root, "docs", "collections.md"))).SelectMany(l => NamedTest().Matches(l)).Select(m => m.Groups[1].Value).Where(name => !there.Contains(name)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_point_has_a_test()
    {
        Points.Count().ShouldBeGreaterThan(40);
        Points.Where(p => !NamedTest().IsMatch(p)).ShouldBeEmpty();
    }

    /// <summary>The checklists have 20 and 18 points.</summary>
    [Theory]
    [InlineData("## The way of mail", 20)]
    [InlineData("## Configuration", 18)]
    public void No_point_of_a_checklist_is_left_out(string heading, int points)
    {
        var section = Lines.SkipWhile(l => l != heading).Skip(1).TakeWhile(l => !l.StartsWith("## ", StringComparison.Ordinal)).ToList();

        section.SelectMany(l => Numbers().Matches(l)).SelectMany(m => m.Groups[1].Captures.Concat(m.Groups[2].Captures)).Select(c => int.Parse(c.Value, System.Globalization.CultureInfo.InvariantCulture))
            .ShouldBe(Enumerable.Range(1, points));
    }

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\n]*(?:\n\s*(?:\[|//)[^\n]*)*\n\s*public (?:(?:async )?Task|void|Property) (\w+)")]
    private static partial Regex TestMethod();

    [GeneratedRegex(@"`(\w+Tests\.\w+)`")]
    private static partial Regex NamedTest();

    [GeneratedRegex(@"^\| (?:(\d+)\., )?(\d+)\. ")]
    private static partial Regex Numbers();
}
