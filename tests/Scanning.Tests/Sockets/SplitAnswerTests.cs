using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Tests.Spam;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Sockets;

/// <summary>Answers of scanners mean the same for every way they are cut into segments (property P4).</summary>
[Collection(nameof(TimedTests))]
public sealed class SplitAnswerTests : IDisposable
{
    private const string Clamd = "1: stream: OK\0" + "2: stream: Eicar-Signature FOUND\0";
    private const string Report = " pts rule name\n---- ----\n 7.5 SOME_TEST  words\n";
    private const string Json = """{"is_skipped":false,"score":7.25,"required_score":15.0,"action":"add header","symbols":{"A":{"name":"A","score":7.25}}}""";

    private static readonly string Spamd = $"SPAMD/1.5 0 EX_OK\r\nContent-length: {Report.Length}\r\nSpam: True ; 7.5 / 5.0\r\n\r\n{Report}";
    private static readonly string Rspamd = $"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {Json.Length}\r\n\r\n{Json}";

    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);

    public void Dispose() => _registry.Dispose();

    /// <summary>After so many octets the answer goes on in another segment; 1: each octet in its own.</summary>
    public static TheoryData<int> Cuts => [1, 2, 3, 5, 7, 13, 14, 17, 29, 64, 4096];

    [Theory, MemberData(nameof(Cuts))]
    public async Task P4_an_answer_of_clamd_is_the_same_for_every_cut(int octets)
    {
        await using var server = Answering(Clamd, octets, request => request.EndsWith("zEND\0", StringComparison.Ordinal));
        var scanner = _registry.Get(new VirusScannerSettings("av", "clamd", [server.Address]), "/nowhere");

        var outcome = await scanner.ScanAsync([new("p001", new BytesContent([1])), new("p002", new BytesContent([2]))], isEnough: null, CancellationToken.None);

        outcome.ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["Eicar-Signature"]);
    }

    [Theory, MemberData(nameof(Cuts))]
    public async Task P4_an_answer_of_spamd_is_the_same_for_every_cut(int octets)
    {
        await using var server = Answering(Spamd, octets, request => request.EndsWith("text\r\n", StringComparison.Ordinal));

        var outcome = await _registry.Get(new SpamScannerSettings("sa", "spamd", [server.Address])).CheckAsync(SpamMessages.Request("text\r\n"), CancellationToken.None);

        var verdict = outcome.ShouldBeOfType<SpamOutcome.Scored>().Verdict;
        (verdict.Points, verdict.Threshold, verdict.Tests.Single().Name).ShouldBe((7.5, 5, "SOME_TEST"));
    }

    [Theory, MemberData(nameof(Cuts))]
    public async Task P4_an_answer_of_rspamd_is_the_same_for_every_cut(int octets)
    {
        await using var server = Answering(Rspamd, octets, request => request.EndsWith("text\r\n", StringComparison.Ordinal));

        var outcome = await _registry.Get(new SpamScannerSettings("Rspamd", "rspamd", ["http://" + server.Address])).CheckAsync(SpamMessages.Request("text\r\n"), CancellationToken.None);

        var verdict = outcome.ShouldBeOfType<SpamOutcome.Scored>().Verdict;
        (verdict.Points, verdict.Opinion, verdict.Tests.Single().Name).ShouldBe((7.25, SpamOpinion.Spam, "A"));
    }

    private static FakeServer Answering(string answer, int octetsAtOnce, Func<string, bool> isWhole) => new(async (socket, ending) =>
    {
        socket.NoDelay = true;
        var request = "";
        var buffer = new byte[4096];
        while (!isWhole(request) && await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            request += Octets.Text(buffer.AsSpan(0, read));
        foreach (var piece in Octets.Of(answer).Chunk(octetsAtOnce))
        {
            await socket.SendAsync(piece, SocketFlags.None, ending);
            // The reader's turn, so that segments come one by one.
            await Task.Yield();
        }
    });
}
