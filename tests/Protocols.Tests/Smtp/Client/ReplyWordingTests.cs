using Amavis.Core.Addresses;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>The words around a next hop's answer, as tools that read the logs know them.</summary>
public sealed class ReplyWordingTests
{
    [Fact]
    public async Task Accepted_message_hands_back_the_next_hops_words()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        var result = await pool.Send(To(hop));

        result.Texts().ShouldBe([$"250 2.0.0 from MTA(smtp:{hop.Address}): 250 2.0.0 Ok: queued as X"]);
        result.Recipients[0].RemoteMta.ShouldBe($"smtp:{hop.Address}");
        result.Recipients[0].RemoteReply.ShouldBe("250 2.0.0 Ok: queued as X");
        hop.Transactions.ShouldHaveSingleItem().Data.ShouldBe(Message);
    }

    [Theory]
    [InlineData("MAIL", "500 5.3.0 Error: command failed", "500 5.3.0 from MTA({0}): 500 5.3.0 Error: command failed")]
    [InlineData("MAIL", "421 4.0.0 Server closing connection", "421 4.0.0 from MTA({0}): 421 4.0.0 Server closing connection")]
    [InlineData("RCPT", "450 4.3.0 Error: command failed", "450 4.3.0 from MTA({0}): 450 4.3.0 Error: command failed")]
    [InlineData("RCPT", "550 no such user", "550 5.1.0 from MTA({0}): 550 no such user")]
    [InlineData("DATA", "451 later", "451 4.5.0 from MTA({0}): 451 later")]
    [InlineData(".", "554 no", "554 5.6.0 from MTA({0}): 554 no")]
    [InlineData(".", "450 4.3.0 Error: command failed", "450 4.3.0 from MTA({0}): 450 4.3.0 Error: command failed")]
    [InlineData(".", "250", "250 2.6.0 from MTA({0}): 250")]
    [InlineData(".", "250 5.1.1 odd", "250 2.6.0 from MTA({0}): 250 5.1.1 odd")]
    public async Task Answers_are_quoted_with_an_enhanced_code_of_their_class(string verb, string said, string expected)
    {
        await using var hop = new FakeNextHop { Script = At(verb, HopAction.Say(said)) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Texts().ShouldBe([string.Format(expected, "smtp:" + hop.Address)]);
    }

    [Fact]
    public async Task No_next_hop_listening_names_all_that_were_tried()
    {
        await using var pool = Pool();
        int port;
        await using (var gone = new FakeNextHop())
            port = gone.Port;

        var result = await pool.Send(To($"smtp:[127.0.0.1]:{port}"));

        result.Texts().ShouldBe(
            [$"451 4.5.0 From MTA() during fwd-connect (All attempts (1) failed connecting to smtp:[127.0.0.1]:{port}): id={LogId}"]);
        result.Recipients[0].RemoteMta.ShouldBeNull();
    }

    [Fact]
    public async Task Next_hop_that_drops_at_DATA_is_a_temporary_failure()
    {
        await using var hop = new FakeNextHop { Script = At("DATA", new HopAction.Drop()) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Texts().ShouldBe(
            [$"450 4.5.0 from MTA(smtp:{hop.Address}): 450 4.5.0 No response to DATA"]);
    }

    [Fact]
    public async Task Lines_of_a_long_reply_become_one_without_control_characters()
    {
        await using var hop = new FakeNextHop { Script = At(".", new HopAction.Send("550-5.7.1 one\0\u001b[31m\r\n550-5.7.1 two\ttabs\r\n550 5.7.1 d\u00e9\r\n")) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Texts().ShouldBe([$"550 5.7.1 from MTA(smtp:{hop.Address}): 550 5.7.1 one??[31m two tabs d?"]);
    }

    [Fact]
    public async Task Reply_lines_ended_by_a_lone_LF_are_understood()
    {
        await using var hop = new FakeNextHop { Script = At(".", new HopAction.Send("250-2.0.0 a\n250 2.0.0 b\n")) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Texts().ShouldBe([$"250 2.0.0 from MTA(smtp:{hop.Address}): 250 2.0.0 a b"]);
    }

    [Fact]
    public async Task Very_long_text_is_cut()
    {
        var lines = string.Concat(Enumerable.Repeat($"550-{new string('x', 900)}\r\n", 30)) + "550 end\r\n";
        await using var hop = new FakeNextHop { Script = At(".", new HopAction.Send(lines)) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Texts()[0].Length.ShouldBeInRange(900, 1100);
    }

    [Fact]
    public async Task Too_many_hops_are_refused_without_asking_anyone()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        (await pool.Send(To(hop) with { ReceivedCount = 100 })).Texts()[0].ShouldStartWith("250 ");
        (await pool.Send(To(hop) with { ReceivedCount = 101 })).Texts().ShouldBe(["554 5.4.6 Reject: Too many hops"]);
        hop.Transactions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Delivery_without_recipients_asks_nobody()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Recipients = [] })).Recipients.ShouldBeEmpty();
        hop.Connections.ShouldBe(0);
    }

    [Fact]
    public async Task Names_with_line_ends_never_reach_a_command()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await Should.ThrowAsync<InvalidOperationException>(() => pool.Send(To(hop) with { HeloName = "x\r\nMAIL FROM:<>" }));
        hop.Lines.ShouldBeEmpty();
        Should.Throw<ArgumentException>(() => new MailAddress("a\rb", "example.com"));
    }

    internal static Func<int, string, HopAction?> At(string verb, HopAction action) =>
        (_, line) => line == verb || line.StartsWith(verb + " ", StringComparison.Ordinal) ? action : null;
}
