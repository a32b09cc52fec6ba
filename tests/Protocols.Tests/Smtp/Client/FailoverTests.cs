using System.Net;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Client;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>Several targets of one method.</summary>
public sealed class FailoverTests
{
    [Fact]
    public async Task Dead_target_is_passed_over_and_then_left_alone()
    {
        var gone = await GoneAsync();
        await using var hop = new FakeNextHop();
        await using var pool = Pool(time: new ManualTime());
        var delivery = To(hop) with { Method = DeliveryMethod.Parse(gone, Target(hop)) };

        var remarks = 0;
        for (var i = 0; i < 30; i++)
        {
            var result = await pool.Send(delivery);
            result.Recipients[0].Reply.IsSuccess.ShouldBeTrue();
            remarks += result.Remarks.Count;
        }

        remarks.ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public async Task Target_that_failed_gets_another_chance_later()
    {
        var time = new ManualTime();
        var refusing = true;
        await using var first = new FakeNextHop();
        first.Script = (_, line) => line == "" && refusing ? HopAction.Say("421 4.3.2 busy") : null;
        await using var second = new FakeNextHop();
        await using var pool = Pool(time: time);
        var delivery = To(first) with { Method = DeliveryMethod.Parse(Target(first), Target(second)) };
        for (var i = 0; i < 40; i++)
            await pool.Send(delivery);
        first.Transactions.ShouldBeEmpty();

        refusing = false;
        time.Advance(TimeSpan.FromSeconds(61));
        for (var i = 0; i < 80; i++)
            await pool.Send(delivery);

        first.Transactions.ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Load_is_shared_among_good_targets()
    {
        await using var first = new FakeNextHop();
        await using var second = new FakeNextHop();
        await using var pool = Pool();
        var delivery = To(first) with { Method = DeliveryMethod.Parse(Target(first), Target(second)) };

        for (var i = 0; i < 60; i++)
            await pool.Send(delivery);

        first.Transactions.Count.ShouldBeInRange(5, 55);
        second.Transactions.Count.ShouldBe(60 - first.Transactions.Count);
    }

    [Fact]
    public async Task All_targets_down_are_all_named()
    {
        var (first, second) = (await GoneAsync(), "smtp:/nonexistent/socket");
        await using var pool = Pool();

        var text = (await pool.Send(To(first) with { Method = DeliveryMethod.Parse(first, second) })).Texts()[0];

        text.ShouldStartWith("451 4.5.0 From MTA() during fwd-connect (All attempts (2) failed connecting to ");
        text.ShouldContain(first);
        text.ShouldContain(second);
    }

    [Fact]
    public async Task Refused_greeting_is_quoted_when_no_other_target_is_left()
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("", HopAction.Say("554 5.3.2 no service")) };
        await using var pool = Pool();

        var result = await pool.Send(To(hop));

        result.Texts().ShouldBe([$"451 4.5.0 From MTA(smtp:{hop.Address}) during fwd-greeting (554 5.3.2 no service): id={LogId}"]);
        result.Recipients[0].RemoteReply.ShouldBe("554 5.3.2 no service");
    }

    [Fact]
    public async Task Star_stands_for_the_peer_and_the_next_port()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        var result = await pool.Send(To("smtp:*:*") with { PeerAddress = IPAddress.Loopback, ReceivingPort = hop.Port - 1 });

        result.Texts().ShouldBe([$"250 2.0.0 from MTA(smtp:{hop.Address}): 250 2.0.0 Ok: queued as X"]);
    }

    [Fact]
    public async Task Star_without_a_peer_is_a_failure()
    {
        await using var pool = Pool();

        (await pool.Send(To("smtp:*:*"))).Texts().ShouldBe(
            [$"451 4.5.0 From MTA() during fwd-connect (All attempts (1) failed connecting to smtp:*:*): id={LogId}"]);
    }

    [Fact]
    public async Task Host_name_is_resolved_and_the_address_in_use_named()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        (await pool.Send(To($"smtp:localhost:{hop.Port}"))).Texts()[0].ShouldStartWith($"250 2.0.0 from MTA(smtp:[127.0.0.1]:{hop.Port}): ");
    }

    private static async Task<string> GoneAsync()
    {
        await using var hop = new FakeNextHop();
        return Target(hop);
    }
}
