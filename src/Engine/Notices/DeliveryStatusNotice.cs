using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Templates;
using Amavis.Engine.Delivery;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>A delivery status notification (RFC 3461, RFC 3464): words for people, the report for programs, the original header.</summary>
internal static class DeliveryStatusNotice
{
    private static readonly string[] Overridden = ["From", "To", "Cc", "Date", "Sender", "Reply-To"];

    /// <param name="facts">With the recipients the sender is told about, and no others.</param>
    public static Notice Make(Template template, MacroFacts facts, string noticeId, string from, IReadOnlyList<MailAddress> recipients)
    {
        var sender = facts.Message.Envelope.Sender;
        var text = NoticeText.Expand(template, new MessageMacros(facts with
        {
            Notice = new NoticeAddresses(from, [sender.Bracketed], [], []),
        }));
        var report = DeliveryStatusReport.Make(facts);
        var header = facts.Letter.HeaderOctetsForNotices();
        var utf8 = recipients.Any(r => r.NeedsUtf8);
        var mail = new NoticeWriter(facts.Message.Policy.Settings, utf8);
        var boundary = "=_" + noticeId + "-" + facts.MailId;
        mail.Field("Content-Type", $"multipart/report; report-type=delivery-status;\n boundary=\"{boundary}\"");
        if (!Ascii.IsValid(report) || !Ascii.IsValid(header.Span))
            mail.Field("Content-Transfer-Encoding", "8bit");
        mail.Field("MIME-Version", "1.0");
        foreach (var (name, body) in text.Fields.Where(f => !Overridden.Contains(f.Name, StringComparer.OrdinalIgnoreCase)))
            mail.Field(name, body);
        if (!text.Has("Message-ID"))
            mail.Field("Message-ID", $"<{Prefix(facts)}{facts.MailId}@{facts.Message.Policy.Settings.MyHostname}>");
        mail.Field("From", from);
        mail.Field("To", sender.Bracketed);
        mail.Field("Date", ReceivedField.Date(facts.Now));
        if (!text.Has("Auto-Submitted"))
            mail.Field("Auto-Submitted", "auto-replied");
        mail.Text("\nThis is a message of several parts in MIME format.\n");
        mail.Boundary(boundary);
        mail.TextPart(text.Body, inline: true);
        mail.Boundary(boundary);
        Report(mail, facts, report);
        mail.Boundary(boundary);
        mail.HeaderPart(facts.Message, header);
        mail.Boundary(boundary, last: true);
        return new Notice(mail.Finish(), MailAddress.Null, recipients, noticeId, utf8);
    }

    private static void Report(NoticeWriter mail, MacroFacts facts, string report)
    {
        var failed = facts.Outcomes.Any(o => !o.Reply.IsSuccess);
        var warned = facts.Outcomes.Any(DsnDecider.WarnsSender);
        var description = failed ? "Delivery error report" : warned ? "Delivery delay report" : "Delivery report";
        var ascii = Ascii.IsValid(report);
        var (type, name) = ascii ? ("message/delivery-status", "dsn_status.dsn") : ("message/global-delivery-status", "dsn_status.u8dsn");
        mail.Text($"Content-Type: {type}; name=\"{name}\"\nContent-Disposition: inline; filename=\"{name}\"\n");
        mail.Text($"Content-Transfer-Encoding: {(ascii ? "7bit" : "8bit")}\nContent-Description: {description}\n\n");
        mail.Text(report);
    }

    private static string Prefix(MacroFacts facts) => facts.Outcomes.Select(o => o.Effective).Max().Major switch
    {
        ContentCategory.Virus or ContentCategory.Banned => "VS",
        ContentCategory.Spam => "SS",
        _ => "DSN",
    };
}
