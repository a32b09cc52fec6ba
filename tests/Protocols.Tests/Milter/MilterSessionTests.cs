using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Milter.Server;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Milter;

/// <summary>Sessions as Postfix and Sendmail hold them.</summary>
public sealed class MilterSessionTests
{
    [Fact]
    public void Options_say_what_we_change_and_which_answers_are_spared()
    {
        using var mta = new MilterHarness();

        mta.Send(MilterCodecTests.Packet('O', MilterHarness.OptionPayload(6, MilterHarness.AllActions, MilterHarness.AllSteps)));

        // Actions: all but recipients with parameters. Steps: no unknown commands, no answer to CONNECT, HELO, DATA, header; skip; leading blanks.
        mta.Replies().ShouldStartWith("O|||\u0006||\u0001\u007f|\u0017\u0035\u0080||||j _ v {daemon_name}");
    }

    [Fact]
    public void Old_MTA_gets_an_answer_to_every_packet()
    {
        using var mta = new MilterHarness();

        mta.Negotiate(2, 0x1f, 0x7f);

        mta.Ask('C', "h|U").ShouldBe("c");
        mta.Ask('H', "x|").ShouldBe("c");
        mta.Ask('M', "<a@example.org>|").ShouldBe("c");
        mta.Ask('R', "<b@example.com>|").ShouldBe("c");
        mta.Ask('L', "Subject|hi|").ShouldBe("c");
        mta.Ask('N').ShouldBe("c");
        mta.Ask('B', "x\r\n").ShouldBe("c");
        mta.Ask('U', "FOO|").ShouldBe("c");
        mta.Ask('T').ShouldBe("c");
        mta.Ask('E').ShouldBe("c");
        mta.Processor.Messages.Single().Text.ShouldBe("Subject: hi\r\n\r\nx\r\n");
    }

    [Fact]
    public void Message_is_put_together_as_the_MTA_has_it_with_its_own_hop_on_top()
    {
        using var mta = new MilterHarness().Envelope("user1@example.com", "user2@example.com");

        mta.Send('L', "Subject| folded\n\tsubject|");
        mta.Send('L', "X-Empty||");
        mta.Send('L', "X-No-Blank|tight|");
        mta.Send(MilterCodecTests.Packet('L', [.. "X-Octets\0 "u8, 0xe9, 0, .. ""u8]));
        mta.Send('N');
        mta.Ask('B', "one\r\n.two\r").ShouldBe("c");
        mta.Ask('E', "\nthree").ShouldBe("c");

        var taken = mta.Processor.Messages.Single();
        taken.Text.ShouldBe(
            "Received: from mail.example.org (mail.example.org [192.0.2.10])\r\n\tby mx.example.com with ESMTP id 4QABCD;\r\n\tSun, 22 Nov 2026 12:00:00 +0000\r\n"
            + "Subject: folded\r\n\tsubject\r\nX-Empty:\r\nX-No-Blank:tight\r\nX-Octets: \u00e9\r\n\r\none\r\n.two\r\nthree\r\n");
        var message = taken.Message;
        message.Envelope.Sender.Smtp.ShouldBe("ann@example.org");
        message.Envelope.Recipients.Select(r => r.Address.Smtp).ShouldBe(["user1@example.com", "user2@example.com"]);
        message.Client.ShouldBe(new ClientFacts
        {
            Address = IPAddress.Parse("192.0.2.10"),
            Port = 45678,
            Name = "mail.example.org",
            Helo = "mail.example.org",
            Protocol = "ESMTP",
            QueueId = "4QABCD",
        });
        (message.LogId, message.Care, message.Connection.Protocol, message.Connection.RepliesPerRecipient)
            .ShouldBe(("00421-07", DeliveryCare.ClientsWithoutMethod, "MILTER", false));
        message.Spool.Facts.ShouldSatisfyAllConditions(f => f.EightBit.ShouldBeTrue(), f => f.LeadingDots.ShouldBeTrue(), f => f.BareLf.ShouldBe(0));
        mta.Spools.Open.ShouldBe(0);
    }

