using System.Text;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery.Mangling;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Passed mail with its body changed: wrapped, cleaned, with a disclaimer.</summary>
public sealed class ManglingTests
{
    [Fact]
    public async Task Infected_mail_is_attached_for_local_recipients_and_left_alone_for_others()
    {
        await using var flow = Passing(s => s with { DefangVirus = "attach" });
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com", "bob@far.example")).Single.Code.ShouldBe(250);
        var local = flow.Sink.Messages.Single(m => m.RcptArguments.Contains("<user1@example.com>"));
        var foreign = flow.Sink.Messages.Single(m => m.RcptArguments.Contains("<bob@far.example>"));
        foreign.Text.ShouldEndWith(Octets.Text(Octets.Crlf(FlowMail.Virus)));

        var tree = MimeReader.Read(local.Octets);
        tree.Errors.ShouldBeEmpty();
        tree.Root.MediaType.ShouldBe("multipart/mixed");
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "message/rfc822"]);
        var text = local.Text;
        text.ShouldStartWith("X-Amavis-Modified: Mail body modified (defanged) - filter.example.net\r\n");
        text.ShouldContain("\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"=_");
        text.ShouldContain("\r\nSubject: ***INFECTED*** a plain message\r\nReceived: from mail.example.org");
        text.ShouldContain("\r\nThe attached message holds a virus: Test.Sig-1\r\n");
        text.ShouldContain("Content-Type: message/rfc822; x-spam-type=original; name=\"message\"\r\nContent-Disposition: attachment; filename=\"message\"\r\n"
            + "Content-Transfer-Encoding: 7bit\r\nContent-Description: Original message\r\n\r\nReturn-Path: <sender@example.org>\r\n" + Octets.Text(Octets.Crlf(FlowMail.Virus)));
    }

    [Fact]
    public async Task Each_reason_that_asks_for_it_is_named()
    {
        await using var flow = Passing(s => s with { DefangUndecipherable = "attach", DefangSpam = "attach", DefangBadHeader = null });
        await flow.SendAsync(FlowMail.Encrypted.Replace("Content-Type: multipart", "X-Test-Score: 7\nX-Odd: caf\u00e9\nContent-Type: multipart", StringComparison.Ordinal), "user1@example.com");
        var text = flow.Sink.Messages.Single().Text;
        text.ReplaceLineEndings(" ").ShouldContain("could not be taken apart, encrypted perhaps: it is not checked for viruses.");
        text.ShouldContain("The attached message looks like unsolicited mail, with 7 points.");
        text.ShouldNotContain("The header of the attached message breaks rules");
        text.ShouldContain("Content-Transfer-Encoding: 8bit\r\nContent-Description: Original message");
    }

    [Fact]
    public async Task Changed_mail_goes_by_resend_method()
    {
        await using var other = new MailSink();
        await using var flow = Passing(s => s with { DefangAll = "attach", ResendMethod = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{other.Port}") });
        await flow.SendAsync(FlowMail.Clean, "user1@example.com", "bob@far.example");
        other.Messages.Single().RcptArguments.ShouldBe(["<user1@example.com>"]);
        flow.Sink.Messages.Single().RcptArguments.ShouldBe(["<bob@far.example>"]);
    }

    [Fact]
    public async Task A_pretended_change_only_says_so()
    {
        await using var flow = Passing(s => s with { DefangVirus = "null" });
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        var text = flow.Sink.Messages.Single().Text;
        text.ShouldContain("X-Amavis-Modified: Mail body modified (using null) - filter.example.net");
        text.ShouldEndWith("\r\nX-Test-Virus: Test.Sig-1\r\n");
    }

    [Fact]
    [Trait("Needs", "Server")]
    public async Task Altermime_takes_attachments_away()
    {
        await using var flow = Passing(s => s with { DefangUndecipherable = "1" });
        await flow.SendAsync(FlowMail.Encrypted, "user1@example.com");
        var text = flow.Sink.Messages.Single().Text;
        text.ShouldContain("X-Amavis-Modified: Mail body modified (using altermime) - filter.example.net");
        text.ShouldContain("\r\nsee the attachment\r\n");
        text.ShouldNotContain("UEsDBAoACQAAACGO");
        Directory.GetDirectories(Path.Combine(flow.Path, "work")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("/nowhere/altermime", "there is no program /nowhere/altermime")]
    [InlineData("/bin/false", "it ended with 1: ")]
    public async Task When_the_program_fails_the_mail_goes_on_as_it_is(string program, string reason)
    {
        await using var flow = Passing(s => s with { DefangVirus = "altermime", Altermime = program });
        (await flow.SendAsync(FlowMail.Virus, "user1@example.com")).Single.ToString().ShouldStartWith("250 ");
        var text = flow.Sink.Messages.Single().Text;
        text.ShouldNotContain("X-Amavis-Modified");
        text.ShouldEndWith("\r\nX-Test-Virus: Test.Sig-1\r\n");
        flow.Lines().ShouldContain(l => l.StartsWith("mangling by altermime (Altermime) failed, the mail goes on unchanged: " + reason, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_altermime_true_means_attach()
    {
        await using var flow = Passing(s => s with { DefangVirus = "1", Altermime = "/nowhere/altermime" });
        await flow.SendAsync(FlowMail.Virus, "user1@example.com");
        flow.Sink.Messages.Single().Text.ShouldContain("X-Amavis-Modified: Mail body modified (defanged)");
    }

    [Theory]
    [Trait("Needs", "Server")]
    [InlineData("me@example.com", "bob@far.example", true, true)]
    [InlineData("me@example.com", "user1@example.com", true, false)]
    [InlineData("me@example.com", "user1@example.com", false, true)]
    [InlineData("sender@example.org", "user1@example.com", false, false)]
    public async Task A_disclaimer_is_for_mail_of_our_own(string sender, string recipient, bool outboundOnly, bool expected)
    {
        await using var flow = new FlowHarness();
        var file = Path.Combine(flow.Path, "sales.txt");
        await File.WriteAllTextAsync(file, "This mail is confidential.\n");
        flow.Settings = flow.Settings with
        {
            AllowDisclaimers = true,
            OutboundDisclaimersOnly = outboundOnly,
            DefangAll = "disclaimer",
            AltermimeArgsDisclaimer = [$"--disclaimer={flow.Path}/_OPTION_.txt"],
            DisclaimerOptionsBysenderMaps = new LookupMaps([new HashTable([new("me@example.com", new LookupValue("sales"))])]),
        };
        await flow.SendAsync(FlowMail.Clean.Replace("ann@example.org", sender, StringComparison.Ordinal), new FlowEnvelope { Sender = sender, Recipients = [recipient] });
        var text = flow.Sink.Messages.Single().Text;
        text.Contains("This mail is confidential.", StringComparison.Ordinal).ShouldBe(expected);
        text.Contains("X-Amavis-Modified: Mail body modified (using disclaimer)", StringComparison.Ordinal).ShouldBe(expected);
    }

    [Fact]
    public async Task A_disclaimer_needs_permission()
    {
        await using var flow = Passing(s => s with { DefangAll = "disclaimer" });
        await flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Sender = "me@example.com", Recipients = ["bob@far.example"] });
        flow.Sink.Messages.Single().Text.ShouldNotContain("X-Amavis-Modified");
    }

    [Fact]
    public void Fields_that_break_rules_are_mended_in_the_new_mail()
    {
        var original = Octets.Of("Subject: x\r\nFrom: a\0b\r\n \r\n c\r\nComments: " + new string('c', 1200) + "\r\nX-Other: gone\r\n\r\nbody\r\n");
        using var spool = new MemorySpool(original);
        var header = Mime.Headers.HeaderSection.Read(spool);
        var message = TestMessage(spool);
        var plan = new Delivery.CopyPlan([], false, null, false);
        var made = AttachedMessage.Make(message, spool, header, new Mime.Editing.HeaderEdits(), Mime.Editing.HeaderRendering.Default, plan, "b");
        var text = Encoding.Latin1.GetString([.. made.Chunks().SelectMany(c => c.ToArray())]);
        text.ShouldContain("\r\nFrom: a\\x{00}b\r\n \\x{20}\r\n c\r\n");
        text.Split("\r\n").ShouldContain(l => l.StartsWith("Comments: ccc", StringComparison.Ordinal) && l.Length == 998 && l.EndsWith("c...", StringComparison.Ordinal));
        text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)].ShouldNotContain("X-Other");
        made.Length.ShouldBe(text.Length);
    }

    private static ReceivedMessage TestMessage(Spool spool) => new()
    {
        LogId = "x",
        Envelope = new Envelope { Sender = Core.Addresses.MailAddress.Null, Recipients = [] },
        Connection = new ConnectionFacts(),
        Spool = spool,
        Policy = PolicyState.Base(new Settings()),
        ReceivedAt = DateTimeOffset.UnixEpoch,
        StartedTimestamp = 0,
        DataEndedTimestamp = 0,
    };

    private static FlowHarness Passing(Func<Settings, Settings> change)
    {
        var flow = new FlowHarness();
        flow.Settings = change(flow.Settings with { FinalVirusDestiny = Core.Categories.Destiny.Pass, VirusQuarantineMethod = null });
        return flow;
    }
}
