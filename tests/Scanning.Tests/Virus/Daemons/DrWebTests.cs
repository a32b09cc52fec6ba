using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Virus.Daemons;

/// <summary>Dr.Web's daemon, played by a server that reads its binary questions.</summary>
public sealed class DrWebTests : IDisposable
{
    private readonly ScannerRegistry _registry = new(TimeProvider.System, TestLimits.Patient);
    private readonly TestDirectory _directory = new();
    private readonly ConcurrentQueue<(int Command, int Flags, string Content, int End)> _asked = [];
    private readonly IReadOnlyList<ScanItem> _two = [new("p001", new BytesContent(Octets.Of("one"))), new("p002", new BytesContent(Octets.Of("two")))];

    public void Dispose()
    {
        _registry.Dispose();
        _directory.Dispose();
    }

    private FakeServer Server(Func<string, byte[]> answer) => new(async (socket, ending) =>
    {
        var stream = new NetworkStream(socket, ownsSocket: false);
        var head = new byte[12];
        await stream.ReadExactlyAsync(head, ending);
        var path = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(8))];
        await stream.ReadExactlyAsync(path, ending);
        var rest = new byte[8];
        await stream.ReadExactlyAsync(rest, ending);
        var content = await File.ReadAllTextAsync(Octets.Text(path), ending);
        _asked.Enqueue((BinaryPrimitives.ReadInt32BigEndian(head), BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)), content, rest.Sum(b => b)));
        await stream.WriteAsync(answer(content), ending);
    });

    private Task<ScanOutcome> ScanAsync(FakeServer server) =>
        _registry.Get(new VirusScannerSettings("DrWeb", "drwebd", [server.Address]), _directory.Path).ScanAsync(_two, null, CancellationToken.None);

    private static byte[] Answer(string verdict, string text = "") => [.. Convert.FromHexString(verdict), .. new byte[8], .. Octets.Of(text + "\0")];

    [Theory]
    [InlineData("00100000")]
    [InlineData("00111000")]
    public async Task Each_file_is_asked_about_and_found_clean(string verdict)
    {
        await using var server = Server(_ => Answer(verdict));

        (await ScanAsync(server)).ShouldBeOfType<ScanOutcome.Clean>();

        _asked.ShouldBe([(1, 0x00280001, "one", 0), (1, 0x00280001, "two", 0)]);
    }

    [Theory]
    [InlineData("00000020", "infected with EICAR Test File (NOT a Virus!)", "EICAR Test File (NOT a Virus!)")]
    [InlineData("00011080", "Trojan.X", "Trojan.X")]
    [InlineData("00001040", "", "")]
    public async Task A_finding_has_the_name_the_daemon_gives(string verdict, string text, string name)
    {
        await using var server = Server(content => content == "two" ? Answer(verdict, text) : Answer("00100000"));

        (await ScanAsync(server)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe([name]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("01100000")]
    [InlineData("00000000")]
    [InlineData("00100001")]
    public async Task F8_what_is_no_verdict_is_a_failure(string answer)
    {
        await using var server = Server(_ => Convert.FromHexString(answer));

        (await ScanAsync(server)).ShouldBeOfType<ScanOutcome.Failed>();
    }

    [Fact]
    public async Task What_was_found_stays_found_when_the_daemon_fails_at_the_next_file()
    {
        await using var server = Server(content => content == "one" ? Answer("00000020", "Trojan.X") : []);

        (await ScanAsync(server)).ShouldBeOfType<ScanOutcome.Infected>().Names.ShouldBe(["Trojan.X"]);
    }
}
