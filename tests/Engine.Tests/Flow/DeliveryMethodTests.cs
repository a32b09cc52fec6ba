using System.Text;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Every way out: next hops by recipient and category, programs, batch files, mailboxes.</summary>
public sealed class DeliveryMethodTests
{
    [Fact]
    public async Task Recipients_may_have_next_hops_of_their_own()
    {
        await using var flow = new FlowHarness();
        await using var other = new MailSink();
        flow.Settings = flow.Settings with
        {
            ForwardMethodMaps = new LookupMaps(
            [
                new HashTable([new("user2@example.com", new LookupValue($"smtp:[127.0.0.1]:{other.Port}"))]),
                new ConstantTable(new LookupValue($"smtp:[127.0.0.1]:{flow.Sink.Port}")),
            ]),
        };
        var replies = await flow.SendAsync(FlowMail.Clean, "user1@example.com", "user2@example.com", "user3@example.com");
        replies.Single.Code.ShouldBe(250);
        flow.Sink.Messages.Single().RcptArguments.ShouldBe(["<user1@example.com>", "<user3@example.com>"]);
        other.Messages.Single().RcptArguments.ShouldBe(["<user2@example.com>"]);
    }

    [Fact]
    public async Task A_category_may_have_a_next_hop_of_its_own()
    {
        await using var flow = new FlowHarness();
        await using var other = new MailSink();
        flow.Settings = flow.Settings with
        {
            ForwardMethodMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?>
            {
                [ContentCategory.Spammy] = LookupMaps.Constant($"smtp:[127.0.0.1]:{other.Port}"),
            }),
        };
        await flow.SendAsync(FlowMail.Score(7), "user1@example.com");
        await flow.SendAsync(FlowMail.Clean, "user1@example.com");
        (flow.Sink.Messages.Count, other.Messages.Count).ShouldBe((1, 1));
    }

    [Fact]
    public async Task A_list_of_next_hops_survives_the_death_of_one()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{FreePorts.Next()}", $"smtp:[127.0.0.1]:{flow.Sink.Port}") };
        for (var i = 0; i < 4; i++)
            (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.Code.ShouldBe(250);
        flow.Sink.Messages.Count.ShouldBe(4);
    }

    [Fact]
    public async Task Asterisks_stand_for_the_peer_and_the_port_after_ours()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse("smtp:*:*") };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldContain($"MTA(smtp:[127.0.0.1]:{flow.Sink.Port})");
    }

    [Fact]
    public async Task A_lookup_that_gives_no_method_leaves_the_message_with_the_client()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ForwardMethodMaps = LookupMaps.Constant("smtp;127.0.0.1") };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString()
            .ShouldBe("451 4.5.0 Error in processing, id=00421-07, forward FAILED: forward_method_maps: \"smtp;127.0.0.1\" for <user1@example.com> is not a delivery method");
    }

    [Fact]
    public async Task A_program_gets_the_message_with_arguments_for_each_recipient()
    {
        await using var flow = new FlowHarness();
        var got = Path.Combine(flow.Path, "got");
        var script = Script(flow, "deliver", $"printf '%s\\n' \"$@\" >{got}; cat >>{got}");
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse($"pipe:flags=Rq argv={script} -f ${{sender}} -- ${{recipient}} x") };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com", "-user2@example.com")).Single.ToString().ShouldBe("250 2.6.0 Ok, id=00421-07");
        var text = await File.ReadAllTextAsync(got);
        text.ShouldStartWith("-f\nsender@example.org\n--\nuser1@example.com\n-user2@example.com\nx\nX-Virus-Scanned: ");
        text.ShouldContain("\n\nhello\n.a line with a dot\nFrom here on\nbye\n");
        text.ShouldNotContain("\r");
        flow.Counters.Get("OutMsgsProtoPipeRelay").ShouldBe(1);
    }

    [Theory]
    [InlineData(0, "250 2.6.0 Ok, id=00421-07")]
    [InlineData(75, "450 4.5.0 id=00421-07 - Temporary MTA failure on relaying, Temporary failure submitting message, id=00421-07")]
    [InlineData(67, "554 5.1.1 id=00421-07 - Rejected by next-hop MTA on relaying, Recipient unknown, id=00421-07")]
    [InlineData(69, "554 5.5.0 id=00421-07 - Rejected by next-hop MTA on relaying, Mail submission service unavailable, id=00421-07")]
    [InlineData(3, "451 4.5.0 id=00421-07 - Temporary MTA failure on relaying, Failed to submit a message: 3, id=00421-07")]
    public async Task The_exit_code_of_a_program_is_its_answer(int exitCode, string expected)
    {
        await using var flow = new FlowHarness();
        var script = Script(flow, "deliver", $"cat >/dev/null; echo why; exit {exitCode}");
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse($"pipe:argv={script} ${{recipient}}") };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldBe(expected);
        flow.Lines(1).Any(l => l.Contains($"ended with {exitCode}: why", StringComparison.Ordinal)).ShouldBe(exitCode != 0);
    }

    [Fact]
    public async Task A_program_that_is_missing_tempfails()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse("pipe:argv=/nowhere/deliver ${recipient}") };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldContain("there is no program /nowhere/deliver");
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended_with_its_children()
    {
        await using var flow = new FlowHarness();
        var script = Script(flow, "deliver", $"sleep 1000 & echo $! >{flow.Path}/child; echo $$ >{flow.Path}/self; wait");
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse($"pipe:argv={script} ${{recipient}}"), ChildTimeout = TimeSpan.FromSeconds(12) };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldStartWith("450 4.4.2 id=00421-07 - Temporary MTA failure on relaying, Timed out during pipe to ");
        foreach (var name in (string[])["child", "self"])
        {
            var process = (await File.ReadAllTextAsync(Path.Combine(flow.Path, name))).Trim();
            var state = File.Exists($"/proc/{process}/stat") ? await File.ReadAllTextAsync($"/proc/{process}/stat") : "gone";
            // A child whose parent has gone may wait for somebody to take note of its end.
            (state == "gone" || state.Contains(") Z ", StringComparison.Ordinal)).ShouldBeTrue(state);
        }
    }

    [Fact]
    public async Task An_address_is_never_taken_for_an_option()
    {
        await using var flow = new FlowHarness();
        var script = Script(flow, "deliver", "cat >/dev/null");
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse($"pipe:argv={script} ${{recipient}}") };
        (await flow.SendAsync(FlowMail.Clean, "-oQ/tmp@example.com")).Single.ToString().ShouldStartWith("554 5.1.3 id=00421-07 - Rejected by next-hop MTA on relaying, Bad address for a program");
    }

    [Fact]
    public async Task Sendmail_is_told_of_wishes_for_notifications()
    {
        await using var flow = new FlowHarness();
        var got = Path.Combine(flow.Path, "got");
        var script = Script(flow, "sendmail", $"printf '%s\\n' \"$@\" >{got}; cat >/dev/null");
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse($"pipe:argv={script} -i -f ${{sender}} -- ${{recipient}}") };
        await flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Sender = "", Notify = DsnNotify.Success | DsnNotify.Delay, EnvelopeId = "a+2Bb" });
        (await File.ReadAllTextAsync(got)).ShouldBe("-V\na+b\n-N\nsuccess,delay\n-i\n-f\n<>\n--\nuser1@example.com\n");
    }

    [Fact]
    public async Task A_batch_file_holds_the_commands_and_the_message()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse("bsmtp:out-%s-%m.bsmtp") };
        var reply = (await flow.SendAsync(FlowMail.Clean, new FlowEnvelope
        {
            Recipients = ["user1@example.com", "user2@example.com"],
            Notify = DsnNotify.Failure,
            EnvelopeId = "env1",
            Return = "HDRS",
        })).Single.ToString();
        var file = Directory.GetFiles(flow.Quarantine).Single();
        Path.GetFileName(file).ShouldMatch(@"^out-sender_at_example\.org-[\w-]{12}\.bsmtp$");
        reply.ShouldBe($"250 2.6.0 Ok, queued as BSMTP {Path.GetFileName(file)}, id=00421-07");
        var text = await File.ReadAllTextAsync(file);
        text.ShouldStartWith("EHLO localhost\nMAIL FROM:<sender@example.org> BODY=7BIT RET=HDRS ENVID=env1\n"
            + "RCPT TO:<user1@example.com> NOTIFY=FAILURE\nRCPT TO:<user2@example.com> NOTIFY=FAILURE\nDATA\nX-Virus-Scanned: ");
        text.ShouldEndWith("\n\nhello\n..a line with a dot\nFrom here on\nbye\n.\n");
        File.GetUnixFileMode(file).ShouldBe((UnixFileMode)Convert.ToInt32("640", 8));
    }

    [Fact]
    public async Task An_mbox_takes_message_after_message()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse("local:%m"), LocalDeliveryAliases = Aliases(("user1", new LocalMailbox("inbox.mbox"))) };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldBe("250 2.6.0 Ok, delivered to inbox.mbox, id=00421-07");
        await flow.SendAsync(FlowMail.With("", ">From quoted\n>>From twice\n>Fro\nFrom"), new FlowEnvelope { Sender = "" });
        var text = await File.ReadAllTextAsync(Path.Combine(flow.Quarantine, "inbox.mbox"));
        var mails = text.Split("\n\nFrom ");
        mails.Length.ShouldBe(2);
        mails[0].ShouldMatch(@"^From <sender@example\.org> [A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\nReturn-Path: <sender@example\.org>\nDelivered-To: user1@example\.com\nX-Virus");
        mails[0].ShouldEndWith("\nhello\n.a line with a dot\n>From here on\nbye");
        mails[1].ShouldStartWith("MAILER-DAEMON ");
        mails[1].ShouldEndWith("\n\n>>From quoted\n>>>From twice\n>Fro\nFrom\n\n");
    }

    [Fact]
    public async Task An_executable_file_is_no_mbox()
    {
        await using var flow = new FlowHarness();
        var path = Script(flow, "inbox", "true");
        flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse("local:%m"), LocalDeliveryAliases = Aliases(("user1", new LocalMailbox(path))) };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldContain("is executable, and so hardly an mbox file");
        (await File.ReadAllTextAsync(path)).ShouldEndWith("true\n");
    }

    [Fact]
    public async Task A_directory_takes_a_file_for_each_message_and_null_takes_none()
    {
        await using var flow = new FlowHarness();
        var maildir = Path.Combine(flow.Path, "maildir");
        Directory.CreateDirectory(maildir);
        flow.Settings = flow.Settings with
        {
            ForwardMethod = DeliveryMethod.Parse("local:%m"),
            LocalDeliveryAliases = Aliases(("user1", new LocalMailbox(maildir, "%n-%s.gz")), ("user2", new LocalMailbox(null))),
        };
        var replies = await flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Lmtp = true, Recipients = ["user1@example.com", "user2@example.com"] });
        replies.PerRecipient.Select(r => r.ToString()).ShouldBe(
            [$"250 2.6.0 Ok, delivered to {maildir}/00421-07-sender_at_example.org.gz, id=00421-07", "250 2.6.0 Ok, skip local delivery, id=00421-07"]);
        Directory.GetFiles(maildir).Single().ShouldEndWith("/00421-07-sender_at_example.org.gz");
    }

    [Fact]
    public async Task After_a_tempfail_of_the_next_hop_files_are_not_written()
    {
        await using var flow = new FlowHarness();
        flow.Sink.Answer = (verb, _) => verb == "RCPT" ? "450 4.2.0 not now" : "";
        flow.Settings = flow.Settings with
        {
            ForwardMethodMaps = new LookupMaps(
            [
                new HashTable([new("user1@example.com", new LookupValue("local:%m"))]),
                new ConstantTable(new LookupValue($"smtp:[127.0.0.1]:{flow.Sink.Port}")),
            ]),
        };
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com", "user2@example.com")).Single.Code.ShouldBe(451);
        Directory.GetFiles(flow.Quarantine).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_loop_ends_at_a_program_and_a_file_too()
    {
        await using var flow = new FlowHarness();
        var hops = string.Concat(Enumerable.Repeat("Received: from a by b; Mon, 05 Jan 2026 10:01:00 +0000\n", 120));
        foreach (var method in (string[])["pipe:argv=/bin/cat", "local:%m", "bsmtp:%m"])
        {
            flow.Settings = flow.Settings with { ForwardMethod = DeliveryMethod.Parse(method) };
            (await flow.SendAsync(hops + FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldEndWith("Reject: Too many hops", Case.Sensitive, method);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_blind_copy_of_every_message_goes_out_once(bool infected)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { AlwaysBcc = "archive@example.com" };
        (await flow.SendAsync(infected ? FlowMail.Virus : FlowMail.Clean, "user1@example.com")).Single.Code.ShouldBe(250);
        flow.Sink.Messages.Select(m => m.RcptArguments.Single()).ShouldBe(infected ? ["<archive@example.com> NOTIFY=NEVER"] : ["<user1@example.com>", "<archive@example.com> NOTIFY=NEVER"]);
        flow.Sink.Messages[^1].Text.Contains("X-Amavis-Alert: INFECTED", StringComparison.Ordinal).ShouldBe(infected);
    }

    [Fact]
    public async Task A_blind_copy_waits_until_the_message_is_served()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { AlwaysBcc = "archive@example.com" };
        flow.Sink.Answer = (verb, argument) => verb == "RCPT" && argument.Contains("user1", StringComparison.Ordinal) ? "450 4.2.0 not now" : "";
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.Code.ShouldBe(450);
        flow.Sink.Messages.ShouldBeEmpty();
        flow.Sink.Answer = (verb, argument) => verb == "RCPT" && argument.Contains("archive", StringComparison.Ordinal) ? "450 4.2.0 not now" : "";
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldContain("always_bcc FAILED: temporarily unable to send a copy to <archive@example.com>");
    }

    [Fact]
    public async Task Soft_bounce_turns_refusals_of_both_kinds_into_tempfails()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { SoftBounce = true, FinalVirusDestiny = Destiny.Reject };
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldBe("450 4.7.0 Reject, id=00421-07 - INFECTED: Test.Sig-1 (soft_bounce)");
        flow.Sink.Answer = (verb, _) => verb == "RCPT" ? "550 5.1.1 No such user" : "";
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldStartWith("450 4.1.1 id=00421-07 - Rejected by next-hop MTA on relaying, from MTA(");
    }

    private static System.Collections.Frozen.FrozenDictionary<string, LocalMailbox> Aliases(params (string Name, LocalMailbox Mailbox)[] aliases) =>
        System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(aliases, a => a.Name, a => a.Mailbox);

    private static string Script(FlowHarness flow, string name, string text)
    {
        var path = Path.Combine(flow.Path, name);
        File.WriteAllText(path, "#!/bin/sh\n" + text + "\n", new UTF8Encoding(false));
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32("755", 8));
        return path;
    }
}
