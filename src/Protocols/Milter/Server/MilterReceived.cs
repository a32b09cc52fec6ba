using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Protocols.Milter.Server;

/// <summary>
/// The Received field of the MTA's hop, which MTAs do not show to filters though they put it on top of the message. Spam scanners
/// judge the client by it, and a copy in quarantine should have it. It is no part of what the MTA is told.
/// </summary>
internal static class MilterReceived
{
    private const int MaxWord = 255;

    /// <summary>The field with its CRLF; empty when the client is not known (a local submission).</summary>
    public static string Make(MilterClient client, MilterMacros macros, string hostName, DateTimeOffset now)
    {
        if (client.Address is not { } address)
            return "";
        var id = macros["i"] is { } queueId ? " id " + Word(queueId) : "";
        return $"Received: from {Word(client.Helo ?? "")} ({Word(client.Name ?? "")} [{Literal(address)}])\r\n"
            + $"\tby {Word(macros["j"] ?? hostName)} with {Word(MilterClient.Protocol(macros))}{id};\r\n"
            + string.Create(CultureInfo.InvariantCulture, $"\t{now.UtcDateTime:ddd, d MMM yyyy HH:mm:ss} +0000\r\n");
    }

    private static string Literal(IPAddress address) => address.AddressFamily == AddressFamily.InterNetworkV6 ? "IPv6:" + address : address.ToString();

    /// <summary>Kept to characters that can't break the field.</summary>
    private static string Word(string text)
    {
        if (text.Length == 0)
            return "unknown";
        var word = new StringBuilder(Math.Min(text.Length, MaxWord));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxWord)))
            word.Append(c is > ' ' and < '\x7f' and not ('(' or ')' or ';' or '\\' or '<' or '>' or '"') ? c : '?');
        return word.ToString();
    }
}