    [Fact]
    public void Message_does_not_depend_on_how_its_octets_come()
    {
        byte[] all =
        [
            .. MilterCodecTests.Packet('O', MilterHarness.OptionPayload(6, MilterHarness.AllActions, MilterHarness.AllSteps)),
            .. MilterCodecTests.Packet('C', "h\0U"u8), .. MilterCodecTests.Packet('M', "<a@example.org>\0"u8),
            .. MilterCodecTests.Packet('R', "<b@example.com>\0"u8), .. MilterCodecTests.Packet('L', "Subject\0 hi\0"u8), .. MilterCodecTests.Packet('N', []),
            .. MilterCodecTests.Packet('B', "a\r\nb\r"u8), .. MilterCodecTests.Packet('B', "\nc\nd\r\r\n"u8), .. MilterCodecTests.Packet('E', "e"u8), .. MilterCodecTests.Packet('Q', []),
        ];
        foreach (var size in (int[])[int.MaxValue, 7, 1])
        {
            using var mta = new MilterHarness();
            foreach (var piece in all.Chunk(size))
                mta.Send(piece);

            mta.Session.IsCompleted.ShouldBeTrue();
            mta.Processor.Messages.Single().Text.ShouldBe("Subject: hi\r\n\r\na\r\nb\r\nc\r\nd\r\ne\r\n");
            mta.Processor.Messages.Single().Message.Spool.Facts.ShouldSatisfyAllConditions(f => f.BareLf.ShouldBe(1), f => f.BareCr.ShouldBe(1));
            mta.Replies().ShouldEndWith(" c c c c c");
        }
    }

    [Fact]
    public void Header_alone_and_nothing_at_all_are_messages()
    {
        using var mta = new MilterHarness().Envelope();
        mta.Send('L', "Subject| hi|");
        mta.Send('N');
        mta.Ask('E').ShouldBe("c");
        mta.Transaction();
        mta.Ask('E').ShouldBe("c");

        mta.Processor.Messages[0].Text.ShouldEndWith("\r\nSubject: hi\r\n\r\n");
        mta.Processor.Messages[1].Text.ShouldEndWith(" +0000\r\n\r\n");
        mta.Processor.Messages[1].Message.LogId.ShouldBe("00421-07-2");
    }

    [Fact]
    public void Parameters_of_the_envelope_are_read_and_unknown_ones_passed_over()
    {
        using var mta = new MilterHarness().Negotiate().Connect();
        mta.Ask('M', "<ann@example.org>|SIZE=1000|BODY=8BITMIME|RET=hdrs|ENVID=x+2B|SMTPUTF8|AUTH=<>|FOO=bar|BAD=a\r\nb|").ShouldBe("c");
        mta.Ask('R', "user1@example.com|NOTIFY=SUCCESS,FAILURE|ORCPT=rfc822;u@example.com|").ShouldBe("c");
        mta.Ask('R', "<user2@example.com>|NOTIFY=NEVER,SUCCESS|").ShouldBe("c");
        mta.Send(MilterCodecTests.Packet('L', "Subject\0 caf\u00e9\0"u8));
        mta.Ask('E').ShouldBe("c");

        var envelope = mta.Processor.Messages.Single().Message.Envelope;
        (envelope.Body, envelope.DsnReturn, envelope.DsnEnvelopeId, envelope.SmtpUtf8, envelope.Submitter).ShouldBe((BodyType.EightBitMime, "HDRS", "x+2B", true, "<>"));
        envelope.Recipients.ShouldBe(
        [
            new(MailAddress.FromUnquoted("user1@example.com"), 1, DsnNotify.Success | DsnNotify.Failure, "rfc822;u@example.com"),
            new(MailAddress.FromUnquoted("user2@example.com"), 2),
        ]);
    }

