using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using Amavis.Engine.Notices;
using Amavis.Engine.Templates;
using Amavis.Engine.Tests.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Structure;

namespace Amavis.Engine.Tests.Notices;

/// <summary>The mails that notices are.</summary>
public sealed class NoticeMailTests
{
    private const string From = "\"Content-filter at filter.example.net\" <postmaster@filter.example.net>";
    private const string NoticeId = "NoTiCe123456";

    private static readonly MailAddress Sender = MailAddress.FromUnquoted("a@far.example");
    private static readonly MailAddress Admin = MailAddress.FromUnquoted("admin@example.com");
    private static readonly Findings Virus = Build.Findings(viruses: ["Test.Sig-1"]);
    private static readonly Settings Bouncing = Build.Settings with { FinalVirusDestiny = Destiny.Bounce, FinalBannedDestiny = Destiny.Bounce, FinalSpamDestiny = Destiny.Bounce };

    [Fact]
    public void A_bounce_has_three_parts_and_the_recorded_fields()
    {
        var mail = Bounce(NoticeTemplates.VirusSender, Virus, out var tree);
        tree.Errors.ShouldBeEmpty();
        tree.Root.MediaType.ShouldBe("multipart/report");
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "message/delivery-status", "text/rfc822-headers"]);
        var header = mail[..mail.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        header.ShouldContain("report-type=delivery-status;\r\n boundary=\"");
        header.ShouldContain("\r\nSubject: VIRUS in mail apparently from you (Test.Sig-1)\r\n");
        header.ShouldContain("\r\nIn-Reply-To: <x1@far.example>\r\n");
        header.ShouldContain($"\r\nMessage-ID: <VS{Letters.MailId}@filter.example.net>\r\n");
        header.ShouldContain($"\r\nFrom: {From}\r\n");
        header.ShouldContain("\r\nTo: <a@far.example>\r\n");
        header.ShouldContain("\r\nAuto-Submitted: auto-replied");
        mail.ShouldContain("Reporting-MTA: dns; filter.example.net\r\nReceived-From-MTA: dns; mta.example.net ([127.0.0.1])\r\nArrival-Date: Wed, 31 Jan 2024 12:05:01 +0100\r\n");
        mail.ShouldContain("\r\n\r\nFinal-Recipient: rfc822;u@example.com\r\nAction: failed\r\nStatus: 5.7.0\r\n"
            + "Diagnostic-Code: smtp; 554 5.7.0 Bounce, id=00421-07 - INFECTED: Test.Sig-1\r\n");
        mail.ShouldContain($"Final-Log-ID: 00421-07/{Letters.MailId}\r\n");
        mail.ShouldContain("Content-Description: Message header section\r\n\r\nReturn-Path: <a@far.example>\r\nReceived: from mail.far.example");
        mail.ShouldNotContain("Hello.");
    }

    [Fact]
    public void The_words_say_what_the_sender_needs()
    {
        var mail = Bounce(NoticeTemplates.VirusSender, Virus, out _);
        mail.ShouldContain("VIRUS ALERT\r\n");
        mail.ShouldContain("  Virus: Test.Sig-1\r\n");
        mail.ShouldContain("to this recipient:\r\n  u@example.com\r\n");
        mail.ShouldContain($"Our reference: 00421-07/{Letters.MailId}\r\n");
        mail.ShouldContain("First client on the way: [192.0.2.9]:3377 mail.far.example\r\n");
        mail.ShouldContain("Return-Path: <a@far.example>\r\n");
        mail.ShouldContain("Subject: Gr=C3=BC=C3=9Fe one two\r\n");
        mail.ShouldContain("The message was not delivered.\r\n");
        mail.ShouldContain("have your system checked");
        var banned = Bounce(NoticeTemplates.VirusSender, Build.Findings(banned: "application/x-dosexec,.exe,run.exe"), out _);
        banned.ShouldContain("Subject: BANNED contents in mail apparently from you\r\n (application/x-dosexec,.exe,run.exe)\r\n");
        banned.ShouldContain("BANNED CONTENTS ALERT\r\n");
        banned.ShouldContain("  Banned name or type: application/x-dosexec,.exe,run.exe\r\n");
        banned.ShouldContain("there are other ways");
        var spam = Bounce(NoticeTemplates.SpamSender, Build.Findings(9), out _);
        spam.ShouldContain("Subject: Your mail is considered unsolicited bulk mail (spam)\r\n");
        spam.ShouldContain($"Message-ID: <SS{Letters.MailId}@filter.example.net>\r\n");
        spam.ShouldContain("address was forged");
    }

    [Theory]
    [InlineData(1, "MIME error", "RFC 2045")]
    [InlineData(2, "nonencoded 8-bit character", "RFC 6532")]
    [InlineData(5, "line longer than RFC 5322 limit", "998")]
    [InlineData(8, "duplicate header field", "only once")]
    public void A_faulty_header_is_explained(int minor, string fault, string advice)
    {
        var mail = Bounce(NeutralNotices.Sender, Build.Findings(badHeader: minor), out _, Bouncing with { FinalBadHeaderDestiny = Destiny.Bounce });
        mail.Replace("\r\n ", " ", StringComparison.Ordinal).ShouldContain("Subject: Undeliverable mail, invalid header: " + fault + "\r\n");
        mail.ShouldContain("Your message could not be delivered to:\r\n  <u@example.com>:\r\n   554 5.6.0 Bounce, id=3D00421-07 - BAD HEADER");
        mail.ShouldContain("  Non-encoded data\r\n");
        mail.ShouldContain(advice);
        mail.ShouldContain("X-Mailer: Lab Mailer 1.0");
    }

    [Fact]
    public void A_notice_of_success_names_who_has_the_mail()
    {
        var clean = Build.Findings(0.4);
        var facts = Letters.Facts(Letters.Message(notify: DsnNotify.Success), clean, Build.Outcome(Build.Decide(clean, Build.Policy(notify: DsnNotify.Success))));
        var mail = Text(DeliveryStatusNotice.Make(NeutralNotices.Sender, facts, NoticeId, From, [Sender]).Mail);
        mail.ShouldContain("Subject: Delivery status of your mail\r\n");
        mail.ShouldContain("Your message was passed on to:\r\n  <u@example.com>\r\nThis notice of its delivery was asked for.\r\n");
        mail.ShouldContain("Content-Description: Delivery report\r\n");
        mail.ShouldContain("Action: relayed\r\nStatus: 2.0.0\r\n");
        mail.ShouldNotContain("could not be delivered");
    }

    [Fact]
    public void Envelope_id_and_original_recipient_are_told_decoded()
    {
        var message = Letters.Message(settings: Bouncing);
        message = message with
        {
            Envelope = message.Envelope with
            {
                DsnEnvelopeId = "abc+2B123",
                Recipients = [message.Envelope.Recipients[0] with { OriginalRecipient = "rfc822;other+2Bext@example.com" }],
            },
        };
        var verdict = Build.Decide(Virus, RecipientPolicy.Resolve(Bouncing, message.Envelope.Recipients[0], []));
        var mail = Text(DeliveryStatusNotice.Make(NoticeTemplates.VirusSender, Letters.Facts(message, Virus, Build.Outcome(verdict)), NoticeId, From, [Sender]).Mail);
        mail.ShouldContain("Original-Envelope-Id: abc+123\r\n");
        mail.ShouldContain("Original-Recipient: rfc822;other+2Bext@example.com\r\nFinal-Recipient: rfc822;u@example.com\r\n");
    }

    [Fact]
    public void An_administrator_gets_the_facts_and_the_original_header()
    {
        var facts = Letters.Facts(Letters.Message(), Virus, Build.Outcome(Build.Decide(Virus))) with
        {
            Virus = new Core.Explaining.VirusExplanation(["Test.Sig-1"], [new("clamd", "infected: Test.Sig-1", 1)], false),
            Copies = [new Quarantine.StoredCopy('F', "v/virus-x", false)],
        };
        var notice = WarningNotice.Make(NoticeTemplates.VirusAdmin, facts, NoticeId, From, null, [Admin, MailAddress.FromUnquoted("b@example.com")], withHeader: true);
        notice.Sender.Smtp.ShouldBe("postmaster@filter.example.net");
        var mail = Text(notice.Mail);
        var tree = MimeReader.Read(Octets(notice.Mail));
        tree.Errors.ShouldBeEmpty();
        tree.Root.MediaType.ShouldBe("multipart/mixed");
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "text/rfc822-headers"]);
        mail.ShouldContain("Subject: VIRUS (Test.Sig-1) in mail FROM [192.0.2.9]:3377 <a@far.example>\r\n");
        mail.ShouldContain($"Message-ID: <VA{Letters.MailId}@filter.example.net>\r\n");
        mail.ShouldContain("To: <admin@example.com>, <b@example.com>\r\n");
        mail.ShouldContain("Date: Wed, 31 Jan 2024 12:05:01 +0100\r\n");
        mail.ShouldContain("Auto-Submitted: auto-generated\r\n");
        mail.ShouldContain("A virus was found:\r\n  Test.Sig-1\r\n");
        mail.ShouldContain("A copy was kept in the quarantine as:\r\n  v/virus-x\r\n");
        mail.ShouldContain("The message was not passed on to:\r\n  <u@example.com>:\r\n   250 2.7.0 Ok, discarded, id=3D00421-07 - INFECTED: Test.Sig-1\r\n");
        mail.ShouldContain("What the scanners said:\r\n  clamd: infected: Test.Sig-1\r\n");
        mail.ShouldContain("\r\n\r\nReturn-Path: <a@far.example>\r\nReceived: ");
    }

    [Fact]
    public void An_administrator_of_spam_gets_the_checkers_report()
    {
        var findings = Build.Findings(9) with { Spam = [new SpamFinding(9, [], "line one\nline two", null)] };
        var facts = Letters.Facts(Letters.Message(), findings, Build.Outcome(Build.Decide(findings)));
        var mail = Text(WarningNotice.Make(NoticeTemplates.SpamAdmin, facts, NoticeId, From, "", [Admin], withHeader: true).Mail);
        mail.ShouldContain("Subject: Spam FROM [192.0.2.9]:3377 <a@far.example>\r\n");
        mail.ShouldContain("What the spam checker said:\r\nline one\r\nline two\r\n");
        mail.ShouldContain("The message was passed on to:\r\n  <u@example.com>\r\n");
        mail.ShouldContain("No copy was kept in the quarantine.");
    }

    [Fact]
    public void A_recipient_gets_text_alone()
    {
        var facts = Letters.Facts(Letters.Message(), Virus, Build.Outcome(Build.Decide(Virus)));
        var notice = WarningNotice.Make(NoticeTemplates.VirusRecipient, facts, NoticeId, From, "", [MailAddress.FromUnquoted("u@example.com")], withHeader: false);
        notice.Sender.IsNull.ShouldBeTrue();
        var mail = Text(notice.Mail);
        MimeReader.Read(Octets(notice.Mail)).Root.MediaType.ShouldBe("text/plain");
        mail.ShouldContain("Subject: VIRUS (Test.Sig-1) in mail TO YOU from <a@far.example>\r\n");
        mail.ShouldContain("The message probably came from ?@[203.0.113.9]\r\nand claims to come from <a@far.example>\r\n");
        mail.ShouldContain($"Message-ID: <VR{Letters.MailId}@filter.example.net>\r\n");
    }

    [Fact]
    public void Values_can_add_no_header_field_and_no_part()
    {
        var template = Template.Parse("Subject: about %j and [:mime_decode|%j] and %A\nX-Other: [:header_field|X-Evil]\n\nbody %A %j\n");
        var findings = Build.Findings(9) with { Spam = [new SpamFinding(9, [], "one\nBcc: <victim@example.net>\n\n--x\nContent-Type: text/html\n\n<b>", null)] };
        var message = Letters.Message(Letters.Octets("Subject: =?utf-8?Q?a=0D=0ABcc:_victim?=\nX-Evil: a\rBcc: b\nX-Raw: caf"));
        var text = Text(WarningNotice.Make(template, Letters.Facts(message, findings, Build.Outcome(Build.Decide(findings))), NoticeId, From, null, [Admin], withHeader: false).Mail);
        var header = text[..text.IndexOf("\r\n\r\n", StringComparison.Ordinal)];
        header.Split("\r\n").Where(l => !l.StartsWith(' ')).Select(l => l[..l.IndexOf(':', StringComparison.Ordinal)])
            .ShouldBe(["Subject", "X-Other", "From", "To", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"]);
        header.Split("\r\n").ShouldAllBe(l => l.Length > 0 && !l.Contains('\r', StringComparison.Ordinal) && !l.Contains('\n', StringComparison.Ordinal));
        text[text.IndexOf("\r\n\r\n", StringComparison.Ordinal)..].ShouldStartWith("\r\n\r\nbody one, Bcc: <victim@example.net>");
    }

    [Theory]
    [InlineData("Grüße", "UTF-8", "utf-8", "Q", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "charset=\"UTF-8\"", "quoted-printable", "Gr=C3=BC=C3=9Fe")]
    [InlineData("Grüße", "ISO-8859-1", "ISO-8859-2", "Q", "Subject: =?ISO-8859-2?Q?Gr=FC=DFe?=", "charset=\"ISO-8859-1\"", "quoted-printable", "Gr=FC=DFe")]
    [InlineData("Grüße", "UTF-8", "utf-8", "B", "Subject: =?utf-8?B?R3LDvMOfZQ==?=", "charset=\"UTF-8\"", "quoted-printable", "Gr=C3=BC=C3=9Fe")]
    [InlineData("Привет", "ISO-8859-1", "ISO-8859-1", "Q", "Subject: =?utf-8?Q?=D0=9F", "charset=\"UTF-8\"", "base64", "0J/RgNC40LLQtdGC")]
    [InlineData("Привет", "koi8-r", "koi8-r", "B", "Subject: =?koi8-r?B?8NLJ18XU?=", "charset=\"koi8-r\"", "base64", "8NLJ18XU")]
    [InlineData("plain", "koi8-r", "koi8-r", "B", "Subject: plain", "charset=\"us-ascii\"", "7bit", "plain")]
    public void Texts_are_written_in_the_configured_charset(string word, string body, string header, string encoding, string subject, string charset, string transfer, string text)
    {
        var settings = Build.Settings with { BdyEncoding = body, HdrEncoding = header, HdrEncodingQb = encoding };
        var template = Template.Parse($"Subject: {word}\n\n{(transfer == "quoted-printable" ? "A long line of plain letters before " : "")}{word}\n");
        var mail = Text(WarningNotice.Make(template, Letters.Facts(Letters.Message(settings: settings), Virus, Build.Outcome(Build.Decide(Virus))), NoticeId, From, null, [Admin], false).Mail);
        mail.ShouldContain(subject);
        mail.ShouldContain(charset);
        mail.ShouldContain("Content-Transfer-Encoding: " + transfer);
        mail.ShouldContain(text);
    }

    [Fact]
    public void A_template_without_a_header_still_makes_a_whole_mail()
    {
        var mail = Text(WarningNotice.Make(Template.Parse("\n\nonly words"), Letters.Facts(Letters.Message(), Virus, Build.Outcome(Build.Decide(Virus))), NoticeId, From, null, [Admin], false).Mail);
        mail.ShouldContain($"Message-ID: <{NoticeId}@filter.example.net>\r\n");
        mail.ShouldStartWith($"From: {From}\r\n");
    }

    [Fact]
    public void Fields_of_mime_in_a_template_give_way_to_ours()
    {
        var template = Template.Parse("Subject: x\nMIME-Version: 1.0\nContent-Type: text/html\nBcc: <b@x>\nX-Long: a\n b\n\nbody\n");
        var mail = Text(WarningNotice.Make(template, Letters.Facts(Letters.Message(), Virus, Build.Outcome(Build.Decide(Virus))), NoticeId, From, null, [Admin], false).Mail);
        mail.ShouldNotContain("text/html");
        mail.ShouldNotContain("Bcc");
        mail.ShouldContain("\r\nX-Long: a b\r\n");
    }

    [Fact]
    public void A_recipient_outside_of_ascii_makes_the_notice_global()
    {
        var notice = WarningNotice.Make(NoticeTemplates.VirusAdmin, Letters.Facts(Letters.Message(), Virus, Build.Outcome(Build.Decide(Virus))), NoticeId, From, null,
            [MailAddress.FromUnquoted("jörg@example.com")], true);
        notice.SmtpUtf8.ShouldBeTrue();
        Encoding.UTF8.GetString(Octets(notice.Mail)).ShouldContain("To: <jörg@example.com>\r\n");
    }

    private static string Bounce(Template template, Findings findings, out MimeTree tree, Settings? settings = null)
    {
        var used = settings ?? Bouncing;
        var outcome = Build.Outcome(Build.Decide(findings, Build.Policy(settings: used)));
        var notice = DeliveryStatusNotice.Make(template, Letters.Facts(Letters.Message(settings: used), findings, outcome), NoticeId, From, [Sender]);
        notice.Sender.IsNull.ShouldBeTrue();
        tree = MimeReader.Read(Octets(notice.Mail));
        return Text(notice.Mail);
    }

    private static byte[] Octets(OutgoingMessage mail) => [.. mail.Chunks().SelectMany(c => c.ToArray())];

    private static string Text(OutgoingMessage mail) => Encoding.Latin1.GetString(Octets(mail));
}
