using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Rehearsing;

namespace Amavis.Cli.Scan;

/// <summary>What <c>amavis scan</c> is asked, as the engine takes it.</summary>
internal static class ScanRequest
{
    /// <summary>Null, with the fault, for arguments that are no addresses.</summary>
    /// <param name="listen">An element of <c>listen_sockets</c> it came in by; null: the first one that speaks SMTP or LMTP.</param>
    public static RehearsalOrder? TryMake(Settings settings, string from, IReadOnlyList<string> to, string? client, string? helo, string? listen, out string fault)
    {
        if (AddressArgument.TryParse(from) is not { } sender)
        {
            fault = $"--from: \"{from}\" is not a mail address";
            return null;
        }
        var recipients = new List<MailAddress>();
        foreach (var text in to)
        {
            if (AddressArgument.TryParse(text) is not { IsNull: false } address)
            {
                fault = $"--to: \"{text}\" is not a mail address";
                return null;
            }
            recipients.Add(address);
        }
        IPAddress? ip = null;
        if (client is not null && !IPAddress.TryParse(client.Trim('[', ']'), out ip))
        {
            fault = $"--client-ip: \"{client}\" is not an IP address";
            return null;
        }
        var socket = FirstMailSocket(settings);
        if (listen is not null)
        {
            if (!ListenSocket.TryParse(listen, settings.InetSocketBind, out var given, out fault))
            {
                fault = "--listen: " + fault;
                return null;
            }
            socket = given[0];
        }
        fault = "";
        return new RehearsalOrder { Sender = sender, Recipients = recipients, Client = new ClientFacts { Address = ip, Helo = helo }, Socket = socket };
    }

    private static ListenSocket? FirstMailSocket(Settings settings) => settings.ListenSockets
        .SelectMany(text => ListenSocket.TryParse(text, settings.InetSocketBind, out var sockets, out _) ? sockets : [])
        .FirstOrDefault(socket => ListenProtocol.Of(settings, socket) is "SMTP" or "ESMTP" or "LMTP");
}
