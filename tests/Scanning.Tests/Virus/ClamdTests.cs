using Amavis.Core.Policy;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus;

/// <summary>Against the real clamd.</summary>
public sealed class ClamdTests(ClamdFixture fixture) : IClassFixture<ClamdFixture>, IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose() => _registry.Dispose();

    public static TheoryData<string> Ways => new("unix", "tcp", "path");

    private IVirusScanner Scanner(string way) => _registry.Get(
        new VirusScannerSettings("clamd", "clamd", [way == "tcp" ? fixture.Clamd.TcpAddress : fixture.Clamd.UnixAddress], way == "path"),
        fixture.Clamd.WorkDirectory);

    private Task<ScanOutcome> ScanAsync(string way, params byte[][] contents) => Scanner(way).ScanAsync(
        [.. contents.Select((c, i) => new ScanItem($"p{i + 1:d3}", new BytesContent(c)))], isEnough: null, CancellationToken.None);

    [Theory, MemberData(nameof(Ways))]
    public async Task Harmless_parts_are_clean(string way) =>
        (await ScanAsync(way, Octets.Of("hello"), Octets.Of("world"))).ShouldBeOfType<ScanOutcome.Clean>();

    [Theory, MemberData(nameof(Ways))]
    public async Task A_virus_in_one_of_many_parts_is_named(string way)
    {
        var parts = Enumerable.Range(0, 40).Select(i => i == 33 ? TestVirus.Eicar : Octets.Of($"part {i}")).ToArray();

        (await ScanAsync(way, parts)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe([TestVirus.EicarName]);
    }

    [Theory, MemberData(nameof(Ways))]
    public async Task Several_viruses_are_all_named_once(string way)
    {
        var outcome = await ScanAsync(way, TestVirus.Eicar, Octets.Of("x"), TestVirus.Marker, TestVirus.Eicar);

        outcome.ShouldBeOfType<ScanOutcome.Infected>().Names.Order().ShouldBe([TestVirus.EicarName, TestVirus.MarkerName]);
    }

    [Theory, InlineData(0), InlineData(1), InlineData(65_535), InlineData(65_536), InlineData(131_061), InlineData(3_000_000)]
    public async Task A_virus_is_found_behind_any_amount_of_data(int before)
    {
        var outcome = await ScanAsync("unix", Octets.Of("first"), [.. new byte[before], .. TestVirus.Marker], Octets.Of("last"));

        outcome.ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe([TestVirus.MarkerName]);
    }

    [Fact]
    public async Task More_parts_than_fit_into_a_session_are_all_scanned()
    {
        var parts = Enumerable.Range(0, 1_500).Select(i => i == 1_499 ? TestVirus.Marker : Octets.Of("p")).ToArray();

        (await ScanAsync("unix", parts)).ShouldBeOfType<ScanOutcome.Infected>();
    }

    [Fact]
    public async Task A_part_above_clamds_limit_is_not_vouched_for()
    {
        var outcome = await ScanAsync("unix", Octets.Of("small"), new byte[9 << 20], Octets.Of("small"));

        outcome.ShouldBeOfType<ScanOutcome.Failed>().Reason.ShouldContain("size limit");
        (await ScanAsync("unix", Octets.Of("next"))).ShouldBeOfType<ScanOutcome.Clean>("the scanner itself is well");
    }

    [Fact]
    public async Task A_virus_before_a_part_above_clamds_limit_is_reported()
    {
        var outcome = await ScanAsync("unix", TestVirus.Eicar, new byte[9 << 20]);

        outcome.ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe([TestVirus.EicarName]);
    }

    [Fact]
    public async Task A_part_that_cannot_be_read_fails_the_scan_and_not_the_scanner()
    {
        IReadOnlyList<ScanItem> items = [new("p001", new BytesContent(Octets.Of("x"))), new("p002", new BrokenContent(100_000))];

        foreach (var way in new[] { "unix", "tcp", "path" })
        {
            (await Scanner(way).ScanAsync(items, null, CancellationToken.None)).ShouldBeOfType<ScanOutcome.Failed>();
            (await ScanAsync(way, Octets.Of("next"))).ShouldBeOfType<ScanOutcome.Clean>();
        }
    }

    [Fact]
    public async Task Scanning_by_path_leaves_no_files()
    {
        await ScanAsync("path", Octets.Of("x"), TestVirus.Eicar);

        Directory.EnumerateDirectories(fixture.Clamd.WorkDirectory, "scan-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task With_the_stop_rule_the_first_virus_is_enough()
    {
        IReadOnlyList<ScanItem> items = [new("p001", new BytesContent(TestVirus.Eicar)), new("p002", new BytesContent(TestVirus.Marker))];

        var outcome = await Scanner("unix").ScanAsync(items, isEnough: _ => true, CancellationToken.None);

        outcome.ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Many_messages_at_once_each_get_their_own_answer()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => ScanAsync("unix", Octets.Of("x"), i % 3 == 0 ? TestVirus.Eicar : Octets.Of("y"))));

        outcomes.Select(o => o is ScanOutcome.Infected).ShouldBe(Enumerable.Range(0, 24).Select(i => i % 3 == 0));
    }
}
