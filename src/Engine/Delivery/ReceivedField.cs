using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Logging;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Engine.Delivery;

/// <summary>Our trace field (RFC 5321 §4.4) and dates (RFC 5322 §3.3).</summary>
public static class ReceivedField
{
    /// <param name="singleRecipient">Named in the field when it is the only one; null: not named.</param>
    public static AddedField Make(ReceivedMessage message, string mailId, string? singleRecipient)
    {
        ArgumentNullException.ThrowIfNull(message);
        var settings = message.Policy.Settings;
        var connection = message.Connection;
        var body = new StringBuilder();
        var peer = connection.Peer is { } p ? Literal(p.Address) : "localhost";
        body.Append("from ").Append(Word(connection.Helo)).Append(" ([").Append(peer).Append("])");
        if (connection.TlsCipher is { } cipher)
            body.Append("\n (using TLS with cipher ").Append(Word(cipher)).Append(')');
        var socket = connection.Local is { } local ? Literal(local.Address) : "localhost";
        var port = connection.Local is { } l ? $"port {l.Port}" : "unix socket";
        body.Append("\n by ").Append(settings.LocalhostName).Append(" (").Append(settings.MyHostname).Append(" [").Append(socket).Append("]) (")
            .Append(settings.MyProductName).Append(", ").Append(port).Append(')');
        // Other ways in have no registered name (RFC 5321 §4.4).
        if (connection.Protocol.Contains("SMTP", StringComparison.Ordinal) || connection.Protocol.Contains("LMTP", StringComparison.Ordinal))
            body.Append("\n with ").Append(connection.Protocol);
        body.Append("\n id ").Append(mailId);
        if (singleRecipient is not null)
            body.Append("\n for ").Append(singleRecipient);
        body.Append(";\n ").Append(Date(message.ReceivedAt));
        return new AddedField("Received", body.ToString());
    }

    /// <summary><c>Sun, 22 Nov 2026 12:01:10 +0000 (UTC)</c>; the zone's name only where it is certain.</summary>
    public static string Date(DateTimeOffset time)
    {
        var offset = time.Offset;
        var sign = offset < TimeSpan.Zero ? '-' : '+';
        var zone = offset == TimeSpan.Zero ? " (UTC)" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{time:ddd, d MMM yyyy HH:mm:ss} {sign}{offset.Duration():hhmm}{zone}");
    }

    private static string Literal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6:" + address : address.ToString();
    }

    /// <summary>A name a client chose, kept to characters that can't break the field.</summary>
    private static string Word(string text)
    {
        if (text.Length == 0)
            return "unknown";
        var clean = new string([.. LogText.Sanitize(text).Take(255).Select(c => c is > ' ' and < '\x7f' and not ('(' or ')' or ';' or '\\' or '<' or '>' or '"') ? c : '?')]);
        return clean;
    }
}
