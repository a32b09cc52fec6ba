using System.Globalization;
using Amavis.Core.Explaining;
using Amavis.Core.Logging;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Rehearsing;

namespace Amavis.Cli.Scan;

/// <summary>The outcome of <c>amavis scan</c> for people.</summary>
internal sealed class ScanText(TextWriter output)
{
    private static readonly string[] ShownOfNotices = ["From:", "To:", "Subject:"];

    public void Write(string file, RehearsalOrder order, RehearsalReport report)
    {
        Line("Message", string.Create(CultureInfo.InvariantCulture, $"{file}, {report.Octets} octets"));
        Line("From", order.Sender.Bracketed);
        Line("To", string.Join(", ", order.Recipients.Select(r => r.Bracketed)));
        Line("Came in by", $"{order.Socket?.ToString() ?? "no socket"}, client {order.Client.Address?.ToString() ?? "unknown"}");
        foreach (var (recipient, reply) in report.RefusedAtRcpt)
            Line("Refused", $"{recipient.Bracketed} at RCPT, if the client tells the size: {reply}");
        if (report.Explanation is { } explanation)
            Write(explanation);
        WriteMails(report.Mails);
        Heading("Reply to the client");
        Item(report.Replies.Single.ToString());
        if (report.Log.Count > 0)
        {
            Heading("Log");
            foreach (var line in report.Log)
                Item(line.Text);
        }
        output.WriteLine();
        output.WriteLine("Dry run: nothing was forwarded, stored, sent or counted.");
    }

    private void Write(MessageExplanation explanation)
    {
        Line("Policy", explanation.Banks.Count == 0 ? "no bank" : explanation.PolicyPath);
        foreach (var bank in explanation.Banks)
            Line("", $"{bank.Name}: {bank.Reason}");
        Line("Originating", explanation.Originating ? "yes: the mail is our own" : "no");
        foreach (var signature in explanation.Signatures)
            Line("DKIM", SignatureText(signature));
        foreach (var result in explanation.SenderResults)
            Line(result.Method.ToUpperInvariant(), $"{result.Result}{(result.Reason is { } reason ? $" ({reason})" : "")}{(result.About is { } about ? ": " + about : "")}");
        foreach (var made in explanation.Signed)
            Line("DKIM", $"would be signed by {made}");
        foreach (var part in explanation.Parts)
            Line("Part " + part.Placement, PartText(part));
        foreach (var defect in explanation.HeaderDefects)
            Line("Bad header", defect);
        foreach (var error in explanation.MimeErrors)
            Line("MIME", error);
        if (explanation.Hold is { } hold)
            Line("Hold", hold);
        WriteVirus(explanation.Virus);
        WriteSpam(explanation.Spam);
        foreach (var recipient in explanation.Recipients)
            Write(recipient);
        if (explanation.Actions.Count > 0)
            Line("Actions", string.Join(", ", explanation.Actions));
    }

    private static string SignatureText(SignatureExplanation signature)
    {
        var reason = signature.Reason is null ? "" : $" ({signature.Reason})";
        var key = signature.KeyBits is { } bits ? $", {bits.ToString(CultureInfo.InvariantCulture)} bits" : "";
        return $"{signature.Result}{reason}: d={signature.Domain}, s={signature.Selector}, a={signature.Algorithm ?? "?"}{key}{(signature.IsAuthors ? ", of the author's domain" : "")}";
    }

    private static string PartText(PartExplanation part)
    {
        var names = part.Names.Count == 0 ? "" : ", " + string.Join(", ", part.Names.Select(n => $"\"{n}\""));
        var attributes = part.Attributes.Length == 0 ? "" : $", attributes {part.Attributes}";
        return $"{string.Join(", ", part.Types.Concat(part.ShortTypes.Select(t => "." + t)))}{names}, {part.Size.ToString(CultureInfo.InvariantCulture)} octets{attributes}";
    }

    private void WriteVirus(VirusExplanation? virus)
    {
        if (virus is null)
            return;
        if (virus.Scanners.Count == 0)
            Line("Viruses", "not checked: " + (virus.SkippedBecause ?? "no scanner is configured"));
        foreach (var scanner in virus.Scanners)
            Line("Viruses", $"{scanner.Scanner}: {scanner.Answer} ({Number(scanner.Milliseconds)} ms)");
        if (virus.AllFailed)
            Line("", "all virus scanners failed");
    }

