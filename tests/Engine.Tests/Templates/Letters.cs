using System.Net;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Templates;

/// <summary>Messages with what was found in them, for tests of macros and notices.</summary>
internal static class Letters
{
    public const string MailId = "pQ2mZ8wJ0aBc";

    public const string Header = """
        Received: from mail.far.example (mail.far.example [198.51.100.7])
         by mx.example.com (Postfix) with ESMTPS id 4C987C61
         for <u@example.com>; Mon, 04 Jan 2024 10:03:00 +0000 (UTC)
        Received: from client.far.example ([10.1.2.3]) by mail.far.example with ESMTPA; Mon, 04 Jan 2024 10:02:00 +0000
        Received: from origin.example (origin.example [203.0.113.9]) by client.far.example with HTTP; Mon, 04 Jan 2024 10:01:00 +0000
        From: =?utf-8?Q?J=C3=BCrgen?= <juergen@far.example>
        Sender: "List" <list@far.example>
        To: <u@example.com>, "V" <v@example.com>
        Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= one
         two
        Message-ID: (a comment) <x1@far.example>
        Resent-Message-ID: <r1@far.example>
        X-Mailer: Lab Mailer 1.0
        X-Two: first
        X-Two: second
        X-Raw: caf

        """;

    public static readonly ClientFacts Client = new()
    {
        Address = IPAddress.Parse("192.0.2.9"),
        Port = 3377,
        Name = "mail.far.example",
        Helo = "helo.far.example",
        Protocol = "ESMTP",
        QueueId = "7A1",
    };

    public static ReceivedMessage Message(
        byte[]? octets = null, Settings? settings = null, string sender = "a@far.example", ClientFacts? client = null, string[]? recipients = null, string bank = "",
        DsnNotify notify = DsnNotify.Unspecified) => new()
        {
            LogId = Build.LogId,
            Envelope = new Envelope
            {
                Sender = MailAddress.FromUnquoted(sender),
                Recipients = [.. (recipients ?? ["u@example.com"]).Select((r, i) => new EnvelopeRecipient(MailAddress.FromUnquoted(r), i + 1, notify))],
            },
            Connection = new ConnectionFacts
            {
                Peer = new IPEndPoint(IPAddress.Loopback, 40000),
                Local = new IPEndPoint(IPAddress.Loopback, 10024),
                Helo = "mta.example.net",
                Protocol = "ESMTP",
            },
            Client = client ?? Client,
            Spool = new MemorySpool(octets ?? Octets()),
            Policy = PolicyState.Base(settings ?? Build.Settings) with { Path = bank },
            ReceivedAt = new DateTimeOffset(2024, 1, 31, 12, 5, 1, TimeSpan.FromHours(1)),
            StartedTimestamp = 0,
            DataEndedTimestamp = 0,
        };

    /// <summary>The sample message; one field has an octet that is not UTF-8.</summary>
    public static byte[] Octets(string header = Header, string body = "Hello.\n") =>
        [.. Testing.Octets.Crlf(header.TrimEnd('\n')), 0xe9, .. "\r\n\r\n"u8, .. Encoding.UTF8.GetBytes(body.Replace("\n", "\r\n", StringComparison.Ordinal))];

    public static MacroFacts Facts(ReceivedMessage message, Findings findings, params RecipientOutcome[] outcomes) => new()
    {
        Message = message,
        Letter = Letter.Read(message),
        Findings = findings,
        Outcomes = outcomes,
        MailId = MailId,
        SecretId = "secret",
        Actions = ["RelayedInbound"],
        Elapsed = TimeSpan.FromMilliseconds(213.7),
        Now = new DateTimeOffset(2024, 1, 31, 12, 5, 2, TimeSpan.Zero),
    };
}
