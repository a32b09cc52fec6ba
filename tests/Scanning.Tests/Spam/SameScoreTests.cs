using System.Net;
using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>Real scanners say the same of a message to us as to their own client programs.</summary>
[Collection(nameof(RspamdTestGroup))]
[Trait("Needs", "Server")]
public sealed class SameScoreTests(RspamdFixture fixture, SpamdFixture spamd) : IClassFixture<SpamdFixture>, IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose() => _registry.Dispose();

    [Fact]
    public async Task Rspamd_says_the_same_to_us_as_to_its_own_client()
    {
        var scanner = _registry.Get(new SpamScannerSettings("Rspamd", "rspamd", [fixture.Rspamd.Address]));
        var count = 0;
        foreach (var (name, message) in RealMessages.All())
        {
            var direct = await DirectAnswer.OfRspamdAsync(fixture.Rspamd.Address, message);

            var ours = (await SpamCheck.RunAsync(Input(message, scanner), TimeProvider.System, CancellationToken.None)).Main;

            ours.Points.ShouldNotBeNull(name + ": " + ours.Contributions[0].Failure);
            ours.Points.Value.ShouldBe(direct.Points, 0.005, name);
            ours.Tests.Select(t => t.Name).Order(StringComparer.Ordinal).ShouldBe(direct.Tests.Order(StringComparer.Ordinal), name);
            count++;
        }
        count.ShouldBeGreaterThanOrEqualTo(12);
    }

    [Fact]
    public async Task Rspamd_gives_the_gtube_line_its_points_and_calls_it_spam()
    {
        var scanner = _registry.Get(new SpamScannerSettings("Rspamd", "rspamd", [fixture.Rspamd.Address]));
        var message = RealMessages.All().Single(m => m.Name == "gtube").Octets;

        var result = (await SpamCheck.RunAsync(Input(message, scanner), TimeProvider.System, CancellationToken.None)).Main;

        result.Tests.ShouldContain(t => t.Name == "GTUBE");
        result.Contributions.Single().Opinion.ShouldBe(SpamOpinion.Spam);
    }

    [Fact]
    public async Task Spamd_says_the_same_to_us_as_to_its_own_client()
    {
        var scanner = _registry.Get(new SpamScannerSettings("SpamAssassin", "spamd", [spamd.Spamd.Address]));
        var count = 0;
        foreach (var (name, message) in RealMessages.All())
        {
            var input = Input(message, scanner);
            // What the scanner is told of the envelope stands in front of the message, and the client program has nothing of its own for it.
            var pseudo = SpamPseudoHeader.Build(input.Sender, [SpamMessages.Recipient], [], "", message.Length, null);
            var direct = await DirectAnswer.OfSpamdAsync(spamd.Spamd.Port, [.. pseudo, .. message]);

            var ours = (await SpamCheck.RunAsync(input, TimeProvider.System, CancellationToken.None)).Main;

            ours.Points.ShouldNotBeNull(name + ": " + ours.Contributions[0].Failure);
            ours.Points.Value.ShouldBe(direct.Points, 0.05, name);
            foreach (var test in ours.Tests)
                direct.Report.ShouldContain(test.Name, Case.Sensitive, name);
            count++;
        }
        count.ShouldBeGreaterThanOrEqualTo(12);
    }

    [Fact]
    public async Task Two_real_scanners_give_the_sum_of_what_each_says_with_its_factor()
    {
        var assassin = _registry.Get(new SpamScannerSettings("SpamAssassin", "spamd", [spamd.Spamd.Address]));
        var rspamd = _registry.Get(new SpamScannerSettings("Rspamd", "rspamd", [fixture.Rspamd.Address], 0.5));
        var message = RealMessages.All().Single(m => m.Name == "html").Octets;

        var each = new List<SpamResult>();
        foreach (var scanner in (ISpamScanner[])[assassin, rspamd])
            each.Add((await SpamCheck.RunAsync(Input(message, scanner), TimeProvider.System, CancellationToken.None)).Main);
        var both = (await SpamCheck.RunAsync(Input(message, assassin, rspamd), TimeProvider.System, CancellationToken.None)).Main;

        both.Points!.Value.ShouldBe(each[0].Points!.Value + each[1].Points!.Value, 0.005);
        both.Tests.Select(t => t.Name).ShouldBe([.. each[0].Tests.Select(t => t.Name), .. each[1].Tests.Select(t => t.Name)], ignoreOrder: true);
        each[1].Points!.Value.ShouldBe((await DirectAnswer.OfRspamdAsync(fixture.Rspamd.Address, message)).Points / 2, 0.005);
    }

    private static SpamCheckInput Input(byte[] message, params ISpamScanner[] scanners) => new()
    {
        Spool = new MemorySpool(message),
        Sender = SpamMessages.Sender,
        Recipients = [new SpamRecipient(SpamMessages.Recipient)],
        Scanners = scanners,
        HeaderOctets = 0,
        Facts = new SpamFacts { ClientAddress = IPAddress.Parse("192.0.2.5"), Helo = "mail.example.org" },
    };
}