    private void WriteSpam(SpamExplanation? spam)
    {
        if (spam is null)
            return;
        foreach (var scanner in spam.Scanners)
            Line("Spam", $"{scanner.Scanner}: {scanner.Answer} ({Number(scanner.Milliseconds)} ms)");
        if (spam.Score is { } score)
            Line("Spam", $"score {Number(score)}");
        else
            Line("Spam", "not scored" + (spam.SkippedBecause is { } reason ? ": " + reason : ""));
        foreach (var test in spam.Tests)
            Line("", $"{Number(test.Points),8} {test.Name}{(test.Description is { } words ? ": " + words : "")}");
    }

    private void Write(RecipientExplanation recipient)
    {
        Heading($"Recipient <{recipient.Address}>, {(recipient.IsLocal ? "local" : "not local")}, {recipient.Direction}");
        Item($"categories   {string.Join(", ", recipient.Categories)}");
        if (recipient.Score is { } score)
            Item($"score        {Number(score)} (tag {Level(recipient.TagLevel)}, tag2 {Level(recipient.Tag2Level)}, tag3 {Level(recipient.Tag3Level)}, kill {Level(recipient.KillLevel)})");
        foreach (var (name, values) in ((string, IReadOnlyList<string>)[]) [("bypasses", recipient.Bypasses), ("lover of", recipient.Lovers)])
            if (values.Count > 0)
                Item($"{name,-12} {string.Join(", ", values)}");
        if (recipient.BannedReason is { } banned)
            Item($"banned       {banned}, by rule {recipient.BannedRule ?? "?"}");
        foreach (var step in recipient.Steps)
            Item("because      " + step);
        foreach (var lookup in recipient.Lookups)
            Item($"lookup       {lookup.Field} = {lookup.Value} ({lookup.Source})");
        Item($"destiny      {recipient.Destiny}{(recipient.BlockedBy is { } by ? ", blocked by " + by : "")}");
        Item($"reply        {recipient.Response}");
    }

    private void WriteMails(IReadOnlyList<RehearsedMail> mails)
    {
        foreach (var mail in mails)
        {
            Heading($"{Name(mail.Purpose)} by {mail.Method}, from {mail.Sender} to {string.Join(", ", mail.Recipients)}, {mail.Octets.ToString(CultureInfo.InvariantCulture)} octets");
            foreach (var location in mail.Locations)
                Item("into " + location);
            if (!mail.Reply.StartsWith('2'))
                Item("fails: " + mail.Reply);
            var isNotice = mail.Purpose is MailPurpose.SenderNotice or MailPurpose.Notice;
            foreach (var field in mail.AddedFields.Where(f => !isNotice || ShownOfNotices.Any(s => f.StartsWith(s, StringComparison.OrdinalIgnoreCase))))
                Field('+', field);
            foreach (var field in mail.RemovedFields)
                Field('-', field);
        }
    }

    private static string Name(MailPurpose purpose) => purpose switch
    {
        MailPurpose.Forward => "Would be forwarded",
        MailPurpose.BlindCopy => "Copy for always_bcc",
        MailPurpose.Quarantine => "Copy for the quarantine",
        MailPurpose.Archive => "Copy for the archive",
        MailPurpose.SenderNotice => "Notification to the sender",
        MailPurpose.Release => "Release",
        _ => "Notice",
    };

    private void Field(char sign, string field)
    {
        foreach (var (line, i) in field.Split('\n').Select((l, i) => (l, i)))
            output.WriteLine($"  {(i == 0 ? sign : ' ')} {line}");
    }

    private void Heading(string text)
    {
        output.WriteLine();
        output.WriteLine(LogText.Sanitize(text));
    }

    private void Item(string text) => output.WriteLine("  " + LogText.Sanitize(text));

    private void Line(string name, string text) => output.WriteLine($"{name,-13}{LogText.Sanitize(text)}");

    private static string Level(double? level) => level is { } value ? Number(value) : "none";

    private static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);
}
