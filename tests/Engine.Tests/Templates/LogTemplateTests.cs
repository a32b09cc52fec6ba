using System.Net;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Messages;
using Amavis.Core.Templates;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Reporting;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Templates;

public sealed class LogTemplateTests
{
    private const string Plain = "Received: from mail ([192.0.2.9]) by mx with ESMTP; Mon, 01 Jan 2024 10:00:00 +0000\nMessage-ID: <x1@far.example>\nX-Raw: caf";

    [Fact]
    public void Built_in_templates_have_no_faults()
    {
        Template[] all =
        [
            LogTemplates.Short, LogTemplates.Verbose, LogTemplates.Recipient, NoticeTemplates.VirusAdmin, NoticeTemplates.SpamAdmin, NoticeTemplates.VirusRecipient,
            NoticeTemplates.VirusSender, NoticeTemplates.SpamSender, NeutralNotices.Sender, NeutralNotices.Release, NeutralNotices.Report, NeutralNotices.AutoResponse,
        ];
        foreach (var template in all)
        {
            template.Problems.ShouldBeEmpty();
            MacroUse.Unknown(template).ShouldBeEmpty();
        }
    }

    [Fact]
    public void A_mixed_outcome_has_two_lines()
    {
        var virus = Build.Findings(viruses: ["Test.Sig-1"]);
        var lover = Build.Settings with { VirusLoversMaps = Core.Lookups.LookupMaps.Constant(1) };
        var facts = Letters.Facts(Message(bank: "PREQ", recipients: ["u@example.com", "v@example.com"]), virus,
            Build.Outcome(Build.Decide(virus, Build.Policy("u@example.com", lover))), Build.Outcome(Build.Decide(virus, Build.Policy("v@example.com"))))
            with
        {
            Actions = ["DiscardedInbound", "RelayedTaggedInbound", "Quarantined"],
            Copies = [new StoredCopy('F', "virus-m0Nq2jKk8a7B", false)],
        };
        Lines(LogTemplates.Short, facts).ShouldBe(
        [
            "Passed INFECTED (Test.Sig-1) {DiscardedInbound,RelayedTaggedInbound,Quarantined}, PREQ [192.0.2.9]:3377 [192.0.2.9] <a@far.example> -> <u@example.com>, "
            + "quarantine: virus-m0Nq2jKk8a7B, Queue-ID: 7A1, Message-ID: <x1@far.example>, mail_id: pQ2mZ8wJ0aBc, Hits: -, size: 138, queued_as: 4XyZ12, 214 ms",
            "Blocked INFECTED (Test.Sig-1) {DiscardedInbound,RelayedTaggedInbound,Quarantined}, PREQ [192.0.2.9]:3377 [192.0.2.9] <a@far.example> -> <v@example.com>, "
            + "quarantine: virus-m0Nq2jKk8a7B, Queue-ID: 7A1, Message-ID: <x1@far.example>, mail_id: pQ2mZ8wJ0aBc, Hits: -, size: 138, 214 ms",
        ]);
    }

    [Fact]
    public void Our_own_mail_is_local_and_several_queue_ids_are_named()
    {
        var settings = Build.Settings with { Originating = true, PartitionTag = 7 };
        var clean = Build.Findings(-1.2);
        var facts = Letters.Facts(Message(settings: settings, sender: "me@example.com", recipients: ["u@example.com", "x@far.example"], bank: "MYNETS"), clean,
            Build.Outcome(Build.Decide(clean, Build.Policy("u@example.com", settings)), "250 2.0.0 from MTA(x): 250 Ok: queued as 9C41"),
            Build.Outcome(Build.Decide(clean, Build.Policy("x@far.example", settings)), "250 2.0.0 from MTA(x): 250 Ok: queued as 9C42"))
            with
        {
            Actions = ["RelayedInternal", "RelayedOutbound"],
        };
        Lines(LogTemplates.Short, facts).ShouldHaveSingleItem().ShouldBe(
            "Passed CLEAN {RelayedInternal,RelayedOutbound}, MYNETS LOCAL [192.0.2.9]:3377 [192.0.2.9] <me@example.com> -> <u@example.com>,<x@far.example>, Queue-ID: 7A1, "
            + "Message-ID: <x1@far.example>, mail_id: pQ2mZ8wJ0aBc, Hits: -1.2, size: 138, pt: 7, queued_as: 9C41/9C42, 214 ms");
    }

    [Theory]
    [InlineData("%(evil) [?1|a|b] #")]
    [InlineData("]] | \\n")]
    public void Nothing_in_a_message_is_read_as_template(string text)
    {
        var clean = Build.Findings(1);
        var message = Letters.Message(Letters.Octets($"Subject: {text}\nUser-Agent: {text}\nX-Raw: caf"), client: new ClientFacts { Helo = text, Address = IPAddress.Loopback });
        Lines(LogTemplates.Verbose, Letters.Facts(message, clean, Build.Outcome(Build.Decide(clean)))).ShouldHaveSingleItem()
            .ShouldContain($", Subject: \"{text}\", From: , User-Agent: {text.Replace(' ', '_')}, helo={text}, Tests:");
    }

