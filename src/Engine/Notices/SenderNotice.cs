using System.Text;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Delivery;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>The words of a notice to the sender, by category.</summary>
internal static class SenderNotice
{
    public static string MessageIdPrefix(CategoryKey key) => key.Major switch
    {
        ContentCategory.Virus or ContentCategory.Banned => "VS",
        ContentCategory.Spam => "SS",
        _ => "DSN",
    };

    public static string Subject(NoticeFacts facts, CategoryKey key)
    {
        if (facts.Outcomes.All(o => o.Reply.IsSuccess))
            return "Delivery status of your mail";
        return key.Major switch
        {
            ContentCategory.Virus => $"VIRUS in mail apparently from you ({string.Join(", ", facts.Findings.Virus.Names)})",
            ContentCategory.Banned => $"BANNED contents in mail from you ({BannedReason(facts)})",
            ContentCategory.Spam => "Considered unsolicited bulk mail: your message was not delivered",
            ContentCategory.BadHeader => "Undeliverable: INVALID HEADER in mail from you",
            ContentCategory.Oversized => "Undeliverable: OVERSIZED mail",
            ContentCategory.MtaFailed => "Undeliverable mail, MTA-BLOCKED",
            _ => $"Undeliverable mail ({key.DisplayName})",
        };
    }

    public static string Body(NoticeFacts facts, CategoryKey key)
    {
        var text = new StringBuilder();
        switch (key.Major)
        {
            case ContentCategory.Virus:
                Virus(text, facts);
                break;
            case ContentCategory.Banned:
                Banned(text, facts);
                break;
            case ContentCategory.Spam:
                Spam(text, facts);
                break;
            default:
                Neutral(text, facts, key);
                break;
        }
        return text.ToString();
    }

    private static void Virus(StringBuilder text, NoticeFacts facts)
    {
        text.Append("VIRUS ALERT\n\n");
        text.Append(facts.Findings.Virus.Names.Count == 1 ? "A virus was found:\n" : "Viruses were found:\n");
        foreach (var name in facts.Findings.Virus.Names)
            text.Append("    ").Append(name).Append('\n');
        text.Append("\nin a message that claims to come from you\n    ").Append(facts.Message.Envelope.Sender.Bracketed).Append("\nto\n");
        Recipients(text, facts);
        Ids(text, facts, "Virus");
        Origin(text, facts);
        text.Append("The message was not delivered.\n\nPlease have your system checked for viruses, or ask whoever looks after it to do so.\n");
    }

    private static void Banned(StringBuilder text, NoticeFacts facts)
    {
        text.Append("BANNED CONTENTS\n\nThe message holds a part that is not accepted here:\n    ").Append(BannedReason(facts));
        text.Append("\n\nIt came in mail from\n    ").Append(facts.Message.Envelope.Sender.Bracketed).Append("\nto\n");
        Recipients(text, facts);
        Ids(text, facts, "Banned");
        Origin(text, facts);
        text.Append("The message was not delivered.\n\nFiles of this kind are refused because they often carry viruses. If the recipients need the file,\n")
            .Append("put it where they can fetch it and send the address, or ask them for another way.\n");
    }

    private static void Spam(StringBuilder text, NoticeFacts facts)
    {
        text.Append("A message from\n    ").Append(facts.Message.Envelope.Sender.Bracketed).Append("\nto\n");
        Recipients(text, facts);
        text.Append("was considered unsolicited bulk mail (spam) and was not delivered.\n\n");
        Ids(text, facts, "Spam");
        text.Append("If you did not send it, your address was forged; please excuse this notice.\n\n");
        Origin(text, facts);
    }

    private static void Neutral(StringBuilder text, NoticeFacts facts, CategoryKey key)
    {
        var delivered = facts.Outcomes.Where(o => o.Reply.IsSuccess).ToList();
        var failed = facts.Outcomes.Where(o => !o.Reply.IsSuccess).ToList();
        if (delivered.Count > 0)
        {
            text.Append("The message was passed on for these recipients:\n");
            foreach (var outcome in delivered)
                text.Append("    ").Append(outcome.Verdict.Recipient.Address.Bracketed).Append('\n');
            text.Append('\n');
        }
        if (failed.Count > 0)
        {
            text.Append("The message could not be delivered to these recipients:\n");
            foreach (var outcome in failed)
            {
                text.Append("    ").Append(outcome.Verdict.Recipient.Address.Bracketed).Append('\n');
                text.Append("        ").Append(outcome.Reply).Append('\n');
            }
            text.Append('\n');
        }
        if (key.Major == ContentCategory.BadHeader && facts.Findings.HeaderDefects.Count > 0)
        {
            text.Append("The header section of the message is faulty (RFC 5322):\n");
            foreach (var defect in facts.Findings.HeaderDefects)
                text.Append("    ").Append(defect.Text).Append('\n');
            text.Append("Please have the program that made the message mended.\n\n");
        }
        text.Append("This report was made by the content filter at ").Append(facts.Message.Policy.Settings.MyHostname).Append(".\n");
        Ids(text, facts, key.DisplayName);
        Origin(text, facts);
    }

    private static void Recipients(StringBuilder text, NoticeFacts facts)
    {
        foreach (var outcome in facts.Outcomes)
            text.Append("    ").Append(outcome.Verdict.Recipient.Address.Bracketed).Append('\n');
        text.Append('\n');
    }

    private static void Ids(StringBuilder text, NoticeFacts facts, string category) =>
        text.Append("Category: ").Append(category).Append("\nReference: ").Append(facts.Message.LogId).Append('/').Append(facts.MailId).Append("\n\n");

    private static void Origin(StringBuilder text, NoticeFacts facts)
    {
        var client = facts.Message.Client;
        if (client.Address is { } address)
        {
            text.Append("First client: [").Append(address).Append(']');
            if (client.Port is { } port)
                text.Append(':').Append(port);
            if (client.Name is { } name)
                text.Append(' ').Append(name);
            text.Append('\n');
        }
        if (facts.Trace.Length > 0)
            text.Append("Trace: ").Append(facts.Trace).Append('\n');
        text.Append("Return-Path: ").Append(facts.Message.Envelope.Sender.Bracketed).Append('\n');
        Line(text, "From", facts.From);
        Line(text, "Message-ID", facts.MessageId);
        Line(text, "Subject", facts.Subject);
        text.Append('\n');
    }

    private static void Line(StringBuilder text, string name, string value)
    {
        if (value.Length > 0)
            text.Append(name).Append(": ").Append(value.Length > 100 ? value[..100] : value).Append('\n');
    }

    private static string BannedReason(NoticeFacts facts) =>
        facts.Outcomes.Select(o => o.Verdict.Banned?.ShortReason).FirstOrDefault(r => r is not null) ?? "";
}