    [Theory]
    [InlineData("mail.example.org", "192.0.2.10", "mail.example.org", "192.0.2.10")]
    [InlineData("[192.0.2.10]", "192.0.2.10", null, "192.0.2.10")]
    [InlineData("unknown", "IPv6:2001:db8::1", null, "2001:db8::1")]
    [InlineData("h", "::ffff:192.0.2.10", "h", "192.0.2.10")]
    [InlineData("h", "no address", "h", null)]
    public void Client_is_known_as_the_MTA_knows_it(string name, string address, string? expectedName, string? expectedAddress)
    {
        using var mta = new MilterHarness().Negotiate().Connect(name, address).Transaction();
        mta.Finish();

        var client = mta.Processor.Messages.Single().Message.Client;
        (client.Name, client.Address?.ToString()).ShouldBe((expectedName, expectedAddress));
        mta.Processor.Messages.Single().Text.StartsWith("Received: ", StringComparison.Ordinal).ShouldBe(expectedAddress is not null);
    }

    [Theory]
    [InlineData("", "ESMTP")]
    [InlineData("{tls_version}|TLSv1.3|", "ESMTPS")]
    [InlineData("{auth_type}|PLAIN|{tls_version}|TLSv1.3|", "ESMTPSA")]
    [InlineData("{auth_type}|PLAIN|", "ESMTPA")]
    [InlineData("r|SMTP|", "SMTP")]
    [InlineData("r|BSMTP|{auth_type}|PLAIN|", "BSMTP")]
    public void Protocol_of_the_client_follows_from_the_macros(string macros, string protocol)
    {
        using var mta = new MilterHarness().Negotiate().Connect(macros: macros).Transaction();
        mta.Finish();

        mta.Processor.Messages.Single().Message.Client.Protocol.ShouldBe(protocol);
    }

    [Fact]
    public void Banks_follow_from_client_daemon_name_and_authentication()
    {
        var banks = ((string[])["NEAR", "smtpd", "TLS", "SMTP_AUTH", "SMTP_AUTH_PLAIN", "SMTP_AUTH_PLAIN_256", "MYUSERS"])
            .ToDictionary(n => n, n => new PolicyBank(n, s => n == "SMTP_AUTH" ? s with { Originating = true } : s));
        using var mta = new MilterHarness(PolicyState.Base(new Settings
        {
            PolicyBanks = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(banks),
            ClientIpaddrPolicyOrNull = [(IpNetworks.Parse("192.0.2.0/24"), ["NEAR"])],
            LocalDomainsMaps = new LookupMaps([new AclTable(["example.org"])]),
        }));
        mta.Negotiate().Connect(macros: "{daemon_name}|smtpd|{tls_version}|TLSv1.3|");
        mta.Send('D', "M{auth_type}|PLAIN|{auth_ssf}|256|{auth_authen}|ann|");
        mta.Ask('M', "<ann@example.org>|").ShouldBe("c");
        mta.Ask('R', "<b@example.com>|").ShouldBe("c");
        mta.Finish();

        mta.Processor.Messages.Single().Message.Policy.Path.ShouldBe("NEAR/smtpd/TLS/SMTP_AUTH/SMTP_AUTH_PLAIN/SMTP_AUTH_PLAIN_256/MYUSERS");
    }

    [Fact]
    public void Macros_of_one_message_are_not_those_of_the_next()
    {
        using var mta = new MilterHarness().Envelope();
        mta.Send('D', "E" + "i|FIRST|");
        mta.Finish();
        mta.Send('D', "Mi|SECOND|");
        mta.Ask('M', "<ann@example.org>|").ShouldBe("c");
        mta.Ask('R', "<b@example.com>|").ShouldBe("c");
        mta.Finish();
        mta.Send('D', "Ri|THIRD|");
        mta.Send('A');
        mta.Ask('M', "<ann@example.org>|").ShouldBe("c");
        mta.Ask('R', "<b@example.com>|").ShouldBe("c");
        mta.Finish();

        mta.Processor.Messages.Select(m => m.Message.Client.QueueId).ShouldBe(["FIRST", "SECOND", null]);
    }

    [Fact]
    public void Next_client_on_the_same_connection_is_another_one()
    {
        using var mta = new MilterHarness().Envelope();
        mta.Finish();
        mta.Ask('K').ShouldBe("");
        mta.Ask('C', "h|U").ShouldBe("");
        mta.Transaction();
        mta.Finish();

        mta.Processor.Messages[1].Message.Client.ShouldSatisfyAllConditions(c => c.Address.ShouldBeNull(), c => c.Helo.ShouldBeNull(), c => c.Source.ShouldBe("LOCAL"));
    }

