using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>What a processor is given, and what becomes of its answer.</summary>
public class ReceivedMessageTests
{
    [Fact]
    public void Envelope_says_what_MAIL_and_RCPT_said()
    {
        var message = Take("EHLO mta.example.net",
            "MAIL FROM:<a@example.org> RET=hdrs ENVID=QQ+3D1 BODY=8BITMIME AUTH=b+40example.org",
            "RCPT TO:<b@example.com> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;B+2Bc@example.com",
            "RCPT TO:<\"c d\"@example.com>");
        var envelope = message.Envelope;
        envelope.Sender.ShouldBe(new MailAddress("a", "example.org"));
        (envelope.DsnReturn, envelope.DsnEnvelopeId, envelope.Submitter).ShouldBe(("HDRS", "QQ+3D1", "<>"));
        envelope.Recipients.ShouldBe(
        [
            new EnvelopeRecipient(new MailAddress("b", "example.com"), 1, DsnNotify.Success | DsnNotify.Delay, "rfc822;B+2Bc@example.com"),
            new EnvelopeRecipient(new MailAddress("c d", "example.com"), 2),
        ]);
        message.Connection.Helo.ShouldBe("mta.example.net");
        message.Client.ShouldBe(ClientFacts.Unknown);
        message.LogId.ShouldBe("00421-07");
    }

    [Theory]
    [InlineData("<\"b\"@example.com>", "rfc822;\"b\"@example.com")]
    [InlineData("<@r.example:b+c=d@example.com>", "rfc822;@r.example:b+2Bc+3Dd@example.com")]
    [InlineData("<\"bä\"@example.com>", "utf-8;\"b\\x{E4}\"@example.com")]
    [InlineData("<b@example.com>", null)]
    public void Address_written_in_another_way_becomes_the_original_recipient(string typed, string? original) =>
        Take("EHLO x", "MAIL FROM:<>", "RCPT TO:" + typed).Envelope.Recipients[0].OriginalRecipient.ShouldBe(original);

    [Theory]
    [InlineData("", "plain", BodyType.SevenBit)]
    [InlineData(" BODY=8BITMIME", "plain", BodyType.SevenBit)]
    [InlineData("", "ä", BodyType.Unspecified)]
    [InlineData(" BODY=7BIT", "ä", BodyType.SevenBit)]
    [InlineData(" BODY=8BITMIME", "ä", BodyType.EightBitMime)]
    public void Body_that_is_all_ASCII_is_called_7BIT(string parameter, string body, BodyType expected)
    {
        using var session = new SessionHarness().Start();
        session.Send($"EHLO x\r\nMAIL FROM:<>{parameter}\r\nRCPT TO:<b@example.com>\r\nDATA\r\n{body}\r\n.\r\n");
        session.Processor.Messages.ShouldHaveSingleItem().Message.Envelope.Body.ShouldBe(expected);
    }

    [Theory]
    [InlineData(null, "", "SMTP")]
    [InlineData("HELO x", "", "SMTP")]
    [InlineData("EHLO x", "", "ESMTP")]
    [InlineData("LHLO x", "", "LMTP")]
    [InlineData("EHLO x", " SMTPUTF8", "UTF8SMTP")]
    [InlineData("LHLO x", " SMTPUTF8", "UTF8LMTP")]
    public void Protocol_is_named_as_Received_has_it(string? hello, string parameter, string name)
    {
        var message = Take(hello ?? "NOOP", "MAIL FROM:<>" + parameter, "RCPT TO:<b@example.com>");
        message.Connection.Protocol.ShouldBe(name);
        message.Connection.RepliesPerRecipient.ShouldBe(name.EndsWith("LMTP", StringComparison.Ordinal));
        message.Envelope.SmtpUtf8.ShouldBe(parameter.Length > 0);
    }

    [Fact]
    public void Encrypted_session_has_an_S_in_its_protocol()
    {
        using var session = new SessionHarness();
        session.Context = session.Context with { Connection = session.Context.Connection with { TlsCipher = "TLS_AES_256_GCM_SHA384" } };
        session.BeginData();
        session.Send(".\r\n");
        session.Processor.Messages[0].Message.Connection.Protocol.ShouldBe("ESMTPS");
    }

