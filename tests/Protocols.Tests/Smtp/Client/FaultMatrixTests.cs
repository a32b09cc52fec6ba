using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>F5 and F6: every fault at every verb, pipelined and not, SMTP and LMTP. None may end in a success.</summary>
public sealed class FaultMatrixTests
{
    private static readonly string[] Verbs = ["", "hello", "RSET", "XFORWARD", "MAIL", "RCPT", "DATA", "."];
    private static readonly string[] Faults = ["4xx", "5xx", "2xx", "3xx", "garbage", "mixed codes", "endless line", "endless reply", "drop", "half a reply", "hang"];

    public static TheoryData<string, string, bool, bool> Cells()
    {
        var cells = new TheoryData<string, string, bool, bool>();
        foreach (var verb in Verbs)
            foreach (var fault in Faults)
                foreach (var pipelining in new[] { true, false })
                    foreach (var lmtp in new[] { false, true })
                        cells.Add(verb, fault, pipelining, lmtp);
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Fault_at_a_verb_gives_the_reply_it_should(string verb, string fault, bool pipelining, bool lmtp)
    {
        var hello = lmtp ? "LHLO" : "EHLO";
        var command = verb == "hello" ? hello : verb;
        var transaction = 0;
        await using var hop = new FakeNextHop
        {
            Lmtp = lmtp,
            Features = pipelining ? FakeNextHop.AllFeatures : [.. FakeNextHop.AllFeatures.Where(f => f != "PIPELINING")],
        };
        hop.Script = (connection, line) =>
        {
            if (line.StartsWith("MAIL", StringComparison.Ordinal))
                transaction++;
            // To see RSET at all the first transaction must fail in between.
            if (verb == "RSET" && transaction == 1 && line.StartsWith("RCPT", StringComparison.Ordinal))
                return HopAction.Say("550 5.1.1 no");
            var hit = line == command || (command.Length > 0 && line.StartsWith(command + " ", StringComparison.Ordinal))
                || (verb == "hello" && line.StartsWith("HELO", StringComparison.Ordinal));
            return hit && connection == 1 ? Action(fault, verb == "." && lmtp ? 2 : 1) : null;
        };
        var time = new ManualTime();
        await using var pool = Pool(time: time);
        var delivery = To(hop, "user1@example.com", "user2@example.com") with { Client = EnvelopeTests.Client, PerRecipientReplies = true };
        if (verb == "RSET")
            (await pool.Send(delivery)).Texts().ShouldAllBe(t => t.StartsWith("550 5.1.1 from MTA", StringComparison.Ordinal));

        var result = fault == "hang" ? await pool.SendPastTheEnd(delivery, hop, time) : await pool.Send(delivery);

        result.Recipients.Count.ShouldBe(2);
        result.Texts()[0].ShouldStartWith(Expected(verb, fault, pipelining, lmtp, hop));
        var harmless = (verb, fault) is ("hello", "2xx") or ("", "2xx") or (".", "2xx")
            or ("XFORWARD" or "MAIL" or "RCPT", "2xx") or ("XFORWARD", "4xx" or "5xx") or ("RSET", _);
        if (!harmless)
            result.Recipients.ShouldAllBe(r => !r.Reply.IsSuccess);
        if (result.Recipients[0].Reply.IsSuccess && verb != ".")
            hop.Transactions.Count.ShouldBeGreaterThan(0, "a success needs a message that arrived");
        result.Texts().ShouldAllBe(t => t.All(c => c >= ' ' && c < '\x7f') && t.Length < 1200);
    }

    /// <param name="times">Recipients that wait for a reply of their own.</param>
    private static HopAction Action(string fault, int times) => fault switch
    {
        "4xx" => HopAction.Say([.. Enumerable.Repeat("451 4.3.0 faulty", times)]),
        "5xx" => HopAction.Say([.. Enumerable.Repeat("550 5.3.0 faulty", times)]),
        "2xx" => HopAction.Say([.. Enumerable.Repeat("250 2.0.0 faulty", times)]),
        "3xx" => HopAction.Say("334 faulty"),
        "garbage" => HopAction.Say("%$§ what?"),
        "mixed codes" => HopAction.Say("550-5.0.0 no", "250 2.0.0 yes"),
        "endless line" => new HopAction.Send("250 " + new string('x', 1 << 20) + "\r\n"),
        "endless reply" => new HopAction.Send(string.Concat(Enumerable.Repeat("250-2.0.0 and so on and so on\r\n", 4000))),
        "drop" => new HopAction.Drop(),
        "half a reply" => new HopAction.SendAndDrop("250 2.0.0 O"),
        _ => new HopAction.Hang(),
    };

    private static string Expected(string verb, string fault, bool pipelining, bool lmtp, FakeNextHop hop)
    {
        var mta = Target(hop);
        var ok = $"250 2.0.0 from MTA({mta}): 250 2.0.0 Ok: queued as X";
        var pip = pipelining ? "-pip" : "";
        var step = verb switch
        {
            "" => "fwd-greeting",
            "hello" => lmtp ? "fwd-lhlo" : "fwd-ehlo",
            "RSET" => "fwd-rset" + pip,
            "XFORWARD" => "fwd-xforward" + pip,
            "MAIL" => "fwd-mail" + pip,
            "RCPT" => "fwd-rcpt" + pip,
            "DATA" => "fwd-data-cmd",
            _ => "fwd-data-end",
        };
        var broken = $"451 4.5.0 From MTA({mta}) during {step} (";
        switch (fault)
        {
            case "hang" when pipelining && verb is "MAIL" or "RCPT" or "DATA":
                // The clock may pass the end while an earlier reply of the same write is still being read.
                return "450 4.4.2 Timed out during fwd-";
            case "hang":
                return $"450 4.4.2 Timed out during {step}, MTA({mta}), id={LogId}";
            case "drop" or "half a reply" when verb == "RSET":
                // The kept connection was dead: replaced, nobody notices.
                return ok;
            case "drop" or "half a reply" when verb == "DATA":
                return $"450 4.5.0 from MTA({mta}): 450 4.5.0 No response to DATA";
            case "4xx" or "5xx" when verb is "XFORWARD" or "RSET":
                return ok;
            case "4xx" when verb is "MAIL" or "RCPT" or "DATA" or ".":
                return $"451 4.3.0 from MTA({mta}): 451 4.3.0 faulty";
            case "5xx" when verb is "MAIL" or "RCPT" or "DATA" or ".":
                return $"550 5.3.0 from MTA({mta}): 550 5.3.0 faulty";
            case "2xx" when verb is "hello" or "XFORWARD" or "MAIL" or "RCPT" or "RSET":
                return ok;
            case "2xx" when verb == ".":
                return $"250 2.0.0 from MTA({mta}): 250 2.0.0 faulty";
            default:
                return broken;
        }
    }

    /// <summary>amavisd-new before 2.8.1 took a refused DATA for a success: the mail was lost.</summary>
    [Theory]
    [InlineData("250 2.0.0 fine")]
    [InlineData("450 4.3.0 no")]
    [InlineData("354-\r\n250 oops")]
    public async Task Wrong_answer_to_DATA_is_never_success(string said)
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("DATA", new HopAction.Send(said + "\r\n")) };
        await using var pool = Pool();

