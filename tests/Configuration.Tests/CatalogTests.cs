using Amavis.Configuration.Catalog;
using Amavis.Testing;

namespace Amavis.Configuration.Tests;

public sealed class CatalogTests
{
    private static readonly string Sets = Path.Combine(Samples.Root, "tests", "Configuration.Tests", "NameSets");

    private static string Sigilled(Variable variable) => variable.Sigil + variable.Name;

    [Theory]
    [InlineData("dynamic", VariableScope.Dynamic, 172)]
    [InlineData("legacy-dynamic", VariableScope.LegacyDynamic, 66)]
    [InlineData("legacy-static", VariableScope.LegacyStatic, 95)]
    [InlineData("global", VariableScope.Global, 98)]
    public void Every_variable_of_the_original_is_known_in_its_scope(string set, VariableScope scope, int count)
    {
        var names = File.ReadAllLines(Path.Combine(Sets, set + ".txt"));
        names.Length.ShouldBe(count);
        VariableCatalog.All.Where(v => v.Scope == scope && v.Sigil is not null).Select(Sigilled).Order(StringComparer.Ordinal)
            .ShouldBe(names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Names_appear_once_with_their_sigil() =>
        VariableCatalog.All.Select(Sigilled).GroupBy(n => n).Where(g => g.Count() > 1).Select(g => g.Key).ShouldBeEmpty();

    [Fact]
    public void A_name_used_as_text_and_as_map_is_the_only_kind_of_double() =>
        VariableCatalog.All.GroupBy(v => v.Name).Where(g => g.Count() > 1).Select(g => g.Key).Order().ShouldBe(["spam_admin", "virus_admin"]);

    [Fact]
    public void Every_part_leads_to_the_table_that_lists_it()
    {
        foreach (var part in VariableCatalog.All.Where(v => v.PartOf is not null))
            VariableCatalog.Find(part.PartOf!)!.Parts.ShouldContain(part.Name);
    }

    [Fact]
    public void Every_variable_says_what_it_is_for() => VariableCatalog.All.ShouldAllBe(v => v.Meaning.Length > 5 && v.DefaultText.Length > 0);

    [Fact]
    public void The_documentation_has_every_variable_as_the_catalog_has_it()
    {
        var path = Path.Combine(Samples.Root, "docs", "configuration.md");
        var text = File.ReadAllText(path);
        var expected = CatalogTable.Render();
        if (!text.Contains(expected, StringComparison.Ordinal))
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "configuration-variables.md"), expected);
        text.ShouldContain(expected, Case.Sensitive, $"the table as it should be lies in {AppContext.BaseDirectory}");
    }

    [Theory]
    [InlineData("max_servrs", "max_servers")]
    [InlineData("sa_kill_level", "sa_kill_level_deflt")]
    [InlineData("virus_admin_map", "virus_admin_maps")]
    [InlineData("mynetwork", "mynetworks")]
    [InlineData("qxzqxzqxz", null)]
    public void The_nearest_name_is_suggested(string mistyped, string? expected) =>
        NameSuggestion.Nearest(mistyped, VariableCatalog.All.Select(v => v.Name)).ShouldBe(expected);

    [Theory]
    [InlineData("abc", "abc", 0)]
    [InlineData("abc", "acb", 1)]
    [InlineData("abc", "ab", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void Distance_counts_letters(string left, string right, int distance) => NameSuggestion.Distance(left, right).ShouldBe(distance);
}
