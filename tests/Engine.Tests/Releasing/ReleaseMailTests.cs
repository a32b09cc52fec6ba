using System.IO.Compression;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using Amavis.Engine.Notices;
using Amavis.Engine.Releasing;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Releasing;

public sealed class ReleaseMailTests
{
    private const string From = "\"Content-filter at filter.example.net\" <postmaster@filter.example.net>";

    private const string Stored = """
        Return-Path: <ann@example.org>
        X-Envelope-From: <ann@example.org>
        X-Envelope-To: <user1@example.com>
        X-Envelope-To-Blocked: <user1@example.com>
        X-Quarantine-ID: <abcDEF123456>
        X-Amavis-Alert: BANNED, message contains
         .exe,run.exe
        Received: from mta.example.net ([127.0.0.1])
         by localhost (filter.example.net [127.0.0.1]) (amavis, port 10024) with ESMTP
         id abcDEF123456; Sun, 22 Nov 2026 12:01:10 +0000 (UTC)
        Received: from mail.example.org (mail.example.org [198.51.100.7]) by mx.example.com (Postfix) with ESMTPS id 2CF832A0;
         Sun, 22 Nov 2026 12:01:00 +0000 (UTC)
        From: "Ann" <ann@example.org>
        Subject: the program
        Message-ID: <banned.1@example.org>

        .hello

        """;

    private static readonly MailAddress[] To = [MailAddress.FromUnquoted("user1@example.com")];

