using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Templates;
using Amavis.Engine.Delivery;
using Amavis.Engine.Notices;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Templates;

namespace Amavis.Engine.Releasing;

/// <summary>A mail of ours around a stored message: as an attachment, as an attached archive, as text, or as an abuse report.</summary>
/// <param name="Mail">Reads the stored message while it is sent.</param>
internal sealed record ReleaseMail(OutgoingMessage Mail, bool SmtpUtf8, IDisposable? Owned) : IDisposable
{
    private const int HighestPin = 10_000;

    public void Dispose() => Owned?.Dispose();

    /// <param name="format">attach, plain, arf or dsn.</param>
    public static async Task<ReleaseMail> MakeAsync(
        string format, Template template, MacroFacts facts, string from, IReadOnlyList<MailAddress> recipients, ISpoolFactory spools, CancellationToken cancellationToken)
    {
        var settings = facts.Message.Policy.Settings;
        var password = format == "attach" ? settings.AttachmentPassword ?? RandomNumberGenerator.GetInt32(HighestPin).ToString("D4") : "";
        var to = recipients.Select(r => r.Bracketed).ToList();
        var text = NoticeText.Expand(template, new MessageMacros(facts with
        {
            Notice = new NoticeAddresses(from, to, [], []),
            ReportFormat = format,
            AttachmentPassword = password,
        }));
        var utf8 = recipients.Any(r => r.NeedsUtf8);
        var mail = new NoticeWriter(settings, utf8);
        Fields(mail, text, facts, from, to);
        var stored = facts.Message.Spool;
        if (format == "plain")
        {
            var isEightBit = stored.Facts.EightBit || !Ascii.IsValid(text.Body);
            mail.Text($"Content-Type: text/plain; charset=\"{(isEightBit ? "UTF-8" : "us-ascii")}\"\nContent-Transfer-Encoding: {(isEightBit ? "8bit" : "7bit")}\n\n{text.Body}\n");
            return new ReleaseMail(new JoinedMessage().Add(mail.Octets()).Add(stored), utf8, null);
        }
        var boundary = $"=_{facts.MailId}-{facts.ParentMailId}";
        var type = format == "arf" ? "multipart/report; report-type=feedback-report" : "multipart/mixed";
        mail.Field("Content-Type", $"{type};\n boundary=\"{boundary}\"");
        if (stored.Facts.EightBit && password.Length == 0)
            mail.Field("Content-Transfer-Encoding", "8bit");
        mail.Text("\nThis is a message of several parts in MIME format.\n");
        mail.Boundary(boundary);
        mail.TextPart(text.Body, inline: true);
        mail.Boundary(boundary);
        if (format == "arf")
        {
            mail.Text("Content-Type: message/feedback-report; name=\"arf_status\"\nContent-Disposition: inline; filename=\"arf_status\"\nContent-Transfer-Encoding: 7bit\n");
            mail.Text($"Content-Description: {char.ToUpperInvariant(facts.FeedbackType[0])}{facts.FeedbackType[1..]} report\n\n{FeedbackReport.Make(facts)}");
            mail.Boundary(boundary);
        }
        var end = Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n");
        return password.Length > 0
            ? await ArchiveAsync(mail, facts, password, end, spools, cancellationToken)
            : new ReleaseMail(new JoinedMessage().Add(Original(mail, facts)).Add(stored).Add(end), utf8, null);
    }

    private static void Fields(NoticeWriter mail, NoticeText text, MacroFacts facts, string from, List<string> to)
    {
        foreach (var (name, body) in text.Fields.Where(f => !f.Name.Equals("Date", StringComparison.OrdinalIgnoreCase)))
            mail.Field(name, body);
        if (!text.Has("From"))
            mail.Field("From", from);
        if (!text.Has("To"))
            mail.Field("To", string.Join(", ", to));
        if (!text.Has("Message-ID"))
            mail.Field("Message-ID", $"<{facts.MailId}@{facts.Message.Policy.Settings.MyHostname}>");
        mail.Field("Date", ReceivedField.Date(facts.Now));
        mail.Field("MIME-Version", "1.0");
    }

    /// <summary>All up to the first octet of the original. RFC 2046 §5.2.1 allows this part no other encoding than its own.</summary>
    private static ReadOnlyMemory<byte> Original(NoticeWriter mail, MacroFacts facts)
    {
        var header = facts.Letter.Header.Octets.Span;
        var isGlobal = header.ContainsAnyInRange((byte)0x80, (byte)0xff) && System.Text.Unicode.Utf8.IsValid(header);
        mail.Text($"Content-Type: {(isGlobal ? "message/global" : "message/rfc822")}; name=\"message\"\nContent-Disposition: attachment; filename=\"message\"\n");
        mail.Text($"Content-Transfer-Encoding: {(facts.Message.Spool.Facts.EightBit ? "8bit" : "7bit")}\nContent-Description: Original message\n\n");
        mail.Text($"Return-Path: {facts.Message.Envelope.Sender.Bracketed}\n");
        return mail.Octets();
    }

    private static async Task<ReleaseMail> ArchiveAsync(
        NoticeWriter mail, MacroFacts facts, string password, byte[] end, ISpoolFactory spools, CancellationToken cancellationToken)
    {
        var settings = facts.Message.Policy.Settings;
        var values = new FileNameValues(facts.ParentMailId, facts.Message.LogId, settings.PartitionTag.At(facts.Now), facts.Now, () => Convert.ToHexStringLower(facts.Letter.BodyDigest()));
        var inner = FileNameTemplate.Expand(settings.AttachmentEmailName, values);
        var outer = Quoted(FileNameTemplate.Expand(settings.AttachmentOuterName, values));
        var content = facts.Message.Spool.Chunks().Prepend(Encoding.UTF8.GetBytes($"Return-Path: {facts.Message.Envelope.Sender.Bracketed}\r\n"));
        var archive = await PasswordZip.MakeAsync(content, inner, password, facts.Now, spools, cancellationToken);
        mail.Text($"Content-Type: application/zip; name=\"{outer}\"\nContent-Disposition: attachment; filename=\"{outer}\"\n");
        mail.Text("Content-Transfer-Encoding: base64\nContent-Description: Original message\n\n");
        return new ReleaseMail(new JoinedMessage().Add(mail.Octets()).Add(archive).Add(end), mail.SmtpUtf8, archive);
    }

    private static string Quoted(string name) => new([.. name.Select(c => c is > ' ' and < '\x7f' and not ('"' or '\\') ? c : '_')]);
}
