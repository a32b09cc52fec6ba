using System.Text;
using Amavis.Core.Counters;
using Amavis.Testing;

namespace Amavis.Core.Tests;

public sealed class CounterCatalogTests
{
    [Fact]
    public void Every_object_of_the_mib_is_fed_by_one_counter()
    {
        var oids = CounterCatalog.All.SelectMany(c => c.Oids).ToList();
        oids.ShouldBeUnique();
        oids.ShouldContain("1.2.8");
        oids.ShouldContain("1.26.6");
        oids.ShouldContain("1.10.9.6");
    }

    [Fact]
    public void Names_are_unique_also_in_the_prometheus_form()
    {
        CounterCatalog.All.Select(c => c.Name).ShouldBeUnique();
        CounterCatalog.All.Select(c => c.PrometheusName).ShouldBeUnique();
    }

    [Fact]
    public void The_documentation_lists_exactly_the_counters_there_are()
    {
        var expected = new StringBuilder("""
            # Counters

            All counters, as `/metrics` serves them; SNMP object identifiers are below 1.3.6.1.4.1.15312.2.1. Stage latencies are histograms named
            `amavis_stage_duration_seconds` with the label `stage`.

            | counter | Prometheus name | unit | OID | meaning |
            | --- | --- | --- | --- | --- |

            """.ReplaceLineEndings("\n"));
        foreach (var c in CounterCatalog.All)
            expected.Append($"| {c.Name} | {c.PrometheusName} | {c.Unit} | {string.Join(", ", c.Oids)} | {c.Help} |\n");
        var path = Path.Combine(Samples.Root, "docs", "counters.md");
        var actual = File.Exists(path) ? File.ReadAllText(path) : "";
        if (actual != expected.ToString())
            File.WriteAllText(Path.Combine(AppContext.BaseDirectory, "counters.md"), expected.ToString());
        actual.ShouldBe(expected.ToString(), "the right text was written beside the test assembly");
    }

    [Fact]
    public void Amounts_of_a_message_become_visible_together()
    {
        var counters = new CounterSet();
        var batch = new CounterBatch();
        batch.Add("InMsgs");
        batch.Add("InMsgsSize", 500);
        counters.Get("InMsgs").ShouldBe(0);
        counters.Apply(batch);
        (counters.Get("InMsgs"), counters.Get("InMsgsSize")).ShouldBe((1, 500));
    }

    [Fact]
    public void Counts_by_names_from_mail_are_kept_up_to_a_bound()
    {
        var counters = new CounterSet();
        var batch = new CounterBatch();
        batch.AddNamed("virus.byname.A");
        batch.AddNamed("virus.byname.A", 2);
        counters.Apply(batch);
        for (var i = 0; i < 3000; i++)
            counters.AddNamed($"virus.byname.{i}");
        counters.AddNamed("virus.byname.A");
        counters.Named["virus.byname.A"].ShouldBe(4);
        counters.Named.Count.ShouldBe(2001);
        counters.Named["other"].ShouldBe(1001);
    }
}
