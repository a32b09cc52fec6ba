using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>What spam scanners are asked on the way of a message, and what their scores do to each recipient.</summary>
public sealed class SpamScannersTests
{
    private readonly ConcurrentQueue<string> _asked = [];

    /// <summary>A spamd that gives each user its own points.</summary>
    private FakeServer Spamd(Func<string, double> pointsOf) => new(async (socket, ending) =>
    {
        var request = new StringBuilder();
        var buffer = new byte[8192];
        while (await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            request.Append(Encoding.Latin1.GetString(buffer, 0, read));
        _asked.Enqueue(request.ToString());
        var points = pointsOf(request.ToString()).ToString(CultureInfo.InvariantCulture);
        await socket.SendAsync(Octets.Of($"SPAMD/1.5 0 EX_OK\r\nContent-length: 1\r\nSpam: False ; {points} / 5.0\r\n\r\n\n"), SocketFlags.None, ending);
    });

    /// <summary>An rspamd that gives one score to all.</summary>
    private FakeServer Rspamd(double points) => new(async (socket, ending) =>
    {
        var request = new StringBuilder();
        var buffer = new byte[8192];
        while (!request.ToString().EndsWith("last line\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(buffer, SocketFlags.None, ending) is var read and > 0)
            request.Append(Encoding.Latin1.GetString(buffer, 0, read));
        _asked.Enqueue(request.ToString());
        var answer = $$"""{"score":{{points.ToString(CultureInfo.InvariantCulture)}},"required_score":15,"action":"no action","symbols":{} }""";
        await socket.SendAsync(Octets.Of($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {answer.Length}\r\n\r\n{answer}"), SocketFlags.None, ending);
    });

    private const string Message = "From: a@example.org\r\nTo: b@example.com\r\nSubject: words\r\n\r\nsome text\r\nlast line\r\n";

    [Fact]
    public async Task Each_recipient_gets_the_score_of_its_own_user()
    {
        await using var spamd = Spamd(request => request.Contains("User: strict\r\n", StringComparison.Ordinal) ? 20 : 1);
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            SpamScanners = [new SpamScannerSettings("spamd", "spamd", [spamd.Address])],
            SaUsernameMaps = new LookupMaps([new HashTable(new Dictionary<string, LookupValue?> { ["user1@example.com"] = new("strict") })]),
        };

        await flow.SendAsync(Message, "user1@example.com", "user2@example.com");

        _asked.Count.ShouldBe(2);
        _asked.Single(a => a.Contains("User: strict", StringComparison.Ordinal)).ShouldContain("X-Envelope-To: <user1@example.com>\r\n");
        flow.Sink.Messages.Count.ShouldBe(2);
        flow.Sink.Messages.Single(m => m.Text.Contains("X-Spam-Flag: YES", StringComparison.Ordinal)).RcptArguments.Single().ShouldStartWith("<user1@example.com>");
    }

    [Fact]
    public async Task Scores_of_two_scanners_decide_together()
    {
        await using var spamd = Spamd(_ => 5);
        await using var rspamd = Rspamd(9);
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            SpamScanners = [new SpamScannerSettings("spamd", "spamd", [spamd.Address]), new SpamScannerSettings("rspamd", "rspamd", ["http://" + rspamd.Address], 0.5)],
        };

        await flow.SendAsync(Message, "user1@example.com");

        _asked.Count.ShouldBe(2);
        flow.Sink.Messages.Single().Text.ShouldContain("X-Spam-Score: 9.5\r\n");
    }

    [Theory]
    [InlineData(true, "User: originating\r\n")]
    [InlineData(false, null)]
    public async Task Rspamd_is_told_of_mail_of_our_own(bool originating, string? told)
    {
        await using var rspamd = Rspamd(0);
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { SpamScanners = [new SpamScannerSettings("rspamd", "rspamd", ["http://" + rspamd.Address])] };

        await flow.SendAsync(Message, new FlowEnvelope { Originating = originating });

        var request = _asked.ShouldHaveSingleItem();
        if (told is null)
            request.ShouldNotContain("\r\nUser:");
        else
            request.ShouldContain("\r\n" + told);
    }

    [Fact]
    public async Task A_scanner_with_a_limit_of_its_own_gets_less_than_the_others()
    {
        await using var spamd = Spamd(_ => 0);
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            SaMailBodySizeLimit = 20_000,
            SpamScanners = [new SpamScannerSettings("one", "spamd", [spamd.Address]), new SpamScannerSettings("two", "spamd", [spamd.Address], BodySizeLimit: 10_000)],
        };

        await flow.SendAsync(Message + new string('x', 100_000) + "\r\n", "user1@example.com");

        var header = Message.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        _asked.Select(a => a.Contains($"TRUNCATED to {header + 1 + 20_000}", StringComparison.Ordinal)).Order().ShouldBe([false, true]);
        _asked.Select(a => a.Contains($"TRUNCATED to {header + 1 + 10_000}", StringComparison.Ordinal)).Order().ShouldBe([false, true]);
        flow.Sink.Messages.Single().Octets.Length.ShouldBeGreaterThan(100_000);
    }

    [Fact]
    public async Task Fields_of_a_program_go_to_local_recipients()
    {
        await using var flow = new FlowHarness();
        var program = Path.Combine(flow.Path, "checker");
        await File.WriteAllTextAsync(program, "#!/bin/sh\ncat >/dev/null\nprintf 'X-Bogosity: Ham, tests=bogofilter, spamicity=0.01\\n\\n'\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        flow.Settings = flow.Settings with { SpamScanners = [new SpamScannerSettings("Bogofilter", null, []) { Commands = [program] }] };

        await flow.SendAsync(Message, "user1@example.com", "far@example.net");

        flow.Sink.Messages.Single(m => m.RcptArguments[0].Contains("user1", StringComparison.Ordinal)).Text.ShouldContain("X-Bogosity: Ham, tests=bogofilter, spamicity=0.01\r\n");
        flow.Sink.Messages.Single(m => m.RcptArguments[0].Contains("far", StringComparison.Ordinal)).Text.ShouldNotContain("X-Bogosity");
    }
}