    [Fact]
    public async Task An_attached_message_is_the_original_behind_a_text()
    {
        var (text, tree) = await MakeAsync("attach", NeutralNotices.Release);
        tree.Errors.ShouldBeEmpty();
        tree.Root.MediaType.ShouldBe("multipart/mixed");
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "message/rfc822"]);
        text.ShouldContain("Subject: [released message] the program\r\n");
        text.ShouldContain("Message-ID: <QRANEWid1234567@filter.example.net>\r\n");
        text.ShouldContain($"From: {From}\r\n");
        text.ShouldContain("To: <user1@example.com>\r\n");
        text.ShouldContain("Category: Banned\r\nOur reference: abcDEF123456\r\n");
        text.ShouldContain("Content-Disposition: attachment; filename=\"message\"\r\nContent-Transfer-Encoding: 7bit\r\nContent-Description: Original message\r\n\r\n"
            + "Return-Path: <ann@example.org>\r\nReceived: from mta.example.net");
        text.ShouldContain("\r\n\r\n.hello\r\n\r\n--=_");
        text.ShouldNotContain("X-Quarantine-ID");
        text.ShouldNotContain("password");
    }

    [Fact]
    public async Task Plain_text_is_followed_by_the_original()
    {
        var (text, tree) = await MakeAsync("plain", NeutralNotices.Report);
        tree.Root.MediaType.ShouldBe("text/plain");
        text.ShouldContain("This is a report of a message (miscategorized)\r\nreceived from [198.51.100.7],\r\non Sun, 22 Nov 2026 12:01:10 +0000 (UTC).\r\n");
        text.ShouldContain("The original message follows.\r\n\r\nReceived: from mta.example.net");
        text.ShouldEndWith("\r\n\r\n.hello\r\n");
    }

    [Fact]
    public async Task An_abuse_report_has_its_fields()
    {
        var (text, tree) = await MakeAsync("arf", NeutralNotices.Report);
        tree.Errors.ShouldBeEmpty();
        tree.Root.MediaType.ShouldBe("multipart/report");
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "message/feedback-report", "message/rfc822"]);
        text.ShouldContain("multipart/report; report-type=feedback-report;\r\n boundary=");
        text.ShouldContain("Content-Description: Miscategorized report\r\n\r\nVersion: 1\r\nFeedback-Type: miscategorized\r\nUser-Agent: amavis/");
        text.ShouldContain("Reporting-MTA: dns; filter.example.net\r\nArrival-Date: Sun, 22 Nov 2026 12:01:10 +0000 (UTC)\r\nSource-IP: 198.51.100.7\r\n"
            + "Original-Mail-From: <ann@example.org>\r\nOriginal-Rcpt-To: <user1@example.com>\r\nIncidents: 1\r\n");
        text.ShouldContain("The original message is attached.\r\n");
    }

    [Fact]
    public async Task An_archive_opens_with_the_password_in_the_text()
    {
        var (text, tree) = await MakeAsync("attach", NeutralNotices.Release, Build.Settings with { AttachmentPassword = null });
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "application/zip"]);
        text.ShouldContain("filename=\"msg-abcDEF123456.zip\"");
        var password = text[(text.IndexOf("with the password ", StringComparison.Ordinal) + 18)..][..4];
        var start = text.LastIndexOf("\r\n\r\n", text.LastIndexOf("\r\n--=_", StringComparison.Ordinal) - 1, StringComparison.Ordinal) + 4;
        var zip = Convert.FromBase64String(text[start..text.LastIndexOf("\r\n--=_", StringComparison.Ordinal)]);
        Encoding.ASCII.GetString(Open(zip, password, out var name)).ShouldStartWith("Return-Path: <ann@example.org>\r\nReceived: from mta.example.net");
        name.ShouldBe("msg-abcDEF123456.eml");
        Should.Throw<InvalidDataException>(() => Open(zip, password + "x", out _));
        Encoding.ASCII.GetString(zip).ShouldNotContain("ann@example.org");
    }

    [Fact]
    public async Task The_category_is_read_from_the_fields_on_top()
    {
        async Task<CategoryKey> Of(string field)
        {
            using var stored = await StoredMessage.ReadAsync(new MemoryStream(Encoding.Latin1.GetBytes($"X-Quarantine-ID: <a>\n{field}\nSubject: x\n\nb\n")), new MemorySpoolFactory(), CancellationToken.None);
            return stored.Categories.Main;
        }

        (await Of("X-Amavis-Alert: INFECTED, message contains virus: V")).Major.ShouldBe(ContentCategory.Virus);
        (await Of("X-Amavis-Alert: BAD HEADER SECTION, x")).Major.ShouldBe(ContentCategory.BadHeader);
        (await Of("X-Spam-Flag: YES")).Major.ShouldBe(ContentCategory.Spam);
        (await Of("X-Spam-Flag: NO")).Major.ShouldBe(ContentCategory.Clean);
    }

    private static async Task<(string Text, MimeTree Tree)> MakeAsync(string format, Template template, Settings? settings = null)
    {
        using var stored = await StoredMessage.ReadAsync(new MemoryStream(Encoding.Latin1.GetBytes(Stored.ReplaceLineEndings("\n"))), new MemorySpoolFactory(), CancellationToken.None);
        var identity = new ReleaseIdentity("abcDEF123456", "NEWid1234567", new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));
        var facts = StoredFacts.Of(stored, identity, PolicyState.Base(settings ?? Build.Settings), stored.Sender!, [RecipientPolicy.Resolve(settings ?? Build.Settings, new EnvelopeRecipient(To[0], 1), [])]) with { FeedbackType = "miscategorized" };
        using var mail = await ReleaseMail.MakeAsync(format, template, facts, From, To, new MemorySpoolFactory(), CancellationToken.None);
        byte[] octets = [.. mail.Mail.Chunks().SelectMany(c => c.ToArray())];
        octets.Length.ShouldBe((int)mail.Mail.Length);
        return (Encoding.Latin1.GetString(octets), MimeReader.Read(octets));
    }

    /// <summary>Reads the one file of an archive under the traditional encryption.</summary>
    private static byte[] Open(byte[] zip, string password, out string name)
    {
        BitConverter.ToUInt32(zip).ShouldBe(0x04034b50u);
        var crc = BitConverter.ToUInt32(zip, 14);
        var packed = BitConverter.ToInt32(zip, 18);
        var nameLength = BitConverter.ToUInt16(zip, 26);
        name = Encoding.UTF8.GetString(zip, 30, nameLength);
        var (k0, k1, k2) = (0x12345678u, 0x23456789u, 0x34567890u);
        void Update(byte b)
        {
            k0 = Crc(k0, b);
            k1 = ((k1 + (k0 & 0xff)) * 134775813) + 1;
            k2 = Crc(k2, (byte)(k1 >> 24));
        }
        foreach (var b in Encoding.UTF8.GetBytes(password))
            Update(b);
        var plain = new byte[packed];
        for (var i = 0; i < packed; i++)
        {
            var t = (ushort)(k2 | 2);
            plain[i] = (byte)(zip[30 + nameLength + i] ^ (byte)((t * (t ^ 1)) >> 8));
            Update(plain[i]);
        }
        if (plain[11] != (byte)(crc >> 24))
            throw new InvalidDataException("wrong password");
        using var inflate = new DeflateStream(new MemoryStream(plain, 12, packed - 12), CompressionMode.Decompress);
        using var content = new MemoryStream();
        inflate.CopyTo(content);
        var sum = content.ToArray().Aggregate(uint.MaxValue, Crc);
        (~sum).ShouldBe(crc);
        return content.ToArray();
    }

    private static uint Crc(uint crc, byte octet)
    {
        crc ^= octet;
        for (var i = 0; i < 8; i++)
            crc = (crc & 1) != 0 ? 0xedb88320 ^ (crc >> 1) : crc >> 1;
        return crc;
    }
}
