using Amavis.Core.Addresses;
using Amavis.Scanning.Spam;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>Messages for the spam checks.</summary>
internal static class SpamMessages
{
    public static readonly MailAddress Sender = MailAddress.FromUnquoted("sender@example.org");
    public static readonly MailAddress Recipient = MailAddress.FromUnquoted("user1@example.com");

    private const string Header =
        "Received: from mail.example.org (mail.example.org [192.0.2.5])\r\n\tby mx.example.com (Postfix) with ESMTPS id A66F7AA1;\r\n"
        + "\tMon, 05 Jan 2026 10:04:00 +0000 (UTC)\r\nFrom: sender@example.org\r\nTo: user1@example.com\r\nSubject: a few words\r\n"
        + "Date: Mon, 05 Jan 2026 10:04:00 +0000\r\nMessage-ID: <4.c2b3e907b60@d4.example.org>\r\n\r\n";

    public static SpamCheckInput Input(string body, params ISpamScanner[] scanners) => new()
    {
        Spool = new MemorySpool(Octets.Of(Header + body)),
        Sender = Sender,
        Recipients = [new SpamRecipient(Recipient)],
        Scanners = scanners,
        HeaderOctets = Header.Length,
    };

    public static SpamRequest Request(string body) => new()
    {
        Spool = new MemorySpool(Octets.Of(Header + body)),
        PseudoHeader = Octets.Of("Return-Path: <sender@example.org>\r\n"),
        Octets = Header.Length + body.Length,
    };
}
