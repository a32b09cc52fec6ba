using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Engine.Delivery;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>The machine-readable part of a delivery status notification (RFC 3464 §2).</summary>
internal static partial class DeliveryStatusReport
{
    private const int MaxLine = 76;

    public static string Make(MacroFacts facts)
    {
        var message = facts.Message;
        var text = new StringBuilder();
        text.Append("Reporting-MTA: dns; ").Append(message.Policy.Settings.MyHostname).Append('\n');
        var peer = message.Connection.Peer is { } p ? $" ([{p.Address}])" : "";
        if (message.Connection.Helo.Length > 0)
            Field(text, "Received-From-MTA", $"dns; {Clean(message.Connection.Helo)}{peer}");
        text.Append("Arrival-Date: ").Append(ReceivedField.Date(message.ReceivedAt)).Append('\n');
        if (message.Envelope.DsnEnvelopeId is { } id)
            Field(text, "Original-Envelope-Id", Clean(DecodeXtext(id)));
        foreach (var outcome in facts.Outcomes)
            Recipient(text, facts, outcome);
        return text.ToString();
    }

    private static void Recipient(StringBuilder text, MacroFacts facts, RecipientOutcome outcome)
    {
        var recipient = outcome.Verdict.Recipient;
        text.Append('\n');
        var final = outcome.FinalAddress ?? recipient.Address;
        if (recipient.OriginalRecipient is { } original)
            Field(text, "Original-Recipient", Clean(original));
        else if (final != recipient.Address)
            Field(text, "X-NextToLast-Final-Recipient", Typed(recipient.Address));
        Field(text, "Final-Recipient", Typed(final));
        text.Append("Action: ").Append(Action(outcome)).Append('\n');
        text.Append("Status: ").Append(Status(outcome.Reply)).Append('\n');
        if (outcome.RemoteMta is { } mta)
            Field(text, "Remote-MTA", "dns; " + Clean(mta));
        Field(text, "Diagnostic-Code", "smtp; " + Clean(Diagnostic(outcome)));
        text.Append("Last-Attempt-Date: ").Append(ReceivedField.Date(facts.Now)).Append('\n');
        text.Append("Final-Log-ID: ").Append(facts.Message.LogId).Append('/').Append(facts.MailId).Append('\n');
    }

    private static string Typed(Core.Addresses.MailAddress address) => (address.NeedsUtf8 ? "utf-8;" : "rfc822;") + address.Smtp;

    private static string Action(RecipientOutcome outcome)
    {
        if (!outcome.Reply.IsSuccess)
            return "failed";
        if (DsnDecider.WarnsSender(outcome))
            return "delayed";
        return outcome.Relayed ? "relayed" : "delivered";
    }

    private static string Diagnostic(RecipientOutcome outcome) =>
        DsnDecider.WarnsSender(outcome) ? "250 2.6.0 the message has faults and was passed on all the same" : outcome.Reply.ToString();

    /// <summary>Enhanced code of a reply (RFC 3463), made from its class when there is none.</summary>
    private static string Status(SmtpReply reply)
    {
        var match = EnhancedCode().Match(reply.Text);
        return match.Success ? match.Value : string.Create(CultureInfo.InvariantCulture, $"{reply.Code / 100}.0.0");
    }

    /// <summary>Folds at blanks; a word longer than a line stays whole.</summary>
    private static void Field(StringBuilder text, string name, string value)
    {
        var column = name.Length + 1;
        text.Append(name).Append(':');
        foreach (var word in value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (column + 1 + word.Length > MaxLine && column > name.Length + 1)
            {
                text.Append('\n');
                column = 0;
            }
            text.Append(' ').Append(word);
            column += 1 + word.Length;
        }
        text.Append('\n');
    }

    private static string Clean(string value) => LogText.Sanitize(value);

    private static string DecodeXtext(string value) => Protocols.Smtp.Xtext.Decode(value);

    [GeneratedRegex(@"^[245]\.\d{1,3}\.\d{1,3}", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex EnhancedCode();
}
