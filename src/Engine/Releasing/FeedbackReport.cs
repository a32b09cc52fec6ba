using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Logging;
using Amavis.Engine.Templates;

namespace Amavis.Engine.Releasing;

/// <summary>The machine-readable part of an abuse report (RFC 5965 §3).</summary>
internal static class FeedbackReport
{
    public static string Make(MacroFacts facts)
    {
        var message = facts.Message;
        var settings = message.Policy.Settings;
        var text = new StringBuilder();
        void Field(string name, string value) => text.Append(name).Append(": ").Append(LogText.Sanitize(value)).Append('\n');
        Field("Version", "1");
        Field("Feedback-Type", facts.FeedbackType);
        Field("User-Agent", $"{settings.MyProductName}/{typeof(FeedbackReport).Assembly.GetName().Version?.ToString(3)}");
        Field("Reporting-MTA", "dns; " + settings.MyHostname);
        Field("Arrival-Date", Delivery.ReceivedField.Date(message.ReceivedAt.ToUniversalTime()));
        if (message.Client.Address is { } address)
            Field("Source-IP", address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6:" + address : address.ToString());
        if (message.Client.Port is { } port)
            Field("Source-Port", port.ToString(CultureInfo.InvariantCulture));
        Field("Original-Mail-From", message.Envelope.Sender.Bracketed);
        foreach (var recipient in message.Envelope.Recipients)
            Field("Original-Rcpt-To", recipient.Address.Bracketed);
        foreach (var domain in facts.Dkim.Domains)
            Field("Reported-Domain", domain + " (valid DKIM signature by)");
        Field("Incidents", "1");
        return text.ToString();
    }
}