    [Fact]
    public void Limits_are_told_where_they_are_exceeded()
    {
        using var mta = new MilterHarness(new Settings
        {
            SmtpdMessageSizeLimit = 100_000,
            SmtpdRecipientLimit = 2,
            MessageSizeLimitMaps = new LookupMaps([new HashTable([KeyValuePair.Create("small@example.com", (LookupValue?)new LookupValue("65536"))])]),
        });
        mta.Negotiate().Connect();

        mta.Ask('M', "<a@example.org>|SIZE=100001|").ShouldBe("y552 5.3.4 Declared message size (100001 B) exceeds size limit|");
        mta.Ask('M', "a b<|").ShouldBe("y501 5.1.7 Bad sender address syntax|");
        mta.Ask('M', "<a@example.org>|SIZE=70000|").ShouldBe("c");
        mta.Ask('R', "<small@example.com>|").ShouldBe("y552 5.3.4 Declared message size (70000 B) exceeds size limit for recipient <small@example.com>|");
        mta.Ask('R', "<>|").ShouldBe("y501 5.1.3 Bad recipient address syntax|");
        mta.Ask('R', "<b@example.com>|").ShouldBe("y452 4.5.3 Too many recipients|");
    }

    [Fact]
    public void Body_that_is_too_large_is_skipped_and_refused()
    {
        using var mta = new MilterHarness(new Settings { SmtpdMessageSizeLimit = 100_000 }).Envelope();
        mta.Send('N');
        var piece = new string('x', 65533) + "\r\n";

        mta.Ask('B', piece).ShouldBe("c");
        mta.Ask('B', piece).ShouldBe("s");
        mta.Ask('E').ShouldMatch(@"^y552 5\.3\.4 Message size \(131\d+ B\) exceeds size limit\|$");
        mta.Processor.Messages.ShouldBeEmpty();
        mta.Spools.Open.ShouldBe(0);
        mta.Transaction().Finish().ShouldBe("c");
    }

    [Fact]
    public void Without_skip_the_rest_is_taken_and_dropped()
    {
        using var mta = new MilterHarness(new Settings { SmtpdMessageSizeLimit = 100_000 });
        mta.Negotiate(steps: 0).Ask('M', "<a@example.org>|").ShouldBe("c");
        mta.Ask('R', "<b@example.com>|");
        for (var i = 0; i < 4; i++)
            mta.Ask('B', new string('x', 65535)).ShouldBe("c");

        mta.Ask('E').ShouldStartWith("y552 5.3.4 ");
    }

    [Fact]
    public void Lone_line_ends_are_refused_where_that_is_configured()
    {
        using var mta = new MilterHarness(new Settings { SmtpdBareLineEnds = BareLineEnds.Reject }).Envelope();
        mta.Send('L', "Subject| folded\n with LF, as milters have it|");
        mta.Ask('B', "a\nb\r\n").ShouldBe("s");
        mta.Ask('E').ShouldStartWith("y550 5.6.11 ");
    }

