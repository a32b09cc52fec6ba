using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Milter;

namespace Amavis.Protocols.Tests.Milter;

/// <summary>What the MTA is told of a checked message, and packets at every stage.</summary>
public sealed class MilterVerdictTests
{
    private static readonly HandedBack Everything = new()
    {
        Verdict = ClientVerdict.Continue,
        Recipients = [new(0, null), new(1, MailAddress.FromUnquoted("user2+spam@example.com"))],
        Header =
        [
            new(FieldChangeKind.Delete, "X-Spam-Flag", 2, ""),
            new(FieldChangeKind.Delete, "X-Spam-Flag", 1, ""),
            new(FieldChangeKind.Replace, "Subject", 1, "***SPAM*** hi"),
            new(FieldChangeKind.Insert, "X-First", 0, "a\n b"),
            new(FieldChangeKind.Insert, "X-Second", 0, ""),
            new(FieldChangeKind.Append, "X-Last", 0, "z"),
        ],
        Sender = MailAddress.Null,
        Body = new InMemoryMessage("new\r\n"u8.ToArray()),
        Hold = "for a look",
    };

    [Fact]
    public void Changes_come_first_and_the_word_to_go_on_last()
    {
        using var mta = new MilterHarness { Processor = { Answer = MilterHarness.Give(Everything) } }.Envelope("user1@example.com", "user2@example.com");

        mta.Finish().ShouldBe(
            "m|||\u0002X-Spam-Flag|| m|||\u0001X-Spam-Flag|| m|||\u0001Subject| ***SPAM*** hi| i||||X-Second|| i||||X-First| a\\n b| hX-Last| z| "
            + "-<user1@example.com>| -<user2@example.com>| +<user2+spam@example.com>| e<>| qfor a look| bnew\\r\\n c");
    }

    [Fact]
    public void Place_of_inserted_fields_is_configured()
    {
        using var mta = new MilterHarness(new Settings { PrependHeaderFieldsHdridx = 1 })
        {
            Processor = { Answer = MilterHarness.Give(new HandedBack { Verdict = ClientVerdict.Continue, Header = [new(FieldChangeKind.Insert, "X-A", 0, "b")] }) },
        }.Envelope();

        mta.Finish().ShouldBe("i|||\u0001X-A| b| c");
    }

    [Fact]
    public void Recipients_are_named_as_the_MTA_named_them()
    {
        using var mta = new MilterHarness
        {
            Processor = { Answer = MilterHarness.Give(new HandedBack { Verdict = ClientVerdict.Continue, Recipients = [new(1, null)] }) },
        }.Negotiate().Connect();
        mta.Ask('M', "<a@example.org>|").ShouldBe("c");
        mta.Ask('R', "kept@example.com|").ShouldBe("c");
        mta.Ask('R', "\"odd one\"@Example.COM|ORCPT=rfc822;x|").ShouldBe("c");

        mta.Finish().ShouldBe("-\"odd one\"@Example.COM| c");
    }

    [Fact]
    public void Body_is_replaced_in_packets_an_MTA_takes()
    {
        using var mta = new MilterHarness
        {
            Processor = { Answer = MilterHarness.Give(new HandedBack { Verdict = ClientVerdict.Continue, Body = new InMemoryMessage(new byte[150_000]) }) },
        }.Envelope();

        mta.Finish().Split(' ').Select(p => p.Length).ShouldBe([65536, 65536, 150_000 - (2 * 65535) + 1, 1]);

        using var empty = new MilterHarness
        {
            Processor = { Answer = MilterHarness.Give(new HandedBack { Verdict = ClientVerdict.Continue, Body = new InMemoryMessage(Array.Empty<byte>()) }) },
        }.Envelope();
        empty.Finish().ShouldBe("b c");
    }

