using System.Buffers;
using System.Text;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Delivery;
using Amavis.Mime.Editing;
using Amavis.Mime.Transfer;

namespace Amavis.Engine.Notices;

/// <summary>A delivery status notification (RFC 3461, RFC 3464): words for people, the report for programs, the original header.</summary>
public static class DeliveryStatusNotice
{
    public static OutgoingMessage Make(NoticeFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var key = facts.Outcomes.Select(o => o.Effective).Max();
        var settings = facts.Message.Policy.Settings;
        var boundary = "=_" + facts.NoticeMailId + "-" + facts.MailId;
        var mail = new ArrayBufferWriter<byte>(8192);
        Field(mail, "Content-Type", $"multipart/report; report-type=delivery-status;\n boundary=\"{boundary}\"");
        Field(mail, "MIME-Version", "1.0");
        Field(mail, "Subject", SenderNotice.Subject(facts, key));
        if (facts.MessageId.Length > 0 && key.Major is ContentCategory.Virus or ContentCategory.Banned or ContentCategory.Spam)
            Field(mail, "In-Reply-To", facts.MessageId);
        Field(mail, "Message-ID", $"<{SenderNotice.MessageIdPrefix(key)}{facts.MailId}@{settings.MyHostname}>");
        Field(mail, "From", settings.HdrfromNotifySender);
        Field(mail, "To", facts.Message.Envelope.Sender.Bracketed);
        Field(mail, "Date", ReceivedField.Date(facts.Now));
        Field(mail, "Auto-Submitted", "auto-replied");
        Text(mail, "\nThis is a message of several parts in MIME format.\n\n--" + boundary + "\n");
        Words(mail, SenderNotice.Body(facts, key));
        Text(mail, "\n--" + boundary + "\n");
        Report(mail, facts);
        Text(mail, "\n--" + boundary + "\n");
        OriginalHeader(mail, facts);
        Text(mail, "\n--" + boundary + "--\n");
        return new InMemoryMessage(mail.WrittenMemory);
    }

    private static void Words(ArrayBufferWriter<byte> mail, string body)
    {
        var octets = Encoding.UTF8.GetBytes(Crlf(body));
        var ascii = Ascii.IsValid(octets);
        Text(mail, $"Content-Type: text/plain; charset=\"{(ascii ? "us-ascii" : "utf-8")}\"\nContent-Disposition: inline\n");
        Text(mail, $"Content-Transfer-Encoding: {(ascii ? "7bit" : "quoted-printable")}\n\n");
        mail.Write(ascii ? octets : TransferEncoder.QuotedPrintable(octets));
    }

    private static void Report(ArrayBufferWriter<byte> mail, NoticeFacts facts)
    {
        var failed = facts.Outcomes.Any(o => !o.Reply.IsSuccess);
        var warned = facts.Outcomes.Any(DsnDeciderWarns);
        var description = failed ? "Delivery error report" : warned ? "Delivery delay report" : "Delivery report";
        var report = DeliveryStatusReport.Make(facts);
        var ascii = Ascii.IsValid(report);
        var (type, name) = ascii ? ("message/delivery-status", "dsn_status.dsn") : ("message/global-delivery-status", "dsn_status.u8dsn");
        Text(mail, $"Content-Type: {type}; name=\"{name}\"\nContent-Disposition: inline; filename=\"{name}\"\n");
        Text(mail, $"Content-Transfer-Encoding: {(ascii ? "7bit" : "8bit")}\nContent-Description: {description}\n\n");
        Text(mail, report);
    }

    private static void OriginalHeader(ArrayBufferWriter<byte> mail, NoticeFacts facts)
    {
        var ascii = Ascii.IsValid(facts.OriginalHeader.Span);
        var (type, name) = ascii || !facts.Message.Envelope.SmtpUtf8 ? ("text/rfc822-headers", "header.hdr") : ("message/global-headers", "header.u8hdr");
        Text(mail, $"Content-Type: {type}; name=\"{name}\"\nContent-Disposition: inline; filename=\"{name}\"\n");
        Text(mail, $"Content-Transfer-Encoding: {(ascii ? "7bit" : "8bit")}\nContent-Description: Message header section\n\n");
        Text(mail, $"Return-Path: {facts.Message.Envelope.Sender.Bracketed}\n");
        mail.Write(facts.OriginalHeader.Span);
        if (!facts.OriginalHeader.Span.EndsWith("\n"u8))
            Text(mail, "\n");
    }

    private static bool DsnDeciderWarns(Verdicts.RecipientOutcome outcome) => Verdicts.DsnDecider.WarnsSender(outcome);

    private static void Field(ArrayBufferWriter<byte> mail, string name, string body) =>
        FieldWriter.Write(mail, name, body, body.Contains('\n') ? Folding.AtMarks : Folding.AtBlanks, HeaderRendering.Default);

    private static void Text(ArrayBufferWriter<byte> mail, string text) => mail.Write(Encoding.UTF8.GetBytes(Crlf(text)));

    private static string Crlf(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);
}