    [Fact]
    public void XFORWARD_adds_up_and_says_who_the_client_was()
    {
        Take("XFORWARD NAME=mail.example.org ADDR=192.0.2.10 PORT=45678",
            "XFORWARD PROTO=ESMTP HELO=a+20b IDENT=4QABCD1234 SOURCE=remote",
            "MAIL FROM:<>", "RCPT TO:<b@example.com>").Client.ShouldBe(new ClientFacts
            {
                Name = "mail.example.org",
                Address = IPAddress.Parse("192.0.2.10"),
                Port = 45678,
                Protocol = "ESMTP",
                Helo = "a b",
                QueueId = "4QABCD1234",
                Source = "REMOTE",
            });
    }

    [Theory]
    [InlineData("NAME=[unavailable] ADDR=[UNAVAILABLE] PORT=[Unavailable]")]
    [InlineData("PORT=70000 ADDR=unknown NAME=a+0Db IDENT=+00 HELO=+7F")]
    [InlineData("PORT=-1 ADDR=1.2.3")]
    public void XFORWARD_value_that_can_not_be_is_unknown(string attributes) =>
        Take("XFORWARD " + attributes, "MAIL FROM:<>", "RCPT TO:<b@example.com>").Client.ShouldBe(ClientFacts.Unknown);

    [Fact]
    public void XFORWARD_takes_IPv6()
    {
        Take("XFORWARD ADDR=IPv6:2001:db8::1", "MAIL FROM:<>", "RCPT TO:<b@example.com>")
            .Client.Address.ShouldBe(IPAddress.Parse("2001:db8::1"));
    }

    [Fact]
    public void XFORWARD_value_of_more_than_255_characters_is_refused()
    {
        using var session = new SessionHarness().Start();
        session.Ask("XFORWARD NAME=" + new string('x', 255)).ShouldEndWith("250 2.5.0 Ok XFORWARD\r\n");
        session.Ask("XFORWARD NAME=" + new string('x', 256)).ShouldBe("501 5.5.4 Syntax error in XFORWARD parameters\r\n");
    }

    [Theory]
    [InlineData("RSET")]
    [InlineData("EHLO x")]
    [InlineData("STARTTLS")]
    [InlineData("MAIL FROM:<> FOO=BAR")]
    [InlineData("MAIL FROM:none")]
    public void XFORWARD_is_forgotten_after(string command) =>
        Take("XFORWARD ADDR=192.0.2.10", command, "MAIL FROM:<>", "RCPT TO:<b@example.com>").Client.ShouldBe(ClientFacts.Unknown);

    [Fact]
    public void XFORWARD_is_forgotten_after_a_message()
    {
        using var session = new SessionHarness().Start();
        session.Send("XFORWARD ADDR=192.0.2.10\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n.\r\n");
        session.Send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n.\r\n");
        session.Processor.Messages.Select(m => m.Message.Client.Address).ShouldBe([IPAddress.Parse("192.0.2.10"), null]);
        session.Processor.Messages.Select(m => m.Message.LogId).ShouldBe(["00421-07", "00421-07-2"]);
    }

    [Theory]
    [InlineData("ADDR=10.1.2.3", "a@example.com", "MYNETS/MYUSERS", true)]
    [InlineData("ADDR=10.1.2.3", "a@example.org", "MYNETS", true)]
    [InlineData("ADDR=10.1.2.3", "", "MYNETS", true)]
    [InlineData("ADDR=192.0.2.1", "a@example.com", "", false)]
    [InlineData("ADDR=[UNAVAILABLE]", "a@example.com", "UNKNOWN/ALSO", false)]
    [InlineData("ADDR=198.51.100.9", "a@example.com", "PARTNER", false)]
    public void Banks_of_the_client_and_MYUSERS_are_loaded_at_MAIL(string forwarded, string sender, string path, bool originating)
    {
        using var session = new SessionHarness(WithBanks()).Start();
        session.Send($"XFORWARD {forwarded}\r\nMAIL FROM:<{sender}>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n.\r\n");
        session.Send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n.\r\n");
        session.Processor.Messages[0].Message.Policy.Path.ShouldBe(path);
        session.Processor.Messages[0].Message.Policy.Settings.Originating.ShouldBe(originating);
        // The next one begins anew.
        session.Processor.Messages[1].Message.Policy.Path.ShouldBe("UNKNOWN/ALSO");
    }

