using Amavis.Core.Explaining;
using Amavis.Testing;
using Amavis.Testing.Console;

namespace Amavis.Web.Tests;

/// <summary>Messages for the pages.</summary>
internal static class SampleMail
{
    /// <summary>As the daemon stores it: its own fields, then the message; LF line ends.</summary>
    public const string Stored = """
        Return-Path: <sender@far.test>
        X-Envelope-From: <sender@far.test>
        X-Envelope-To: <a@example.com>, <hidden-bcc@example.com>
        X-Envelope-To-Blocked: <a@example.com>
        X-Quarantine-ID: <spam01>
        X-Spam-Status: Yes, score=15 tag=2
            tests=[A=1]
        Received: from far.test by mx.example.com
        From: Sender <sender@far.test>
        To: a@example.com
        Subject: Buy now
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="B"

        preamble
        --B
        Content-Type: multipart/alternative; boundary="A"

        --A
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        Cheap <b>watches</b> for =E2=82=AC 5
        --A
        Content-Type: text/html; charset=utf-8

        <html><head><style>p{color:red}</style></head><body onload="alert(1)"><p style="x:url(http://beacon.test/)">Cheap <a href="javascript:alert(2)">watches</a></p><img src="http://beacon.test/p.gif" alt="a watch"><script>alert(3)</script></body></html>
        --A--
        --B
        Content-Type: application/octet-stream; name="=?utf-8?q?invoice=E2=80=AEfdp.exe?="
        Content-Disposition: attachment; filename="../../etc/in voice.exe"
        Content-Transfer-Encoding: base64

        TVqQAAMAAAA=
        --B--
        """;

    public static SeedMessage Spam(string id, params SeedRecipient[] recipients) => new(id, new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero))
    {
        Content = "S",
        QuarType = "Q",
        QuarLoc = id,
        Subject = "Buy now",
        Text = Octets.Of(Stored.Replace("\r\n", "\n")),
        Recipients = recipients.Length > 0 ? recipients : [new("a@example.com") { Content = 'S', Ds = 'D', Score = 15, Response = "250 2.7.0 Ok, discarded, id=1-1 - spam" }],
        SecretId = "TheSecret123",
    };

    /// <summary>An explanation with the given text wherever text can be.</summary>
    public static MessageExplanation Explained(string text) => new()
    {
        LogId = text,
        PolicyPath = text,
        Sender = text,
        ClientAddress = text,
        ClientName = text,
        Stages = [new StageTime(text, 12.5)],
        TotalMilliseconds = 12.5,
        Virus = new VirusExplanation([text], [new ScannerAnswer(text, text, 3)], false),
        Spam = new SpamExplanation(7.5, [new TestScore(text, 2.5, text), new TestScore("DOWN", -1.25)], text, [new ScannerAnswer(text, text, 9)]),
        HeaderDefects = [text],
        MimeErrors = [text],
        Hold = text,
        Parts = [new PartExplanation(1, text, [text], [text], [text], 99, text)],
        Recipients =
        [
            new RecipientExplanation
            {
                Address = text,
                Direction = text,
                Categories = [text],
                BlockedBy = text,
                Destiny = text,
                Score = 7.5,
                TagLevel = 2,
                Tag2Level = 5,
                KillLevel = 6.9,
                Whitelisted = true,
                Blacklisted = true,
                Bypasses = [text],
                Lovers = [text],
                BannedReason = text,
                BannedRule = text,
                Lookups = [new LookupExplanation(text, text, text)],
                Steps = [text],
                DeliveredBy = text,
                Response = text,
            },
        ],
        Actions = [text],
        Reply = text,
        Header = text,
    };
}
