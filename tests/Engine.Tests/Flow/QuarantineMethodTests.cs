using System.Collections.Frozen;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Copies that blocked and passed mail leaves behind, in each kind of quarantine.</summary>
public sealed class QuarantineMethodTests
{
    [Fact]
    public async Task A_copy_is_sent_to_a_mailbox_with_its_own_sender()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            VirusQuarantineMethod = flow.Settings.ForwardMethod,
            VirusQuarantineToMaps = LookupMaps.Constant("virus@quarantine.example"),
            MailfromToQuarantine = "filter@quarantine.example",
        };
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldStartWith("250 2.7.0 Ok, discarded");
        var copy = flow.Sink.Messages.Single();
        copy.MailArguments.ShouldStartWith("<filter@quarantine.example>");
        copy.RcptArguments.ShouldBe(["<virus@quarantine.example>"]);
        copy.Text.ShouldStartWith("X-Envelope-From: <sender@example.org>\r\nX-Envelope-To: <user1@example.com>\r\nX-Envelope-To-Blocked: <user1@example.com>\r\nX-Quarantine-ID: <");
        flow.Lines().ShouldContain(l => l.Contains(", quarantine: virus@quarantine.example, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task With_the_original_sender_nobody_is_told_of_the_copy()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { VirusQuarantineMethod = flow.Settings.ForwardMethod, VirusQuarantineToMaps = LookupMaps.Constant("virus@quarantine.example") };
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        flow.Sink.Messages.Single().MailArguments.ShouldStartWith("<sender@example.org>");
        flow.Sink.Messages.Single().RcptArguments.ShouldBe(["<virus@quarantine.example> NOTIFY=NEVER"]);
    }

    [Fact]
    public async Task A_file_quarantine_with_a_mail_address_sends_by_notify_method()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { VirusQuarantineToMaps = LookupMaps.Constant("virus@quarantine.example") };
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        flow.Sink.Messages.Single().RcptArguments.Single().ShouldStartWith("<virus@quarantine.example>");
        Directory.GetFiles(flow.Quarantine).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("450 4.2.0 full")]
    [InlineData("550 5.1.1 no such quarantine")]
    public async Task F5_a_quarantine_that_refuses_leaves_the_message_with_the_client(string reply)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { VirusQuarantineMethod = flow.Settings.ForwardMethod, VirusQuarantineToMaps = LookupMaps.Constant("virus@quarantine.example") };
        flow.Sink.Answer = (verb, _) => verb == "RCPT" ? reply : "";
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldStartWith("451 4.5.0 Error in processing, id=00421-07, quarantine FAILED: " + reply[..9]);
        flow.Counters.Get(reply[0] == '4' ? "QuarAttemptTempFails" : "QuarAttemptFails").ShouldBe(1);
    }

    [Fact]
    public async Task A_batch_copy_has_the_envelope_in_its_commands()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { VirusQuarantineMethod = DeliveryMethod.Parse("bsmtp:virus-%m.bsmtp") };
        await flow.SendAsync(FlowMail.Virus, "user1@example.com", "user2@example.com");
        var file = Directory.GetFiles(flow.Quarantine).Single();
        var text = await File.ReadAllTextAsync(file);
        text.ShouldStartWith("EHLO localhost\nMAIL FROM:<sender@example.org> BODY=7BIT\nRCPT TO:<user1@example.com> NOTIFY=NEVER\nRCPT TO:<user2@example.com> NOTIFY=NEVER\nDATA\nX-Envelope-From: <sender@example.org>\nX-Quarantine-ID: <");
        text.ShouldNotContain("X-Envelope-To");
        flow.Lines().ShouldContain(l => l.Contains($", quarantine: {Path.GetFileName(file)}, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_program_may_keep_the_copy()
    {
        await using var flow = new FlowHarness();
        var got = Path.Combine(flow.Path, "got");
        var script = Path.Combine(flow.Path, "keep");
        await File.WriteAllTextAsync(script, $"#!/bin/sh\necho \"$@\" >{got}\ncat >>{got}\n");
        File.SetUnixFileMode(script, (UnixFileMode)Convert.ToInt32("755", 8));
        flow.Settings = flow.Settings with { VirusQuarantineMethod = DeliveryMethod.Parse($"pipe:argv={script} ${{sender}} ${{recipient}}") };
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        (await File.ReadAllTextAsync(got)).ShouldStartWith("sender@example.org virus-quarantine\nX-Envelope-From: <sender@example.org>\n");
    }

    [Fact]
    public async Task Copies_are_spread_over_directories_by_their_ids()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { QuarantineSubdirLevels = 1 };
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        Directory.GetDirectories(flow.Quarantine).Length.ShouldBe(62);
        var file = Directory.GetFiles(flow.Quarantine, "*", SearchOption.AllDirectories).Single();
        Path.GetRelativePath(flow.Quarantine, file).ShouldMatch(@"^(\w)/virus-\1[\w-]{11}$");
        File.GetUnixFileMode(file).ShouldBe((UnixFileMode)Convert.ToInt32("640", 8));
        flow.Lines().ShouldContain(l => l.Contains($", quarantine: {Path.GetRelativePath(flow.Quarantine, file)}, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Names_of_quarantines_have_their_places()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            CleanQuarantineMethod = DeliveryMethod.Parse("local:clean-%m"),
            CleanQuarantineToMaps = new LookupMaps(
            [
                new HashTable([new("user1@example.com", new LookupValue("archive-mbox")), new("user2@example.com", new LookupValue("sender-quarantine")), new("user3@example.com", new LookupValue(""))]),
                new ConstantTable(new LookupValue("archive-files")),
            ]),
        };
        await flow.SendAsync(FlowMail.Clean, "user1@example.com", "user2@example.com", "user3@example.com", "user4@example.com");
        var names = Directory.GetFiles(flow.Quarantine).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToList();
        names.Count.ShouldBe(3);
        names[0].ShouldBe("archive.mbox");
        names[1].ShouldStartWith("clean-");
        names[2].ShouldMatch(@"^sender-sender_at_example\.org-[\w-]{12}\.gz$");
        (await File.ReadAllTextAsync(Path.Combine(flow.Quarantine, names[1]))).ShouldStartWith("Return-Path: <sender@example.org>\nDelivered-To: archive-files\nX-Envelope-From: ");
        flow.Sink.Messages.Single().Text.ShouldContain("X-Quarantine-ID: <");
    }

    [Fact]
    public async Task An_archive_in_the_recipients_own_names_gets_the_whole_envelope_once()
    {
        await using var flow = new FlowHarness();
        await using var archive = new MailSink();
        flow.Settings = flow.Settings with { ArchiveQuarantineMethod = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{archive.Port}"), ArchiveQuarantineToMaps = LookupMaps.Constant("%a") };
        await flow.SendAsync(FlowMail.Clean, "user1@example.com", "user2@example.com");
        archive.Messages.Single().RcptArguments.ShouldBe(["<user1@example.com> NOTIFY=NEVER", "<user2@example.com> NOTIFY=NEVER"]);
        flow.Lines().ShouldContain(l => l.StartsWith("Passed CLEAN {RelayedInbound,Archived}", StringComparison.Ordinal));
        flow.Sink.Messages.Single().Text.ShouldNotContain("X-Quarantine-ID");
    }

    [Fact]
    public async Task Spam_above_the_cutoff_is_not_kept_and_the_sender_may_add_a_place()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            FinalSpamDestiny = Destiny.Discard,
            SpamQuarantineMethod = DeliveryMethod.Parse("local:spam-%m"),
            SpamQuarantineCutoffLevelMaps = LookupMaps.Constant(20),
            SpamQuarantineBysenderToMaps = new LookupMaps([new HashTable([new(".example.org", new LookupValue("archive-mbox"))])]),
        };
        await flow.SendAsync(FlowMail.Score(25), new FlowEnvelope { Sender = "x@elsewhere.example" });
        Directory.GetFiles(flow.Quarantine).ShouldBeEmpty();
        await flow.SendAsync(FlowMail.Score(12), new FlowEnvelope { Sender = "x@elsewhere.example" });
        Directory.GetFiles(flow.Quarantine).Length.ShouldBe(1);
        await flow.SendAsync(FlowMail.Score(12), "user1@example.com");
        Directory.GetFiles(flow.Quarantine).Select(f => Path.GetFileName(f)[..4]).Order().ShouldBe(["arch", "spam", "spam"]);
    }

    [Fact]
    public async Task A_missing_quarantine_directory_is_a_fault_and_no_mbox()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { QuarantineDir = Path.Combine(flow.Path, "missing") };
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldContain("quarantine directory ");
        File.Exists(Path.Combine(flow.Path, "missing")).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_a_quarantine_directory_copies_in_files_are_silently_left_out()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { QuarantineDir = null };
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.Code.ShouldBe(250);
        flow.Lines().ShouldContain(l => l.StartsWith("Blocked INFECTED (Test.Sig-1) {DiscardedInbound}, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Sql_without_a_database_leaves_the_message_with_the_client()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with { VirusQuarantineMethod = DeliveryMethod.Parse("sql:") };
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldContain("quarantine FAILED: 451 4.5.0 Storing to sql db");
    }

    [Fact]
    public async Task A_passed_message_is_kept_by_its_own_category_and_not_by_a_lesser_one()
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            UncheckedQuarantineMethod = null,
            CleanQuarantineMethod = DeliveryMethod.Parse("local:clean-%m"),
            QuarantineMethodByCcatOver = new ByCategory<DeliveryMethod?>(new Dictionary<CategoryKey, DeliveryMethod?> { [new CategoryKey(ContentCategory.Unchecked, 1)] = DeliveryMethod.Parse("local:locked-%m") }),
            QuarantineToMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [new CategoryKey(ContentCategory.Unchecked, 1)] = LookupMaps.Constant("unchecked-quarantine") }),
        };
        await flow.SendAsync(FlowMail.Encrypted, "user1@example.com");
        Path.GetFileName(Directory.GetFiles(flow.Quarantine).Single()).ShouldStartWith("locked-");
    }
}
