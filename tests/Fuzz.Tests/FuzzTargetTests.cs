using Amavis.Testing;

namespace Amavis.Fuzz.Tests;

public sealed class FuzzTargetTests
{
    /// <summary>The same in every run, so that a failure can be looked at; longer runs with other numbers are made by hand.</summary>
    private const int Seed = 20261122;

    private static readonly FuzzLimits Limits = new(1500, TimeSpan.FromSeconds(20));

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void P1_no_parser_fails_hangs_or_wastes_in_a_short_run(string name)
    {
        var fuzzer = new Fuzzer(Target(name), Seed);
        fuzzer.Run(Limits).Select(f => $"{f.FileName}: {f.Fault}").ShouldBeEmpty();
        fuzzer.Runs.ShouldBeGreaterThan(0);
    }

    /// <summary>Whole files, however large, each by everything that reads such files.</summary>
    [Theory]
    [InlineData("mime", "mime4j mimekit cpython enmime spamassassin sisimai-bounces mailauth chasquid-dkim")]
    [InlineData("header", "mime4j mimekit cpython enmime spamassassin sisimai-bounces mailauth chasquid-dkim")]
    [InlineData("bounce", "sisimai-bounces cpython mimekit")]
    [InlineData("signed-mail", "spamassassin mailauth chasquid-dkim mimekit")]
    [InlineData("authentication", "mailauth spamassassin")]
    [InlineData("archives", "libarchive mimekit/tnef")]
    [InlineData("import", "amavisd-conf")]
    public void P1_no_file_of_the_collection_makes_a_parser_fail_hang_or_waste(string name, string folders)
    {
        const int LargestFile = 1 << 20;
        var target = Target(name);
        folders.Split(' ').SelectMany(f => Samples.Files(f)).Where(f => new FileInfo(f).Length is > 0 and <= LargestFile)
            .Select(f => (f, fault: InputCheck.Run(target, File.ReadAllBytes(f)))).Where(c => c.fault is not null).Select(c => $"{c.f}: {c.fault}").ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void What_was_found_once_stays_mended(string name)
    {
        var target = Target(name);
        KeptCases.Of(target).Select(file => (file, fault: InputCheck.Run(target, File.ReadAllBytes(file)))).Where(c => c.fault is not null)
            .Select(c => $"{c.file}: {c.fault}").ShouldBeEmpty();
    }

    [Fact]
    public void The_document_has_a_row_for_every_target() =>
        File.ReadLines(Path.Combine(Samples.Root, "docs", "fuzzing.md")).Where(l => l.StartsWith("| `", StringComparison.Ordinal)).Select(l => l.Split('`')[1]).Order(StringComparer.Ordinal)
            .ShouldBe(FuzzTargets.All.Select(t => t.Name).Order(StringComparer.Ordinal));

    [Fact]
    public void Faults_slowness_and_waste_are_found()
    {
        new Fuzzer(new Faulty(), Seed).Run(Limits).ShouldHaveSingleItem().Fault.ShouldContain("IndexOutOfRange");
        InputCheck.Run(new Wasteful(), []).ShouldNotBeNull().ShouldStartWith("allocates");
    }

    [Fact]
    public void The_same_number_makes_the_same_inputs()
    {
        byte[][] seeds = ["hello world"u8.ToArray(), "some text"u8.ToArray()];
        var (one, other) = (new Random(Seed), new Random(Seed));
        var mutator = new Mutator(seeds, ["x"], 64);
        for (var i = 0; i < 100; i++)
            mutator.Next(one).ShouldBe(mutator.Next(other));
    }

    private static FuzzTarget Target(string name) => FuzzTargets.All.Single(t => t.Name == name);

    private sealed class Faulty : FuzzTarget
    {
        public override string Name => "faulty";

        public override IEnumerable<byte[]> Seeds() => ["abc"u8.ToArray()];

        public override void Check(byte[] input, Random random) => _ = input.Contains((byte)0xff) ? input[input.Length] : 0;
    }

    private sealed class Wasteful : FuzzTarget
    {
        public override string Name => "wasteful";

        public override IEnumerable<byte[]> Seeds() => [[]];

        public override void Check(byte[] input, Random random) => GC.KeepAlive(new byte[32 << 20]);
    }
}