    [Fact]
    public void The_verbose_template_tells_more()
    {
        var settings = Build.Settings with { FinalBannedDestiny = Destiny.Pass };
        var findings = Build.Findings(6.1, banned: "application/x-dosexec,.exe,run.exe") with
        {
            Spam = [new SpamFinding(6.1, [new TestScore("A", 1), new TestScore("B", 5.1)], null, "no")],
        };
        var line = Lines(LogTemplates.Verbose, Letters.Facts(Letters.Message(settings: settings), findings, Build.Outcome(Build.Decide(findings, Build.Policy(settings: settings)))))
            .ShouldHaveSingleItem();
        line.ShouldStartWith("Passed BANNED (application/x-dosexec,.exe,run.exe) {RelayedInbound}, [192.0.2.9]:3377 [203.0.113.9] ESMTP/ESMTP <a@far.example> -> <u@example.com>, "
            + "(ESMTP://[192.0.2.9]:3377 < ESMTPS://198.51.100.7 < HTTP://203.0.113.9), Queue-ID: 7A1, Message-ID: <x1@far.example>, Resent-Message-ID: <r1@far.example>, "
            + "mail_id: pQ2mZ8wJ0aBc, b: K-3XuU53b, Hits: 6.1, size: 757, queued_as: 4XyZ12, "
            + "Subject: \"Grüße one two (raw: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= one two)\", From: <juergen@far.example>, X-Mailer: Lab_Mailer_1.0, helo=helo.far.example, "
            + "Tests: [A=1,B=5.1], b.key=rule, b.parts=application/x-dosexec,.exe,run.exe, autolearn=no, rss=");
        line.ShouldMatch(", rss=[0-9]+, 214 ms$");
    }

    [Fact]
    public void Each_recipient_has_a_line()
    {
        var clean = Build.Findings(0.4);
        var virus = Build.Findings(viruses: ["Test.Sig-1"]);
        Recipient(clean, Build.Outcome(Build.Decide(clean))).ShouldBe("Passed CLEAN, <a@far.example> -> <u@example.com>, Hits: 0.4, tag=2, tag2=6.31, kill=8, queued_as: 4XyZ12, L/0/0/0");
        Recipient(clean, Build.Outcome(Build.Decide(clean), "250 2.0.0 from MTA(x): 250 2.0.0 Ok"))
            .ShouldBe("Passed CLEAN, <a@far.example> -> <u@example.com>, Hits: 0.4, tag=2, tag2=6.31, kill=8, fwd: 250 2.0.0 Ok, L/0/0/0");
        Recipient(virus, Build.Outcome(Build.Decide(virus))).ShouldBe("Blocked INFECTED (Test.Sig-1), <a@far.example> -> <u@example.com>, Hits: -, tag=2, tag2=6.31, kill=8, L/0/0/0");
    }

    [Theory]
    [InlineData(0.4, null, null, 0, "CLEAN")]
    [InlineData(7, null, null, 0, "SPAMMY")]
    [InlineData(9, null, null, 0, "SPAM")]
    [InlineData(1, "V1", null, 0, "INFECTED (V1)")]
    [InlineData(1, null, "x.exe", 0, "BANNED (x.exe)")]
    [InlineData(1, null, null, 3, "BAD-HEADER-3")]
    public void Each_class_of_mail_has_its_word(double score, string? virus, string? banned, int badHeader, string word)
    {
        var findings = Build.Findings(score, virus is null ? null : [virus], banned, badHeader);
        var settings = Build.Settings with { FinalVirusDestiny = Destiny.Pass, FinalBannedDestiny = Destiny.Pass };
        Recipient(findings, Build.Outcome(Build.Decide(findings, Build.Policy(settings: settings)))).ShouldStartWith($"Passed {word}, <a@far.example>");
    }

    [Theory]
    [InlineData(Core.Parts.PartAttributes.Encrypted, "UNCHECKED-ENCRYPTED")]
    [InlineData(Core.Parts.PartAttributes.Undecipherable, "UNCHECKED")]
    public void Unchecked_mail_says_whether_it_is_encrypted(Core.Parts.PartAttributes attributes, string word)
    {
        var findings = Build.Findings(1, attributes: attributes);
        Recipient(findings, Build.Outcome(Build.Decide(findings))).ShouldStartWith($"Passed {word}, ");
    }

    [Fact]
    public void A_log_line_costs_little()
    {
        var clean = Build.Findings(0.4);
        var macros = new MessageMacros(Letters.Facts(Message(), clean, Build.Outcome(Build.Decide(clean))));
        for (var i = 0; i < 100; i++)
            TemplateExpander.Expand(LogTemplates.Short, macros, ExpansionLimits.Log);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            TemplateExpander.Expand(LogTemplates.Short, macros, ExpansionLimits.Log);
        ((GC.GetAllocatedBytesForCurrentThread() - before) / 100).ShouldBeLessThan(24_000);
    }

    private static string Recipient(Findings findings, RecipientOutcome outcome) =>
        Lines(LogTemplates.Recipient, new MessageMacros(Letters.Facts(Message(), findings)).For(outcome, 1)).ShouldHaveSingleItem();

    private static ReceivedMessage Message(Core.Policy.Settings? settings = null, string sender = "a@far.example", string[]? recipients = null, string bank = "") =>
        Letters.Message(Letters.Octets(Plain), settings, sender, recipients: recipients, bank: bank);

    private static IReadOnlyList<string> Lines(Template template, MacroFacts facts) => Lines(template, new MessageMacros(facts));

    private static IReadOnlyList<string> Lines(Template template, MessageMacros macros) =>
        [.. TemplateExpander.Expand(template, macros, ExpansionLimits.Log).Lines()];
}
