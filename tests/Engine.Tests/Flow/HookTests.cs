using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Hooks;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Code of administrators: what it sees, what it may change, and what its faults do.</summary>
public sealed class HookTests
{
    [Fact]
    public async Task A_hook_is_called_at_each_step_and_sees_what_is_known_then()
    {
        await using var flow = new FlowHarness();
        var steps = new List<string>();
        flow.Hooks.Use(new Hook
        {
            Begin = m => steps.Add($"begin {m.Facts.Subject} {m.Message.Envelope.Sender} {m.MailId.Length}"),
            Checked = f => steps.Add($"checked {f.Findings.Virus.Names.Count} {f.Recipients[0].IsLocal}"),
            Sending = d => steps.Add($"sending {d.Verdicts[0].Destiny} {d.Copies.Count}"),
            Sent = o => steps.Add($"sent {o.Outcomes[0].Reply.Code}"),
            Done = r => steps.Add($"done {r.Reply.Code} {string.Join(',', r.Actions)}"),
        });
        await flow.SendAsync(FlowMail.Clean, "user1@example.com");
        steps.ShouldBe(["begin a plain message <sender@example.org> 12", "checked 0 True", "sending Pass 0", "sent 250", "done 250 RelayedInbound"]);
        flow.Lines().ShouldNotContain(l => l.Contains("hook", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hook_may_add_points_categories_and_fields()
    {
        await using var flow = new FlowHarness();
        flow.Hooks.Use(new Hook
        {
            Checked = f =>
            {
                f.AddScore(0, "MY TEST!", 6.5);
                f.AddCategory(1, ContentCategory.Banned);
                f.AddField("X-Spam-Tests", "MINE");
                f.AddField("X-Not-Allowed", "x");
            },
        });
        var replies = await flow.SendAsync(FlowMail.Score(1), "user1@example.com", "user2@example.com");
        replies.Single.ToString().ShouldEndWith(", but 1 DISCARD");
        var text = flow.Sink.Messages.Single().Text;
        text = text.Replace("\r\n ", " ", StringComparison.Ordinal);
        text.Split("\r\n").Single(l => l.StartsWith("X-Spam-Status:", StringComparison.Ordinal)).ShouldStartWith("X-Spam-Status: Yes, score=7.5 tagged_above=2 required=6 tests=[MY_TEST_=6.5, TEST=1]");
        text.ShouldContain("X-Spam-Tests: MINE\r\n");
        text.ShouldNotContain("X-Not-Allowed");
        flow.Lines().ShouldContain(l => l.StartsWith("Blocked BANNED", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hook_may_choose_the_next_hop_add_fields_for_all_and_replace_the_message()
    {
        await using var flow = new FlowHarness();
        await using var other = new MailSink();
        flow.Hooks.Use(new Hook
        {
            Sending = d =>
            {
                d.SetMethod(1, $"smtp:[127.0.0.1]:{other.Port}");
                d.AddField("X-From-Hook", "yes");
                d.ReplaceMessage(Octets.Of("From: <ann@example.org>\nSubject: new\n\nnew body\n"));
            },
        });
        await flow.SendAsync(FlowMail.Clean, "user1@example.com", "bob@far.example");
        flow.Sink.Messages.Single().RcptArguments.ShouldBe(["<user1@example.com>"]);
        other.Messages.Single().RcptArguments.ShouldBe(["<bob@far.example>"]);
        other.Messages.Single().Text.ShouldContain("X-From-Hook: yes\r\n");
        other.Messages.Single().Text.ShouldEndWith("From: <ann@example.org>\r\nSubject: new\r\n\r\nnew body\r\n");
    }

    [Fact]
    public async Task A_policy_bank_loaded_by_a_hook_holds_for_the_message()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            PolicyBanks = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(
                [new KeyValuePair<string, PolicyBank>("STRICT", new PolicyBank("STRICT", s => s with { FinalSpamDestiny = Destiny.Reject, Originating = true }))]),
        };
        flow.Hooks.Use(new Hook { Begin = m => (m.LoadPolicyBank("NONE"), m.LoadPolicyBank("STRICT")).ShouldBe((false, true)) });
        (await flow.SendAsync(FlowMail.Score(10), "user1@example.com")).Single.Code.ShouldBe(554);
        flow.Lines().ShouldContain(l => l.StartsWith("Blocked SPAM {RejectedInternal,Quarantined}, STRICT LOCAL ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Notices_may_be_held_back_and_asked_for()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { FinalSpamDestiny = Destiny.Bounce };
        await flow.SendAsync(FlowMail.Score(10), "user1@example.com");
        flow.Sink.Messages.Single().MailArguments.ShouldStartWith("<> ");
        flow.Clear();
        flow.Hooks.Use(new Hook { Sent = o => o.SuppressNotice(0, "MINE") });
        await flow.SendAsync(FlowMail.Score(10), "user1@example.com");
        flow.Sink.Messages.ShouldBeEmpty();
        flow.Hooks.Use(new Hook { Sent = o => o.SetNotify(0, DsnNotify.Success) });
        await flow.SendAsync(FlowMail.Clean, "user1@example.com");
        flow.Sink.Messages.Count.ShouldBe(2);
        flow.Sink.Messages[1].Text.ShouldContain("\r\nAction: relayed\r\n");
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("checked")]
    [InlineData("sending")]
    public async Task A_hook_that_throws_leaves_the_message_with_the_client(string step)
    {
        await using var flow = new FlowHarness();
        flow.Hooks.Use(Throwing(step));
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldBe("451 4.5.0 Error in processing, id=00421-07, hook mine FAILED: it is broken");
        flow.Sink.Messages.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("begin")]
    [InlineData("checked")]
    [InlineData("sending")]
    public async Task By_choice_a_hook_that_throws_is_only_logged(string step)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { HooksFailureIsFatal = false };
        flow.Hooks.Use(Throwing(step));
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.Code.ShouldBe(250);
        flow.Lines().ShouldContain("hook mine FAILED: it is broken; the message goes on");
    }

    [Theory]
    [InlineData("sent")]
    [InlineData("done")]
    public async Task When_the_message_has_been_sent_a_fault_is_only_logged(string step)
    {
        await using var flow = new FlowHarness();
        flow.Hooks.Use(Throwing(step));
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.Code.ShouldBe(250);
        flow.Lines().ShouldContain("hook mine FAILED: it is broken; the message goes on");
    }

    [Fact]
    public async Task A_hook_that_hangs_is_given_up()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { ChildTimeout = TimeSpan.FromSeconds(9) };
        var never = new TaskCompletionSource();
        flow.Hooks.Use(new Hook { Wait = never.Task });
        (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString().ShouldBe("451 4.5.0 Error in processing, id=00421-07, hook mine FAILED: timed out");
        never.SetResult();
    }

    [Fact]
    public async Task The_example_is_loaded_from_its_assembly_and_routes_mail()
    {
        await using var flow = new FlowHarness();
        await using var other = new MailSink();
        flow.Settings = flow.Settings with
        {
            Hooks = [new HookSettings(Example, null, new Dictionary<string, string> { ["field"] = "X-Route", ["value"] = "special", ["method"] = $"smtp:[127.0.0.1]:{other.Port}", ["points"] = "3" })],
        };
        flow.Hooks.Load(flow.Settings);
        await flow.SendAsync(FlowMail.With("X-Route: Special delivery\n"), "user1@example.com");
        other.Messages.Single().Text.ShouldContain("X-Routed-By: route-by-header\r\n");
        await flow.SendAsync(FlowMail.Clean.Replace("Message-ID: <m1@example.org>\n", "", StringComparison.Ordinal), "user1@example.com");
        flow.Sink.Messages.Single().Text.ShouldContain("tests=[NO_MESSAGE_ID=3]");
        flow.Lines(2).ShouldContain(l => l.StartsWith("hook route-by-header: ", StringComparison.Ordinal) && l.EndsWith(" ended with 250, RelayedInbound", StringComparison.Ordinal));
    }

    [Fact]
    public void What_can_not_be_loaded_is_named_with_its_reason_and_changes_nothing()
    {
        var hooks = new HookRegistry();
        var before = new Hook();
        hooks.Use(before);
        Load(hooks, Example, null).ShouldContain("refused its options: the option \"method\" is missing");
        Load(hooks, Example, "No.Such.Type").ShouldContain("has no public class No.Such.Type that implements Amavis.Engine.Hooks.IMailHook");
        Load(hooks, Path.Combine(Samples.Root, "README.md"), null).ShouldContain("can't be loaded");
        hooks.Hooks.ShouldBe([before]);
    }

    private static string Example => Path.Combine(
        Samples.Root, "examples", "RouteByHeader", "bin", AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug", "net10.0", "RouteByHeader.dll");

    private static string Load(HookRegistry hooks, string path, string? type) =>
        Should.Throw<HookLoadException>(() => hooks.Load(new Settings { Hooks = [new HookSettings(path, type, new Dictionary<string, string>())] })).Message;

    private static Hook Throwing(string step)
    {
        void Throw() => throw new InvalidOperationException("it is broken");
        return step switch
        {
            "begin" => new Hook { Begin = _ => Throw() },
            "checked" => new Hook { Checked = _ => Throw() },
            "sending" => new Hook { Sending = _ => Throw() },
            "sent" => new Hook { Sent = _ => Throw() },
            _ => new Hook { Done = _ => Throw() },
        };
    }

    private sealed class Hook : MailHookRun, IMailHook
    {
        public Action<HookMessage> Begin { get; init; } = _ => { };
        public Action<HookFindings> Checked { get; init; } = _ => { };
        public Action<HookDelivery> Sending { get; init; } = _ => { };
        public Action<HookOutcomes> Sent { get; init; } = _ => { };
        public Action<HookResult> Done { get; init; } = _ => { };
        public Task Wait { get; init; } = Task.CompletedTask;

        public string Name => "mine";

        public ValueTask<MailHookRun?> BeginAsync(HookMessage message, CancellationToken cancellationToken)
        {
            Begin(message);
            return ValueTask.FromResult<MailHookRun?>(this);
        }

        public override async ValueTask CheckedAsync(HookFindings findings, CancellationToken cancellationToken)
        {
            Checked(findings);
            await Wait;
        }

        public override ValueTask SendingAsync(HookDelivery delivery, CancellationToken cancellationToken)
        {
            Sending(delivery);
            return ValueTask.CompletedTask;
        }

        public override ValueTask SentAsync(HookOutcomes outcomes, CancellationToken cancellationToken)
        {
            Sent(outcomes);
            return ValueTask.CompletedTask;
        }

        public override ValueTask DoneAsync(HookResult result, CancellationToken cancellationToken)
        {
            Done(result);
            return ValueTask.CompletedTask;
        }
    }
}
