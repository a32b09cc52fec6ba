using Amavis.Core.Addresses;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Templates;

internal sealed partial class MessageMacros
{
    /// <summary>Octets of a header field that are looked at.</summary>
    private const int MaxField = 32 << 10;

    private static void DeclareHeader(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => m.Facts.Letter.MessageId, "m");
        Declare(t, (m, _) => m.Facts.Letter.ResentMessageId, "r");
        Declare(t, (m, _) => m.Facts.Letter.Field("Subject", -1) is { } subject ? Body(subject) : "", "j");
        Declare(t, (m, _) => m.HeaderLines(), "H");
        Declare(t, (m, _) => Addresses(m.Facts.Letter.Facts.From), "rfc2822_from");
        Declare(t, (m, _) => Addresses(m.Facts.Letter.Facts.Sender), "rfc2822_sender");
        Declare(t, (m, _) => Addresses(m.Facts.Letter.Facts.ResentFrom), "rfc2822_resent_from");
        Declare(t, (m, _) => Addresses(m.Facts.Letter.Facts.ResentSender), "rfc2822_resent_sender");
        Declare(t, (m, a) => m.Field(a), "header_field", "HEADER", "header_field_octets");
        Declare(t, (m, a) => m.UserAgent(a[0]), "useragent");
    }

    private static void DeclareClient(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => m.Facts.Letter.ClientAddress?.ToString(), "a", "client_addr");
        Declare(t, (m, _) => m.ClientPort, "client_port");
        Declare(t, (m, _) => m.ClientAddressAndPort, "client_addr_port");
        Declare(t, (m, _) => m.Facts.Message.Client.Name, "g");
        Declare(t, (m, _) => m.IsClientKnown ? m.Facts.Message.Client.Helo : m.Facts.Message.Connection.Helo, "client_helo");
        Declare(t, (m, _) => m.IsClientKnown ? m.Facts.Message.Client.Protocol : m.Facts.Message.Connection.Protocol, "client_protocol");
        Declare(t, (m, _) => m.Facts.Message.Connection.Protocol, "protocol");
        Declare(t, (m, _) => m.Facts.Message.Connection.TlsCipher, "tls_in");
        Declare(t, (m, _) => m.PeerAddress, "REMOTEHOSTADDR", "REMOTEHOSTNAME");
        Declare(t, (m, _) => m.Facts.Letter.OldestPublicAddress, "e");
        Declare(t, (m, _) => m.Facts.Letter.Facts.Trace is [.., var oldest] ? oldest.From : null, "t");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Letter.Hops.Select(h => h.Address ?? "x")]), "ip_trace_all");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Letter.Hops.Where(h => h.IsPublic).Select(h => h.Address ?? "x")]), "ip_trace_public");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Letter.Hops.Skip(1).Select(h => h.ToString())]), "ip_proto_trace_all");
        Declare(t, (m, _) => new MacroValue([.. m.Facts.Letter.Hops.Skip(1).Where(h => h.IsPublic).Select(h => h.ToString())]), "ip_proto_trace_public");
    }

    /// <summary>A front-end MTA has told of the original client.</summary>
    private bool IsClientKnown => facts.Message.Client.Address is not null;

    private string? ClientPort => IsClientKnown && facts.Message.Client.Port is { } port ? port.ToString(System.Globalization.CultureInfo.InvariantCulture) : null;

    private string ClientAddressAndPort => facts.Letter.ClientAddress switch
    {
        null => "",
        var address when ClientPort is { } port => $"[{address}]:{port}",
        var address => $"[{address}]",
    };

    private string? PeerAddress => facts.Message.Connection.Peer?.Address switch
    {
        null => null,
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        var address => address.ToString(),
    };

    /// <summary>Unfolded and trimmed; control characters that are left are shown as <c>\x{0D}</c>.</summary>
    private static string Body(HeaderField field)
    {
        var octets = field.UnfoldedOctets().AsSpan();
        var text = OctetText.From(octets[..Math.Min(octets.Length, MaxField)]).Trim();
        return text.AsSpan().IndexOfAny('\r', '\n') < 0
            ? text
            : text.Replace("\r", "\\x{0D}", StringComparison.Ordinal).Replace("\n", "\\x{0A}", StringComparison.Ordinal);
    }

    private string Field(MacroArguments a) =>
        facts.Letter.Field(a[0].Trim().TrimEnd(':'), a.Integer(2, -1)) is { } field ? TextCuts.Limit(Body(field), a.Integer(1, 0)) : "";

    private string UserAgent(string part)
    {
        foreach (var name in (string[])["User-Agent", "X-Mailer"])
        {
            if (facts.Letter.Field(name, -1) is not { } field)
                continue;
            return part switch
            {
                "name" => name,
                "body" => Body(field),
                _ => name + ": " + Body(field),
            };
        }
        return "";
    }

    private static MacroValue Addresses(IReadOnlyList<HeaderAddress> addresses) =>
        new([.. addresses.Select(a => a.Address).OfType<MailAddress>().Select(a => a.Bracketed)]);

    private MacroValue HeaderLines()
    {
        var octets = facts.Letter.HeaderOctetsForNotices();
        var text = OctetText.From(octets.Span).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n');
        return new MacroValue(text.Length == 0 ? [] : text.Split('\n'));
    }
}
