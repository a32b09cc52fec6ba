using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Templates;
using Amavis.Engine.Delivery;
using Amavis.Engine.Templates;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Notices;

/// <summary>A notice to administrators or to a recipient.</summary>
internal static class WarningNotice
{
    /// <param name="from">A whole From field.</param>
    /// <param name="envelopeSender">Null: the address in <paramref name="from"/>; empty: the null sender.</param>
    /// <param name="withHeader">The original header section goes with it.</param>
    public static Notice Make(
        Template template, MacroFacts facts, string noticeId, string from, string? envelopeSender, IReadOnlyList<MailAddress> recipients, bool withHeader)
    {
        var settings = facts.Message.Policy.Settings;
        var to = recipients.Select(r => r.Bracketed).ToList();
        var text = NoticeText.Expand(template, new MessageMacros(facts with
        {
            ParentMailId = facts.MailId,
            Notice = new NoticeAddresses(from, to, [], []),
        }));
        var sender = Sender(from, envelopeSender);
        var utf8 = recipients.Any(r => r.NeedsUtf8) || sender.NeedsUtf8;
        var mail = new NoticeWriter(settings, utf8);
        var boundary = "=_" + noticeId + "-" + facts.MailId;
        var header = withHeader ? facts.Letter.HeaderOctetsForNotices() : default;
        foreach (var (name, body) in text.Fields)
            mail.Field(name, body);
        void Missing(string name, string body)
        {
            if (!text.Has(name))
                mail.Field(name, body);
        }

        Missing("From", from);
        Missing("To", string.Join(", ", to));
        Missing("Date", ReceivedField.Date(facts.Now));
        Missing("Message-ID", $"<{noticeId}@{settings.MyHostname}>");
        Missing("Auto-Submitted", "auto-generated");
        mail.Field("MIME-Version", "1.0");
        if (!withHeader)
        {
            mail.TextPart(text.Body, inline: false);
            return new Notice(mail.Finish(), sender, recipients, noticeId, utf8);
        }
        mail.Field("Content-Type", $"multipart/mixed;\n boundary=\"{boundary}\"");
        if (!Ascii.IsValid(header.Span))
            mail.Field("Content-Transfer-Encoding", "8bit");
        mail.Text("\nThis is a message of several parts in MIME format.\n");
        mail.Boundary(boundary);
        mail.TextPart(text.Body, inline: true);
        mail.Boundary(boundary);
        mail.HeaderPart(facts.Message, header);
        mail.Boundary(boundary, last: true);
        return new Notice(mail.Finish(), sender, recipients, noticeId, utf8);
    }

    /// <summary>The envelope sender; one that can't be told is the null sender, so that no answer comes to nobody.</summary>
    public static MailAddress Sender(string from, string? envelopeSender)
    {
        if (envelopeSender is not null)
            return MailAddress.TryParse(envelopeSender.Trim('<', '>'), out var given) ? given : MailAddress.Null;
        var addresses = AddressList.Parse(Encoding.UTF8.GetBytes(from));
        return addresses.Select(a => a.Address).FirstOrDefault(a => a is { IsNull: false }) ?? MailAddress.Null;
    }
}
