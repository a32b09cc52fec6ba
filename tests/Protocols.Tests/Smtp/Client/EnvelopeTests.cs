using System.Net;
using Amavis.Core.Messages;
using Amavis.Protocols.Smtp.Client;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>What MAIL, RCPT and XFORWARD carry.</summary>
public sealed class EnvelopeTests
{
    internal static readonly ClientFacts Client = new()
    {
        Address = IPAddress.Parse("192.0.2.10"),
        Name = "mail.example.org",
        Port = 45678,
        Protocol = "ESMTP",
        Helo = "mail.example.org",
        Source = "REMOTE",
        QueueId = "4QABCD1234",
    };

    [Fact]
    public async Task All_parameters_go_to_a_next_hop_that_offers_all()
    {
        await using var hop = new FakeNextHop { Features = [.. FakeNextHop.AllFeatures, "AUTH PLAIN"] };
        await using var pool = Pool();
        var delivery = To(hop) with
        {
            Body = BodyType.SevenBit,
            DsnReturn = "HDRS",
            DsnEnvelopeId = "abc123",
            SmtpUtf8 = true,
            Submitter = "ann+40example.org",
            Recipients = [new SmtpDeliveryRecipient(Mailbox("user1@example.com"), DsnNotify.Success | DsnNotify.Failure, "rfc822;u+2Bx@example.com")],
        };

        var result = await pool.Send(delivery);

        result.Options.ShouldBe("RET=HDRS BODY=7BIT ENVID=abc123 SMTPUTF8 AUTH=ann+40example.org");
        hop.Transactions[0].Mail.ShouldBe("MAIL FROM:<sender@example.org> " + result.Options);
        hop.Transactions[0].Rcpts.ShouldBe(["RCPT TO:<user1@example.com> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;u+2Bx@example.com"]);
        result.Recipients[0].DsnPassedOn.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Without_the_offer_or_the_wish_no_DSN_parameter_is_sent(bool offered, bool propagate)
    {
        await using var hop = new FakeNextHop { Features = offered ? FakeNextHop.AllFeatures : ["PIPELINING"] };
        await using var pool = Pool();
        var delivery = To(hop) with
        {
            PropagateDsn = propagate,
            DsnReturn = "FULL",
            DsnEnvelopeId = "e",
            Recipients = [new SmtpDeliveryRecipient(Mailbox("u@example.com"), DsnNotify.Never, "rfc822;u@example.com")],
        };

        var result = await pool.Send(delivery);

        hop.Transactions[0].Mail.ShouldBe("MAIL FROM:<sender@example.org>");
        hop.Transactions[0].Rcpts.ShouldBe(["RCPT TO:<u@example.com>"]);
        result.Recipients[0].DsnPassedOn.ShouldBeFalse();
    }

    [Fact]
    public async Task Parameters_that_are_not_one_printable_word_are_left_out()
    {
        await using var hop = new FakeNextHop { Features = [.. FakeNextHop.AllFeatures, "AUTH=LOGIN"] };
        await using var pool = Pool();

        await pool.Send(To(hop) with { DsnEnvelopeId = "a b", Submitter = "x\r\nRSET", DsnReturn = "EVIL" });

        hop.Transactions[0].Mail.ShouldBe("MAIL FROM:<sender@example.org>");
    }

    [Fact]
    public async Task Null_sender_is_an_empty_path()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop) with { Sender = Core.Addresses.MailAddress.Null });

        hop.Transactions[0].Mail.ShouldBe("MAIL FROM:<>");
    }

    [Theory]
    [InlineData(BodyType.EightBitMime, true, false, "550 5.6.3 Conversion to 7BIT required but not supported")]
    [InlineData(BodyType.EightBitMime, false, false, null)]
    [InlineData(BodyType.EightBitMime, true, true, null)]
    [InlineData(BodyType.Unspecified, true, false, null)]
    public async Task Eight_bit_mail_needs_8BITMIME_only_where_it_was_promised(BodyType body, bool eightBit, bool offered, string? refusal)
    {
        await using var hop = new FakeNextHop { Features = offered ? ["PIPELINING", "8BITMIME"] : ["PIPELINING"] };
        await using var pool = Pool();

        var result = await pool.Send(To(hop) with { Body = body, Message = FaultMatrixTests.Text(eightBit ? "\u00e9\r\n" : "e\r\n") });

        if (refusal is null)
            result.Recipients[0].Reply.IsSuccess.ShouldBeTrue();
        else
            result.Texts().ShouldBe([refusal]);
        hop.Transactions.Count.ShouldBe(refusal is null ? 1 : 0);
    }

    [Fact]
    public async Task Domain_in_Unicode_becomes_ASCII_for_a_next_hop_without_SMTPUTF8()
    {
        await using var hop = new FakeNextHop { Features = ["PIPELINING"] };
        await using var pool = Pool();

        await pool.Send(To(hop, "u@bücher.example") with { SmtpUtf8 = true });

        hop.Transactions[0].Rcpts.ShouldBe(["RCPT TO:<u@xn--bcher-kva.example>"]);
        hop.Transactions[0].Mail.ShouldBe("MAIL FROM:<sender@example.org>");
    }

    [Fact]
    public async Task Local_part_in_Unicode_is_refused_without_SMTPUTF8_and_the_others_are_served()
    {
        await using var hop = new FakeNextHop { Features = ["PIPELINING"] };
        await using var pool = Pool();

        var result = await pool.Send(To(hop, "jürgen@example.com", "u@example.com"));

        result.Texts()[0].ShouldStartWith("553 5.6.7 ");
        result.Texts()[1].ShouldStartWith("250 2.0.0 from MTA(");
        (await pool.Send(To(hop) with { Sender = Mailbox("jürgen@example.org") })).Texts()[0].ShouldStartWith("550 5.6.7 ");
        (await pool.Send(To(hop) with { SmtpUtf8 = true, HeaderIsUtf8 = true })).Texts()[0].ShouldStartWith("550 5.6.7 ");
        hop.Transactions.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Unicode_address_goes_as_UTF_8_where_it_is_offered()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop, "jürgen@example.com"));

        hop.Transactions[0].Mail.ShouldBe("MAIL FROM:<sender@example.org> SMTPUTF8");
        hop.Transactions[0].Rcpts.ShouldBe(["RCPT TO:<jÃ¼rgen@example.com>"]);
    }

    [Fact]
    public async Task Original_client_is_told_in_the_fixed_order()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop) with { Client = Client });

        hop.Transactions[0].Commands.ShouldContain(
            "XFORWARD ADDR=192.0.2.10 NAME=mail.example.org PORT=45678 PROTO=ESMTP HELO=mail.example.org SOURCE=REMOTE IDENT=4QABCD1234");
    }

    [Fact]
    public async Task Only_announced_attributes_are_sent_and_odd_characters_are_made_harmless()
    {
        await using var hop = new FakeNextHop { Features = ["PIPELINING", "XFORWARD ADDR HELO IDENT"] };
        await using var pool = Pool();

        await pool.Send(To(hop) with
        {
            Client = new ClientFacts { Address = IPAddress.Parse("2001:db8::1"), Name = "n", Helo = "a b<c>(d)\\\";@\r\n+=é", QueueId = "" },
        });

        hop.Transactions[0].Commands.ShouldContain("XFORWARD ADDR=IPv6:2001:db8::1 HELO=a?b?c??d???????+2B+3D?");
    }

    [Fact]
    public async Task Long_values_are_cut_and_spread_over_several_commands()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();
        var facts = Client with { Name = new string('+', 400), Helo = new string('h', 400), QueueId = new string('q', 400) };

        await pool.Send(To(hop) with { Client = facts });

        var commands = hop.Transactions[0].Commands.Where(c => c.StartsWith("XFORWARD ", StringComparison.Ordinal)).ToList();
        commands.Count.ShouldBe(3);
        commands.ShouldAllBe(c => c.Length <= 510);
        string.Join(' ', commands).Split(' ').ShouldContain("NAME=" + string.Concat(Enumerable.Repeat("+2B", 85)));
        string.Join(' ', commands).Split(' ').ShouldContain("IDENT=" + new string('q', 255));
    }

    [Fact]
    public async Task Mail_made_here_brings_no_client_and_hides_the_one_before()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop));
        await pool.Send(To(hop) with { Client = Client with { Helo = null } });
        await pool.Send(To(hop));

        hop.Connections.ShouldBe(1);
        hop.Transactions[0].Commands.ShouldNotContain(c => c.StartsWith("XFORWARD", StringComparison.Ordinal));
        hop.Transactions[2].Commands[0].ShouldBe(
            "XFORWARD ADDR=[UNAVAILABLE] NAME=[UNAVAILABLE] PORT=[UNAVAILABLE] PROTO=[UNAVAILABLE] SOURCE=[UNAVAILABLE] IDENT=[UNAVAILABLE]");
    }

    [Fact]
    public async Task Refused_XFORWARD_does_no_harm_and_is_remarked()
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("XFORWARD", HopAction.Say("550 5.7.0 not you")) };
        await using var pool = Pool();

        var result = await pool.Send(To(hop) with { Client = Client });

        result.Recipients[0].Reply.IsSuccess.ShouldBeTrue();
        result.Remarks.ShouldBe([$"XFORWARD refused by smtp:{hop.Address}: 550 5.7.0 not you"]);
    }

    [Fact]
    public async Task Old_server_is_greeted_with_HELO()
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("EHLO", HopAction.Say("502 what?")) };
        await using var pool = Pool();

        var result = await pool.Send(To(hop) with { Body = BodyType.SevenBit, Client = Client, HeloName = "filter.example.net" });

        result.Recipients[0].Reply.IsSuccess.ShouldBeTrue();
        hop.Transactions[0].Commands.ShouldBe(
            ["EHLO filter.example.net", "HELO filter.example.net", "MAIL FROM:<sender@example.org>", "RCPT TO:<user1@example.com>", "DATA"]);
    }
}