    [Fact]
    public void Full_disk_is_a_temporary_failure()
    {
        using var mta = new MilterHarness { Spools = { FullAt = 400 } }.Envelope();
        mta.Send('N');
        mta.Ask('B', new string('x', 1000)).ShouldBe("s");
        mta.Ask('E').ShouldBe("y452 4.3.1 Insufficient system storage|");

        using var other = new MilterHarness { Spools = { FullAtOnce = true } }.Envelope();
        other.Ask('L', "Subject| x|").ShouldBe("y452 4.3.1 Insufficient system storage|");
        other.Session.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void While_a_message_is_checked_the_MTA_hears_that_work_goes_on()
    {
        var work = new TaskCompletionSource<MessageReplies>();
        using var mta = new MilterHarness { Processor = { Answer = (_, _) => work.Task } }.Envelope();
        mta.Finish().ShouldBe("");

        mta.Clock.Advance(MilterLimits.Progress);
        mta.Replies().ShouldBe("p");
        mta.Clock.Advance(MilterLimits.Progress * 2);
        mta.Replies().ShouldBe("p p");
        work.SetResult(new MessageReplies(new SmtpReply(250, "2.5.0 Ok"), []) { HandedBack = new HandedBack { Verdict = ClientVerdict.Continue } });
        var answer = "";
        SpinWait.SpinUntil(() => (answer += mta.Replies()).Length > 0, TimeSpan.FromSeconds(10)).ShouldBeTrue();
        answer.ShouldBe("c");
    }

    [Fact]
    public void Fault_of_the_processor_is_a_temporary_failure()
    {
        using var mta = new MilterHarness { Processor = { Answer = (_, _) => throw new InvalidOperationException("broken") } }.Envelope();

        mta.Finish().ShouldBe("y451 4.5.0 Error in processing, id=00421-07|");
        mta.Log.Lines.ShouldContain(l => l.StartsWith("-2 00421-07 MILTER: TROUBLE in processing", StringComparison.Ordinal));
        mta.Transaction().Finish().ShouldStartWith("y451");
    }

    [Fact]
    public void Stop_ends_a_session_between_messages_at_once_and_another_after_its_message()
    {
        using var idle = new MilterHarness().Negotiate().Connect();
        idle.Stop();
        idle.Session.IsCompleted.ShouldBeTrue();

        using var busy = new MilterHarness().Envelope();
        busy.Stop();
        busy.Session.IsCompleted.ShouldBeFalse();
        busy.Finish().ShouldBe("c");
        busy.Session.IsCompleted.ShouldBeTrue();

        using var silent = new MilterHarness().Envelope();
        silent.Stop();
        silent.Clock.Advance(TimeSpan.FromSeconds(11));
        silent.Session.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Processing_that_is_given_up_tempfails()
    {
        using var mta = new MilterHarness { Processor = { Answer = (_, token) => Task.FromCanceled<MessageReplies>(token) } }.Envelope();
        mta.StopProcessing();

        mta.Finish().ShouldBe("y421 4.3.2 Service shutting down|");
        mta.Session.IsCompleted.ShouldBeTrue();
    }

    [Fact]
    public void Silent_MTA_is_let_go_after_two_hours_and_no_sooner()
    {
        using var mta = new MilterHarness().Envelope();
        mta.Clock.Advance(TimeSpan.FromHours(2));
        mta.Session.IsCompleted.ShouldBeFalse();
        mta.Clock.Advance(TimeSpan.FromMinutes(1));
        mta.Session.IsCompleted.ShouldBeTrue();
        mta.Processor.Messages.ShouldBeEmpty();
    }

    [Fact]
    public void Message_without_its_end_is_not_processed()
    {
        using var mta = new MilterHarness().Envelope();
        mta.Send('L', "Subject| x|");
        mta.Ask('B', "half a mess");
        mta.Vanish();

        mta.Session.IsCompleted.ShouldBeTrue();
        mta.Processor.Messages.ShouldBeEmpty();
        mta.Spools.Open.ShouldBe(0);
    }

    [Fact]
    public void Any_octets_end_or_go_on_without_a_fault_of_ours()
    {
        var random = new Random(7);
        const string commands = "ABCDEHLMNOQKRTU?";
        for (var round = 0; round < 400; round++)
        {
            using var mta = new MilterHarness();
            if (round % 4 != 0)
                mta.Negotiate((uint)random.Next(2, 8), (uint)random.Next(), (uint)random.Next());
            for (var i = 0; i < 12 && !mta.Session.IsCompleted; i++)
            {
                var payload = new byte[random.Next(40)];
                random.NextBytes(payload);
                mta.Send(MilterCodecTests.Packet(commands[random.Next(commands.Length)], payload));
            }
            mta.Vanish();
            mta.Session.IsCompletedSuccessfully.ShouldBeTrue();
            mta.Spools.Open.ShouldBe(0);
            mta.Log.Lines.ShouldNotContain(l => l.Contains("TROUBLE in a session", StringComparison.Ordinal));
        }
    }
}
