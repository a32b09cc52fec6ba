using Amavis.Protocols.Smtp.Client;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>Recipients that are taken and refused in one transaction.</summary>
public sealed class RecipientTests
{
    public static TheoryData<bool> Pipelining => [true, false];

    private static string[] Features(bool pipelining) => pipelining ? FakeNextHop.AllFeatures : ["8BITMIME"];

    private static Func<int, string, HopAction?> Refuse(string recipient, string said) => ReplyWordingTests.At($"RCPT TO:<{recipient}>", HopAction.Say(said));

    [Theory]
    [MemberData(nameof(Pipelining))]
    public async Task Recipient_refused_for_good_leaves_the_others_alone(bool pipelining)
    {
        await using var hop = new FakeNextHop { Features = Features(pipelining), Script = Refuse("b@example.com", "550 5.1.1 unknown") };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@example.com", "b@example.com", "c@example.com"));

        result.Recipients.Select(r => r.Reply.Code).ShouldBe([250, 550, 250]);
        hop.Transactions.Count.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Pipelining))]
    public async Task Recipient_refused_for_now_stops_all_when_the_client_gets_one_answer(bool pipelining)
    {
        await using var hop = new FakeNextHop { Features = Features(pipelining), Script = Refuse("b@example.com", "450 4.2.0 greylisted") };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@example.com", "b@example.com", "c@example.com"));

        result.Recipients.Select(r => r.Reply.Code).ShouldBe([451, 450, 451]);
        result.Texts()[0].ShouldContain("Bail out");
        result.Texts()[1].ShouldBe($"450 4.2.0 from MTA(smtp:{hop.Address}): 450 4.2.0 greylisted");
        hop.Transactions.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Pipelining))]
    public async Task Recipient_refused_for_now_leaves_the_others_alone_when_each_gets_an_answer(bool pipelining)
    {
        await using var hop = new FakeNextHop { Features = Features(pipelining), Script = Refuse("b@example.com", "450 4.2.0 greylisted") };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@example.com", "b@example.com", "c@example.com") with { PerRecipientReplies = true });

        result.Recipients.Select(r => r.Reply.Code).ShouldBe([250, 450, 250]);
        hop.Transactions.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData("452 4.5.3 Error: too many recipients", true)]
    [InlineData("452 too many", false)]
    public async Task Too_many_recipients_are_spread_over_transactions(string said, bool pipelining)
    {
        await using var hop = new FakeNextHop { Features = Features(pipelining) };
        var inTransaction = 0;
        hop.Script = (_, line) =>
        {
            if (line.StartsWith("MAIL", StringComparison.Ordinal))
                inTransaction = 0;
            return line.StartsWith("RCPT", StringComparison.Ordinal) && ++inTransaction > 2 ? HopAction.Say(said) : null;
        };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@x.test", "b@x.test", "c@x.test", "d@x.test", "e@x.test"));

        result.Recipients.ShouldAllBe(r => r.Reply.IsSuccess);
        hop.Transactions.Count.ShouldBe(3);
        hop.Transactions.ShouldAllBe(t => t.Data == Message);
        hop.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Full_mailbox_is_not_too_many_recipients()
    {
        await using var hop = new FakeNextHop { Script = Refuse("b@x.test", "452 4.2.2 mailbox full") };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@x.test", "b@x.test") with { PerRecipientReplies = true });

        result.Recipients.Select(r => r.Reply.Code).ShouldBe([250, 452]);
    }

    [Fact]
    public async Task Next_hop_that_takes_nobody_at_all_is_not_asked_for_ever()
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("RCPT", HopAction.Say("452 4.5.3 too many")) };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@x.test", "b@x.test") with { PerRecipientReplies = true });

        result.Recipients.ShouldAllBe(r => r.Reply.Code == 452);
    }

    [Fact]
    public async Task DATA_taken_without_a_recipient_gets_an_empty_message_that_counts_for_nothing()
    {
        var dataSeen = false;
        await using var hop = new FakeNextHop();
        hop.Script = (_, line) =>
        {
            if (line.StartsWith("RCPT", StringComparison.Ordinal) && !dataSeen)
                return HopAction.Say("550 5.1.1 unknown");
            if (line != "DATA" || dataSeen)
                return null;
            dataSeen = true;
            return HopAction.Say("354 go on");
        };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Texts().ShouldBe([$"550 5.1.1 from MTA(smtp:{hop.Address}): 550 5.1.1 unknown"]);
        (await pool.Send(To(hop))).Recipients[0].Reply.IsSuccess.ShouldBeTrue();

        hop.Transactions.Select(t => t.Data).ShouldBe(["", Message]);
        hop.Connections.ShouldBe(1);
        hop.Transactions[1].Commands[0].ShouldBe("RSET");
    }

    [Fact]
    public async Task Thousand_recipients_are_sent_in_groups()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        var result = await pool.Send(To(hop, [.. Enumerable.Range(0, 1000).Select(i => $"user{i}@example.com")]));

        result.Recipients.Count(r => r.Reply.IsSuccess).ShouldBe(1000);
        hop.Transactions.ShouldHaveSingleItem().Rcpts.Count().ShouldBe(1000);
    }

    [Fact]
    public async Task LMTP_answers_for_each_accepted_recipient_in_order()
    {
        await using var hop = new FakeNextHop { Lmtp = true };
        hop.Script = (_, line) => line.StartsWith("RCPT TO:<b@", StringComparison.Ordinal) ? HopAction.Say("550 5.1.1 unknown")
            : line == "." ? HopAction.Say("250 2.1.5 stored", "452 4.2.2 full") : null;
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@x.test", "b@x.test", "c@x.test"));

        result.Texts().ShouldBe(
        [
            $"250 2.1.5 from MTA(lmtp:{hop.Address}): 250 2.1.5 stored",
            $"550 5.1.1 from MTA(lmtp:{hop.Address}): 550 5.1.1 unknown",
            $"452 4.2.2 from MTA(lmtp:{hop.Address}): 452 4.2.2 full",
        ]);
        hop.Transactions[0].Commands[0].ShouldBe("LHLO localhost");
    }

    [Fact]
    public async Task LMTP_server_that_stops_answering_fails_only_those_without_an_answer()
    {
        await using var hop = new FakeNextHop { Lmtp = true, Script = ReplyWordingTests.At(".", new HopAction.SendAndDrop("250 2.1.5 stored\r\n")) };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "a@x.test", "b@x.test", "c@x.test"));

        result.Recipients.Select(r => r.Reply.Code).ShouldBe([250, 451, 451]);
        result.Texts()[2].ShouldBe($"451 4.5.0 From MTA(lmtp:{hop.Address}) during fwd-data-end (connection closed): id={LogId}");
    }

    [Fact]
    public async Task LMTP_server_that_answers_too_few_times_out_for_the_others()
    {
        await using var hop = new FakeNextHop { Lmtp = true, Script = ReplyWordingTests.At(".", HopAction.Say("250 2.1.5 stored")) };
        await using var pool = Pool(new SmtpClientOptions { FinalDot = TimeSpan.FromSeconds(2) });

        var result = await pool.Send(To(hop, "a@x.test", "b@x.test"));

        result.Recipients.Select(r => r.Reply.Code).ShouldBe([250, 450]);
        result.Texts()[1].ShouldBe($"450 4.4.2 Timed out during fwd-data-end, MTA(lmtp:{hop.Address}), id={LogId}");
    }

    [Fact]
    public async Task Unix_socket_is_a_next_hop_like_any_other()
    {
        var path = Path.Combine(Path.GetTempPath(), $"hop-{Guid.NewGuid():N}.sock");
        await using var hop = new FakeNextHop(path) { Lmtp = true };
        await using var pool = Pool();

        var result = await pool.Send(To(hop));

        result.Texts().ShouldBe([$"250 2.0.0 from MTA(lmtp:{path}): 250 2.0.0 Ok: queued as X"]);
    }
}