        (await pool.Send(To(hop))).Recipients[0].Reply.IsTempFail.ShouldBeTrue();
        hop.Transactions.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Next_hop_that_refuses_in_the_middle_of_the_message_is_quoted_or_failed(bool speaks)
    {
        HopAction action = speaks ? new HopAction.SendAndDrop("552 5.3.4 too big\r\n") : new HopAction.Drop();
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At("data line", action) };
        await using var pool = Pool();
        var message = Enumerable.Repeat("a line of a message of many octets\r\n", 500_000);

        var reply = (await pool.Send(To(hop) with { Message = Text(string.Concat(message)) })).Recipients[0].Reply;

        // Whether the words arrive before the reset is the kernel's choice; a success it is never.
        (reply.IsTempFail || reply.ToString().Contains("552 5.3.4 too big")).ShouldBeTrue(reply.ToString());
    }

    [Fact]
    public async Task Message_that_cannot_be_read_leaves_without_the_dot()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await Should.ThrowAsync<IOException>(() => pool.Send(To(hop) with { Message = new BrokenMessage() }));
        await pool.Send(To(hop));
        hop.Transactions.ShouldHaveSingleItem().Data.ShouldBe(Message);
    }

    [Fact]
    public async Task Caller_who_gives_up_ends_the_waiting()
    {
        using var giveUp = new CancellationTokenSource();
        await using var hop = new FakeNextHop();
        hop.Script = (_, line) =>
        {
            if (line != ".")
                return null;
            giveUp.Cancel();
            return new HopAction.Hang();
        };
        await using var pool = Pool();

        await Should.ThrowAsync<OperationCanceledException>(() => pool.SendAsync(To(hop), giveUp.Token));
    }

    [Fact]
    public async Task Deadline_ends_a_stage_before_its_own_limit()
    {
        await using var hop = new FakeNextHop { Script = ReplyWordingTests.At(".", new HopAction.Hang()) };
        var time = new ManualTime();
        await using var pool = Pool(time: time);

        var result = await pool.SendPastTheEnd(To(hop), hop, time);

        result.Texts().ShouldBe([$"450 4.4.2 Timed out during fwd-data-end, MTA(smtp:{hop.Address}), id={LogId}"]);
    }

    internal static Core.Messages.InMemoryMessage Text(string text) => new(Testing.Octets.Of(text));

    private sealed class BrokenMessage : Core.Messages.OutgoingMessage
    {
        public override long Length => 10;
        public override bool LeadingDots => false;
        public override bool EightBit => false;

        public override IEnumerable<ReadOnlyMemory<byte>> Chunks()
        {
            yield return "abc\r\n"u8.ToArray();
            throw new IOException("the spool is gone");
        }
    }
}