    [Theory]
    [InlineData(ClientVerdict.Continue, 250, "c")]
    [InlineData(ClientVerdict.Discard, 250, "d")]
    [InlineData(ClientVerdict.Reject, 554, "y554 5.7.0 text, id=x|")]
    [InlineData(ClientVerdict.TempFail, 451, "y451 5.7.0 text, id=x|")]
    [InlineData(ClientVerdict.TempFail, 250, "t")]
    public void Verdicts_are_the_protocols_words(ClientVerdict verdict, int code, string expected)
    {
        using var mta = new MilterHarness { Processor = { Answer = MilterHarness.Give(new HandedBack { Verdict = verdict }, code, "5.7.0 text, id=x") } }.Envelope();

        mta.Finish().ShouldBe(expected.Replace("y451 5.7.0", "y451 4.0.0", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(250, "d")]
    [InlineData(451, "y451 4.5.0 x|")]
    [InlineData(554, "y554 5.0.0 x|")]
    public void Message_we_passed_on_ourselves_is_discarded_by_the_MTA(int code, string expected)
    {
        using var mta = new MilterHarness { Processor = { Answer = (_, _) => Task.FromResult(new MessageReplies(new SmtpReply(code, "4.5.0 x"), [])) } }.Envelope();

        mta.Finish().ShouldBe(expected);
    }

    [Theory]
    [InlineData(MilterActions.AddHeaders, "add header fields")]
    [InlineData(MilterActions.ChangeHeaders, "change header fields")]
    [InlineData(MilterActions.DeleteRecipients, "take recipients away")]
    [InlineData(MilterActions.AddRecipients, "add recipients")]
    [InlineData(MilterActions.ChangeSender, "change the sender")]
    [InlineData(MilterActions.ReplaceBody, "replace the body")]
    [InlineData(MilterActions.Quarantine, "hold a message back")]
    public void Change_the_MTA_does_not_allow_is_a_temporary_failure_and_none_is_made(MilterActions missing, string words)
    {
        using var mta = new MilterHarness { Processor = { Answer = MilterHarness.Give(Everything) } };
        mta.Negotiate(actions: MilterHarness.AllActions & ~(uint)missing).Connect().Transaction("user1@example.com", "user2@example.com");

        mta.Finish().ShouldBe($"y451 4.5.0 Error in processing, id=00421-07, the mail server does not let the filter {words}|");
    }

    /// <summary>Each packet at each stage: answered, passed over, or the end of the connection, which MTAs take for a tempfail; never an acceptance.</summary>
    public static TheoryData<string, char> Stages()
    {
        var data = new TheoryData<string, char>();
        foreach (var stage in (string[])["begin", "options", "helo", "mail", "rcpt", "header", "body"])
            foreach (var command in "ABCDEHKLMNOQRTU?")
                data.Add(stage, command);
        return data;
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void Every_packet_at_every_stage_has_its_answer(string stage, char command)
    {
        using var mta = new MilterHarness();
        Reach(mta, stage);

        var answer = mta.Ask(command, Payload(command));
        var known = stage != "begin";
        var inMail = stage is "mail" or "rcpt" or "header" or "body";

        var (expected, closes) = command switch
        {
            'Q' => ("", true),
            'O' when !known => ("O", false),
            'O' => ("", true),
            _ when !known => ("", true),
            'A' or 'C' or 'D' or 'H' or 'K' or 'T' or 'U' => ("", false),
            'M' => ("c", false),
            'R' when stage is "mail" or "rcpt" => ("c", false),
            'R' => ("y451", false),
            'L' or 'N' => ("", !inMail),
            'B' => (inMail ? "c" : "", !inMail),
            'E' when stage == "mail" => ("y451", false),
            'E' => (inMail ? "c" : "", !inMail),
            _ => ("", true),
        };
        answer.ShouldStartWith(expected);
        if (expected.Length == 0)
            answer.ShouldBe("");
        mta.Session.IsCompleted.ShouldBe(closes);
        mta.Processor.Messages.Count.ShouldBe(command == 'E' && stage is "rcpt" or "header" or "body" && command == 'E' ? 1 : 0);
    }

    [Theory]
    [InlineData("helo")]
    [InlineData("mail")]
    [InlineData("rcpt")]
    [InlineData("header")]
    [InlineData("body")]
    public void After_an_abort_at_any_stage_the_next_message_is_a_fresh_one(string stage)
    {
        using var mta = new MilterHarness();
        Reach(mta, stage);
        mta.Ask('A').ShouldBe("");

        mta.Transaction("other@example.com").Finish().ShouldBe("c");

        var taken = mta.Processor.Messages.Single();
        taken.Message.Envelope.Recipients.Single().Address.Smtp.ShouldBe("other@example.com");
        taken.Text.ShouldEndWith("+0000\r\nSubject: hi\r\n\r\nhello\r\n");
        mta.Spools.Open.ShouldBe(0);
    }

    private static void Reach(MilterHarness mta, string stage)
    {
        if (stage == "begin")
            return;
        mta.Negotiate();
        if (stage == "options")
            return;
        mta.Connect();
        if (stage == "helo")
            return;
        mta.Ask('M', "<ann@example.org>|").ShouldBe("c");
        if (stage == "mail")
            return;
        mta.Ask('R', "<user1@example.com>|").ShouldBe("c");
        if (stage == "rcpt")
            return;
        mta.Send('L', "X-First| 1|");
        if (stage == "header")
            return;
        mta.Send('N');
        mta.Ask('B', "first\r\n").ShouldBe("c");
    }

    private static string Payload(char command) => command switch
    {
        'O' => "|||\u0006||\u0001\u00ff|\u001f\u00ff\u00ff",
        'C' => "h|U",
        'H' => "helo|",
        'M' => "<b@example.org>|",
        'R' => "<c@example.com>|",
        'L' => "X| y|",
        'D' => "Ci|x|",
        'U' => "FOO|",
        'B' => "x\r\n",
        _ => "",
    };
}