    [Fact]
    public void Same_banks_give_the_same_settings()
    {
        var policy = PolicyState.Base(WithBanks());
        policy.Load("PARTNER").Settings.ShouldBeSameAs(policy.Load("PARTNER").Settings);
        policy.Load("MYNETS").Load("PARTNER").Settings.Originating.ShouldBeTrue();
        policy.Load("PARTNER").Settings.Originating.ShouldBeFalse();
    }

    [Fact]
    public void Banks_of_the_interface_come_first()
    {
        using var session = new SessionHarness(PolicyState.Base(WithBanks()).Load("PARTNER")).BeginData();
        session.Send(".\r\n");
        session.Processor.Messages[0].Message.Policy.Path.ShouldBe("PARTNER/UNKNOWN/ALSO");
    }

    [Fact]
    public void Times_are_those_of_MAIL_and_of_the_dot()
    {
        using var session = new SessionHarness().Start();
        session.Clock.Zone = TimeZoneInfo.CreateCustomTimeZone("+01", TimeSpan.FromHours(1), null, null);
        session.Clock.Advance(TimeSpan.FromSeconds(5));
        session.Send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
        session.Clock.Advance(TimeSpan.FromSeconds(7));
        session.Send(".\r\n");
        var message = session.Processor.Messages[0].Message;
        message.ReceivedAt.ShouldBe(new DateTimeOffset(2026, 11, 22, 12, 0, 5, TimeSpan.Zero));
        message.ReceivedAt.Offset.ShouldBe(TimeSpan.FromHours(1));
        session.Clock.GetElapsedTime(0, message.StartedTimestamp).ShouldBe(TimeSpan.FromSeconds(5));
        session.Clock.GetElapsedTime(0, message.DataEndedTimestamp).ShouldBe(TimeSpan.FromSeconds(12));
    }

    [Fact]
    public void LMTP_hands_each_recipient_its_own_reply()
    {
        using var session = new SessionHarness(lmtp: true).Start();
        session.Processor.Answer = (message, _) => Task.FromResult(new MessageReplies(RecordingProcessor.Ok,
            [.. message.Envelope.Recipients.Select(r => new SmtpReply(r.Position % 2 == 0 ? 250 : 550, $"2.1.5 number {r.Position}"))]));
        session.Send("LHLO x\r\nMAIL FROM:<>\r\n");
        session.Send(string.Concat(Enumerable.Range(1, 1000).Select(i => $"RCPT TO:<r{i}@example.com>\r\n")) + "DATA\r\n");
        session.Replies();
        session.Ask(".").ShouldBe(string.Concat(Enumerable.Range(1, 1000).Select(i => $"{(i % 2 == 0 ? 250 : 550)} 2.1.5 number {i}\r\n")));
    }

