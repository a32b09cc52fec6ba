using System.Net;
using Amavis.Core.Counters;
using Amavis.Protocols.Smtp.Client;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>Connections kept between messages, and what happens when they die meanwhile (F5).</summary>
public sealed class ReuseTests
{
    [Fact]
    public async Task Second_message_takes_the_connection_of_the_first()
    {
        var counters = new CounterSet();
        await using var hop = new FakeNextHop();
        await using (var pool = Pool(counters: counters))
        {
            for (var i = 0; i < 5; i++)
                (await pool.Send(To(hop))).Recipients[0].Reply.IsSuccess.ShouldBeTrue();
        }

        hop.Connections.ShouldBe(1);
        counters.Get("OutConnNew").ShouldBe(1);
        counters.Get("OutConnTransact").ShouldBe(5);
        counters.Get("OutConnReuseRecent").ShouldBe(4);
        counters.Get("OutConnQuit").ShouldBe(1);
    }

    [Fact]
    public async Task With_pipelining_a_message_is_two_writes()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();
        await pool.Send(To(hop));
        hop.Reads.Clear();

        await pool.Send(To(hop, "a@x.test", "b@x.test") with { Client = EnvelopeTests.Client, Message = FaultMatrixTests.Text(new string('x', 4096)) });

        hop.Reads.Count.ShouldBe(2);
        hop.Reads[0].ShouldStartWith("XFORWARD ADDR=");
        hop.Reads[0].ShouldEndWith("RCPT TO:<b@x.test>\r\nDATA\r\n");
        hop.Reads[1].ShouldBe(new string('x', 4096) + "\r\n.\r\n");
    }

    [Theory]
    [InlineData("MAIL")]
    [InlineData("RCPT")]
    [InlineData("DATA")]
    public async Task Kept_connection_that_dies_before_DATA_is_accepted_is_replaced_unnoticed(string verb)
    {
        foreach (var action in new HopAction[] { new HopAction.Drop(), new HopAction.SendAndDrop("421 4.4.2 idle for too long\r\n") })
            foreach (var pipelining in new[] { true, false })
            {
                var counters = new CounterSet();
                var messages = 0;
                await using var hop = new FakeNextHop { Features = pipelining ? FakeNextHop.AllFeatures : [] };
                hop.Script = (connection, line) =>
                {
                    if (line == ".")
                        messages++;
                    return connection == 1 && messages == 1 && line.StartsWith(verb, StringComparison.Ordinal) ? action : null;
                };
                await using var pool = Pool(counters: counters);
                await pool.Send(To(hop));

                var result = await pool.Send(To(hop, "a@x.test", "b@x.test"));

                result.Recipients.ShouldAllBe(r => r.Reply.IsSuccess);
                result.Remarks.Count.ShouldBe(1);
                hop.Connections.ShouldBe(2);
                hop.Transactions.Count.ShouldBe(2);
                counters.Get("OutConnReuseFail").ShouldBe(1);
            }
    }

    [Fact]
    public async Task Connection_closed_while_idle_is_noticed_before_it_is_used()
    {
        await using var hop = new FakeNextHop { Script = (connection, line) => connection == 1 && line == "." ? new HopAction.SendAndDrop("250 2.0.0 Ok\r\n") : null };
        await using var pool = Pool();
        await pool.Send(To(hop));

        for (var i = 0; i < 3; i++)
            (await pool.Send(To(hop))).Recipients[0].Reply.IsSuccess.ShouldBeTrue();

        hop.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task New_connection_that_dies_is_not_tried_again()
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("MAIL", new HopAction.Drop()) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Recipients[0].Reply.Code.ShouldBe(451);
        hop.Connections.ShouldBe(1);
    }

    [Fact]
    public async Task Kept_connection_that_dies_after_the_dot_is_not_tried_again()
    {
        var messages = 0;
        await using var hop = new FakeNextHop();
        hop.Script = (_, line) => line == "." && ++messages > 1 ? new HopAction.Drop() : null;
        await using var pool = Pool();
        await pool.Send(To(hop));

        (await pool.Send(To(hop))).Texts().ShouldBe([$"451 4.5.0 From MTA(smtp:{hop.Address}) during fwd-data-end (connection closed): id={LogId}"]);
        hop.Connections.ShouldBe(1);
        messages.ShouldBe(2);
    }

    [Fact]
    public async Task After_a_failed_transaction_RSET_comes_first_in_the_next_write()
    {
        var refused = false;
        await using var hop = new FakeNextHop();
        hop.Script = (_, line) =>
        {
            if (refused || !line.StartsWith("RCPT", StringComparison.Ordinal))
                return null;
            refused = true;
            return HopAction.Say("550 5.1.1 unknown");
        };
        await using var pool = Pool();

        await pool.Send(To(hop));
        (await pool.Send(To(hop))).Recipients[0].Reply.IsSuccess.ShouldBeTrue();

        hop.Connections.ShouldBe(1);
        hop.Reads.ShouldContain("RSET\r\nMAIL FROM:<sender@example.org>\r\nRCPT TO:<user1@example.com>\r\nDATA\r\n");
    }

    [Fact]
    public async Task Connection_idle_for_a_while_is_asked_first()
    {
        var (time, counters) = (new ManualTime(), new CounterSet());
        await using var hop = new FakeNextHop();
        // Nobody sweeps in between: only the clock of the cache moves.
        await using var pool = Pool(time: time, counters: counters);
        await pool.Send(To(hop));
        time.Advance(TimeSpan.FromSeconds(18));
        await pool.Send(To(hop));
        hop.Lines.ShouldNotContain(l => l.Line == "NOOP");

        time.Advance(TimeSpan.FromSeconds(19));
        await pool.Send(To(hop));

        hop.Lines.ShouldContain(l => l.Line == "NOOP");
        hop.Connections.ShouldBe(1);
        counters.Get("OutConnReuseRefreshed").ShouldBe(1);
    }

    [Fact]
    public async Task Connection_that_does_not_answer_NOOP_is_replaced()
    {
        var time = new ManualTime();
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("NOOP", HopAction.Say("421 4.4.2 bye")) };
        await using var pool = Pool(time: time);
        await pool.Send(To(hop));
        time.Advance(TimeSpan.FromSeconds(20));

        (await pool.Send(To(hop))).Recipients[0].Reply.IsSuccess.ShouldBeTrue();

        hop.Connections.ShouldBe(2);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(60)]
    public async Task Old_connection_is_closed_with_QUIT(int seconds)
    {
        var (time, counters) = (new ManualTime(), new CounterSet());
        await using var hop = new FakeNextHop();
        await using var pool = Pool(time: time, counters: counters);
        await pool.Send(To(hop));

        time.Advance(TimeSpan.FromSeconds(seconds));
        await pool.Send(To(hop));

        hop.Connections.ShouldBe(2);
        counters.Get("OutConnQuit").ShouldBe(1);
    }

    [Fact]
    public async Task Idle_connections_are_swept()
    {
        var time = new ManualTime();
        var quit = new TaskCompletionSource();
        await using var hop = new FakeNextHop();
        hop.Script = (_, line) =>
        {
            if (line == "QUIT")
                quit.TrySetResult();
            return null;
        };
        await using var pool = Pool(time: time);
        await pool.Send(To(hop));

        time.Advance(TimeSpan.FromSeconds(31));

        await quit.Task.WaitAsync(TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Deliveries_that_differ_in_name_or_source_do_not_share_a_connection()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop));
        await pool.Send(To(hop) with { HeloName = "other.example" });
        await pool.Send(To(hop) with { BindAddress = IPAddress.Loopback });
        await pool.Send(To(hop));

        hop.Connections.ShouldBe(3);
    }

    [Fact]
    public async Task Keeping_can_be_turned_off()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool(new SmtpClientOptions { KeepConnections = false });

        await pool.Send(To(hop));
        await pool.Send(To(hop));

        hop.Connections.ShouldBe(2);
    }

    [Fact]
    public async Task Many_messages_at_once_keep_no_more_than_the_limit()
    {
        var counters = new CounterSet();
        await using var hop = new FakeNextHop();
        await using (var pool = Pool(new SmtpClientOptions { MaxIdlePerTarget = 2 }, counters: counters))
        {
            var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => pool.Send(To(hop, $"user{i}@example.com"))));
            results.ShouldAllBe(r => r.Recipients[0].Reply.IsSuccess);
        }

        hop.Transactions.Count.ShouldBe(40);
        hop.Transactions.SelectMany(t => t.Rcpts).Distinct().Count().ShouldBe(40);
        counters.Get("OutConnQuit").ShouldBe(counters.Get("OutConnNew"));
    }
}
