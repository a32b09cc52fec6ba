using System.Text.RegularExpressions;
using Amavis.Core.Policy;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus.Programs;

/// <summary>Debian's clamscan with a small database, as its sample configuration has it.</summary>
public sealed class ClamscanTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);
    private readonly TestDirectory _directory = new();

    public ClamscanTests() => ClamdProcess.WriteDatabase(_directory.FilePath("db"));

    public void Dispose()
    {
        _registry.Dispose();
        _directory.Dispose();
    }

    private Task<ScanOutcome> ScanAsync(params byte[][] contents) => _registry.Get(
        new VirusScannerSettings("ClamAV-clamscan", null, [])
        {
            Commands = ["clamscan"],
            Arguments = ["--database=" + _directory.FilePath("db"), "--stdout", "--no-summary", "-r", "--tempdir=" + _directory.Path, "{}"],
            Clean = new AnswerTest([0], null),
            Infected = new AnswerTest([], new Regex(@":.*\sFOUND$", RegexOptions.Multiline, TimeSpan.FromSeconds(1))),
            VirusName = new Regex("^.*?: (?!Infected Archive)(.*) FOUND$", RegexOptions.Multiline, TimeSpan.FromSeconds(1)),
        },
        _directory.Path).ScanAsync([.. contents.Select((c, i) => new ScanItem($"p{i + 1:d3}", new BytesContent(c)))], isEnough: null, CancellationToken.None);

    [Fact]
    public async Task Harmless_parts_are_clean() => (await ScanAsync(Octets.Of("hello"), Octets.Of("world"))).ShouldBeOfType<ScanOutcome.Clean>();

    [Fact]
    public async Task A_virus_is_named() =>
        (await ScanAsync(Octets.Of("hello"), TestVirus.Eicar)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe([TestVirus.EicarName]);

    [Fact]
    public async Task F7_clamscan_without_a_database_is_a_failure()
    {
        Directory.Delete(_directory.FilePath("db"), recursive: true);

        (await ScanAsync(TestVirus.Eicar)).ShouldBeOfType<ScanOutcome.Failed>();
    }
}