    [Fact]
    public void LMTP_recipient_without_a_reply_is_a_tempfail()
    {
        using var session = new SessionHarness(lmtp: true).BeginData("LHLO x", "a@example.com", "b@example.com", "c@example.com");
        session.Processor.Answer = (_, _) => Task.FromResult(new MessageReplies(RecordingProcessor.Ok, [new SmtpReply(250, "2.0.0 one")]));
        session.Ask(".").ShouldBe("250 2.0.0 one\r\n451 4.5.0 Error in processing, id=00421-07\r\n451 4.5.0 Error in processing, id=00421-07\r\n");
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 2)]
    public void Fault_in_processing_is_a_tempfail_with_the_log_id(bool lmtp, int replies)
    {
        using var session = new SessionHarness(lmtp: lmtp).BeginData(lmtp ? "LHLO x" : "EHLO x", "a@example.com", "b@example.com");
        session.Processor.Answer = (_, _) => throw new InvalidOperationException("a bug");
        session.Ask(".").ShouldBe(string.Concat(Enumerable.Repeat("451 4.5.0 Error in processing, id=00421-07\r\n", replies)));
        session.Log.Lines.ShouldContain((-2, "00421-07", "TROUBLE in processing: InvalidOperationException: a bug"));
        session.Ask("NOOP").ShouldStartWith("250 ");
    }

    [Fact]
    public void Fault_of_the_session_itself_is_a_421()
    {
        using var session = new SessionHarness();
        session.Spools.FullAtOnce = true;
        session.Spools.Fault = () => new InvalidOperationException("a bug");
        session.Start();
        session.Ask("MAIL FROM:<>");
        session.Ask("RCPT TO:<b@example.com>");
        session.Ask("DATA").ShouldBe("421 4.3.0 Error in processing, closing channel\r\n");
        session.IsOver.ShouldBeTrue();
        session.Log.Lines.ShouldContain(l => l.Level == -2 && l.Text.Contains("a bug"));
    }

    [Fact]
    public void Large_message_arrives_octet_for_octet()
    {
        var random = new Random(20261122);
        var octets = new byte[3_000_000];
        random.NextBytes(octets);
        var content = string.Join("\r\n", Convert.ToBase64String(octets).Chunk(76).Select(l => new string(l))) + "\r\n.leading\r\n";
        var wire = content.Replace("\r\n.", "\r\n..") + ".\r\n";
        using var session = new SessionHarness().BeginData();
        for (var at = 0; at < wire.Length;)
        {
            var length = Math.Min(random.Next(1, 20_000), wire.Length - at);
            session.Send(wire.Substring(at, length));
            at += length;
        }
        session.Processor.Messages.ShouldHaveSingleItem().Text.ShouldBe(content);
    }

    [Fact]
    public void Every_sample_arrives_octet_for_octet()
    {
        string[] made = ["", "\r\n", ".\r\n", "Subject: no body\r\n", "\0\x80\r\n..\r\n"];
        var samples = Samples.Files("", "*.eml").Select(path => Octets.Text(File.ReadAllBytes(path))
            .Replace("\r\n", "\n").Replace("\r", "").Replace("\n", "\r\n"));
        using var session = new SessionHarness().Start();
        foreach (var sample in samples.Concat(made))
        {
            var content = sample.Length == 0 || sample.EndsWith('\n') ? sample : sample + "\r\n";
            session.Send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n");
            session.Send(Octets.Of(("\r\n" + content).Replace("\r\n.", "\r\n..")[2..] + ".\r\n"));
            var taken = session.Processor.Messages[^1];
            taken.Octets.AsSpan().SequenceEqual(Octets.Of(content)).ShouldBeTrue();
            taken.Message.Spool.Facts.EightBit.ShouldBe(content.Any(c => c >= 0x80));
            taken.Message.Spool.Facts.BareCr.ShouldBe(0);
            session.Processor.Messages.Clear();
        }
    }

    private static Settings WithBanks() => new()
    {
        LocalDomainsMaps = Banks.Map(("example.com", "1")),
        ClientIpaddrPolicyOrNull =
        [
            (IpNetworks.Parse("!198.51.100.9", "198.51.100.0/24"), ["NOBODY"]),
            (IpNetworks.Parse("198.51.100.9"), ["PARTNER", "MISSING"]),
            (IpNetworks.Parse("10.0.0.0/8"), ["MYNETS"]),
            (IpNetworks.Parse("10.1.0.0/16"), ["PARTNER"]),
            (IpNetworks.Parse("0.0.0.0"), ["UNKNOWN", "ALSO"]),
        ],
        PolicyBanks = Banks.Of(
            new PolicyBank("MYNETS", s => s), new PolicyBank("MYUSERS", s => s), new PolicyBank("PARTNER", s => s with { LogLevel = 3 }),
            new PolicyBank("UNKNOWN", s => s), new PolicyBank("ALSO", s => s), new PolicyBank("NOBODY", s => s)),
    };

    private static ReceivedMessage Take(params string[] commands)
    {
        using var session = new SessionHarness().Start();
        session.Send(string.Concat(commands.Select(c => c + "\r\n")) + "DATA\r\nx\r\n.\r\n");
        return session.Processor.Messages.ShouldHaveSingleItem(session.Replies()).Message;
    }
}
