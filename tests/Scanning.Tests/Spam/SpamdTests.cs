using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>Against the real spamd.</summary>
public sealed class SpamdTests(SpamdFixture fixture) : IClassFixture<SpamdFixture>, IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose() => _registry.Dispose();

    private ISpamScanner Scanner(double factor = 1) => _registry.Get(new SpamScannerSettings("SpamAssassin", "spamd", [fixture.Spamd.Address], factor));

    private async Task<SpamResult> CheckAsync(SpamCheckInput input) => (await SpamCheck.RunAsync(input, TimeProvider.System, CancellationToken.None)).Main;

    [Fact]
    public async Task The_gtube_line_has_its_thousand_points_and_a_description()
    {
        var result = await CheckAsync(SpamMessages.Input(TestVirus.Gtube + "\r\n", Scanner()));

        result.Points!.Value.ShouldBeGreaterThan(990);
        var gtube = result.Tests.Single(t => t.Name == "GTUBE");
        gtube.Points.ShouldBe(1000);
        gtube.Description!.ShouldContain("Generic Test");
        result.Report!.ShouldContain("GTUBE");
        result.AutoLearn.ShouldBe("disabled");
        result.Version!.ShouldMatch(@"^\d+\.\d+\.\d+$");
        result.Contributions.ShouldBe([new SpamContribution("SpamAssassin", result.Points, SpamOpinion.Spam, null)]);
    }

    [Fact]
    public async Task The_points_of_the_tests_add_up_to_the_score()
    {
        var result = await CheckAsync(SpamMessages.Input("a few words\r\n", Scanner()));

        result.Tests.ShouldNotBeEmpty();
        result.Tests.Sum(t => t.Points).ShouldBe(result.Points!.Value, tolerance: 0.06);
    }

    [Fact]
    public async Task A_factor_applies_to_the_score_and_the_tests()
    {
        var plain = await CheckAsync(SpamMessages.Input("a few words\r\n", Scanner()));
        var twice = await CheckAsync(SpamMessages.Input("a few words\r\n", Scanner(2)));

        twice.Points!.Value.ShouldBe(2 * plain.Points!.Value, tolerance: 1e-9);
        twice.Tests.Select(t => t.Points).ShouldBe(plain.Tests.Select(t => 2 * t.Points));
    }

    [Fact]
    public async Task A_message_that_is_cut_is_checked_as_far_as_it_is_sent()
    {
        var body = string.Concat(Enumerable.Repeat("a few words in a line\r\n", 2_000));
        var whole = await CheckAsync(SpamMessages.Input(body + TestVirus.Gtube + "\r\n", Scanner()));
        var cut = await CheckAsync(SpamMessages.Input(body + TestVirus.Gtube + "\r\n", Scanner()) with { BodySizeLimit = 10_000 });

        whole.Tests.ShouldContain(t => t.Name == "GTUBE");
        cut.Tests.ShouldNotContain(t => t.Name == "GTUBE");
        cut.Points.ShouldNotBeNull();
    }

    [Fact]
    public async Task An_empty_message_is_scored()
    {
        var input = SpamMessages.Input("", Scanner()) with { Spool = new MemorySpool([]), HeaderOctets = 0 };

        (await CheckAsync(input)).Points.ShouldNotBeNull();
    }

    [Fact]
    public async Task Users_are_named_to_spamd_and_share_nothing()
    {
        var input = SpamMessages.Input("a few words\r\n", Scanner()) with
        {
            Recipients = [new SpamRecipient(SpamMessages.Recipient, "nobody"), new SpamRecipient(SpamMessages.Sender)],
        };

        var report = await SpamCheck.RunAsync(input, TimeProvider.System, CancellationToken.None);

        report.ByRecipient.Count.ShouldBe(2);
        report.ByRecipient.ShouldAllBe(r => r.Points != null);
        report.Explanation.Scanners.Count.ShouldBe(2);
    }
}

/// <summary>A spamd with the report the package configures.</summary>
public sealed class SpamdDefaultReportTests
{
    [Fact]
    public async Task The_table_of_the_standard_report_gives_the_tests()
    {
        using var spamd = await SpamdProcess.StartAsync([], CancellationToken.None);
        using var registry = new ScannerRegistry(TimeProvider.System, TestLimits.Patient);
        var scanner = registry.Get(new SpamScannerSettings("SpamAssassin", "spamd", [spamd.Address]));

        var report = await SpamCheck.RunAsync(SpamMessages.Input(TestVirus.Gtube + "\r\n", scanner), TimeProvider.System, CancellationToken.None);

        report.Main.Tests.Single(t => t.Name == "GTUBE").Points.ShouldBe(1000);
        report.Main.Tests.ShouldContain(t => t.Name == "RCVD_ILLEGAL_IP" && t.Points > 1);
        report.Main.Tests.Sum(t => t.Points).ShouldBe(report.Main.Points!.Value, tolerance: 0.05 * report.Main.Tests.Count);
        report.Main.AutoLearn.ShouldBeNull();
    }
}
