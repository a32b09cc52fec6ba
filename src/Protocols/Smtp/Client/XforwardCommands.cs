using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>Tells the next hop about the original client, within what it announced for XFORWARD.</summary>
internal static class XforwardCommands
{
    private const int MaxValueOctets = 255;

    /// <summary>Octets of a command without its end (RFC 5321 §4.5.3.1.4); more attributes go into another command.</summary>
    private const int MaxCommandOctets = 510;

    private static readonly XforwardAttributes[] Order =
    [
        XforwardAttributes.Addr, XforwardAttributes.Name, XforwardAttributes.Port, XforwardAttributes.Proto,
        XforwardAttributes.Helo, XforwardAttributes.Source, XforwardAttributes.Ident,
    ];

    /// <summary>
    /// The commands without line ends, mostly one. What is not known is left out, save where the connection already carried it for
    /// an earlier message: then it is declared unavailable, as not every server forgets it by itself.
    /// </summary>
    public static List<string> Make(ClientFacts? client, XforwardAttributes offered, ref XforwardAttributes alreadySent)
    {
        var commands = new List<string>(1);
        if (offered == XforwardAttributes.None || (client?.Address is null && alreadySent == XforwardAttributes.None))
            return commands;
        var facts = client?.Address is null ? null : client;
        var command = new StringBuilder();
        foreach (var attribute in Order)
        {
            if ((offered & attribute) == 0)
                continue;
            var value = facts is null ? null : Value(facts, attribute);
            if (string.IsNullOrEmpty(value) && (alreadySent & attribute) == 0)
                continue;
            var text = string.IsNullOrEmpty(value) ? "[UNAVAILABLE]" : Encode(value);
            var name = attribute.ToString().ToUpperInvariant();
            if (command.Length > 0 && command.Length + name.Length + text.Length + 2 > MaxCommandOctets)
            {
                commands.Add(command.ToString());
                command.Clear();
            }
            command.Append(command.Length == 0 ? "XFORWARD " : " ").Append(name).Append('=').Append(text);
            alreadySent |= attribute;
        }
        if (command.Length > 0)
            commands.Add(command.ToString());
        return commands;
    }

    private static string? Value(ClientFacts facts, XforwardAttributes attribute) => attribute switch
    {
        XforwardAttributes.Addr when facts.Address is { } address =>
            address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false }
                ? "IPv6:" + address
                : (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString(),
        XforwardAttributes.Name => facts.Name,
        XforwardAttributes.Port => facts.Port?.ToString(CultureInfo.InvariantCulture),
        XforwardAttributes.Proto => facts.Protocol,
        XforwardAttributes.Helo => facts.Helo,
        XforwardAttributes.Source => facts.Source,
        XforwardAttributes.Ident => facts.QueueId,
        _ => null,
    };

    /// <summary>Dangerous characters replaced, then xtext (RFC 3461 §4), whole characters up to the limit.</summary>
    private static string Encode(string value)
    {
        var text = new StringBuilder(value.Length);
        foreach (var c in value)
        {
            var safe = c is > ' ' and < '\x7f' && !"<>()\\\";@".Contains(c) ? c : '?';
            if (safe is '+' or '=')
            {
                if (text.Length + 3 > MaxValueOctets)
                    break;
                text.Append('+').Append(((int)safe).ToString("X2", CultureInfo.InvariantCulture));
                continue;
            }
            if (text.Length + 1 > MaxValueOctets)
                break;
            text.Append(safe);
        }
        return text.ToString();
    }
}
