using System.Buffers.Binary;
using System.Net;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Milter.Server;

/// <summary>The MTA's client, as CONNECT and HELO tell of it.</summary>
internal sealed record MilterClient
{
    public static readonly MilterClient Unknown = new();

    /// <summary>Null: unknown.</summary>
    public string? Name { get; init; }

    /// <summary>Null: unknown, or a local submission.</summary>
    public IPAddress? Address { get; init; }

    public int? Port { get; init; }
    public string? Helo { get; init; }

    /// <summary>Host name, family, port, address; what makes no sense is unknown.</summary>
    public static MilterClient Read(ReadOnlySpan<byte> payload)
    {
        var name = MilterText.Take(ref payload);
        var client = new MilterClient { Name = name.Length == 0 || name[0] == '[' || name == "unknown" ? null : name };
        if (payload.Length < 3 || payload[0] is not ((byte)'4' or (byte)'6'))
            return client;
        var port = BinaryPrimitives.ReadUInt16BigEndian(payload[1..]);
        payload = payload[3..];
        var text = MilterText.Take(ref payload);
        if (text.StartsWith("IPv6:", StringComparison.OrdinalIgnoreCase))
            text = text[5..];
        if (!IPAddress.TryParse(text, out var address))
            return client;
        return client with { Address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address, Port = port == 0 ? null : port };
    }

    public ClientFacts Facts(MilterMacros macros) => new()
    {
        Address = Address,
        Port = Port,
        Name = Name,
        Helo = Helo,
        Protocol = Protocol(macros),
        QueueId = macros["i"],
        Source = Address is null ? "LOCAL" : null,
    };

    /// <summary>As in Received (RFC 3848); Sendmail tells it, for others it is put together.</summary>
    public static string Protocol(MilterMacros macros)
    {
        var name = macros["r"] ?? "ESMTP";
        if (name is not ("SMTP" or "ESMTP"))
            return name;
        return (macros["tls_version"] is null, macros["auth_type"] is null) switch
        {
            (true, true) => name,
            (false, true) => "ESMTPS",
            (true, false) => "ESMTPA",
            _ => "ESMTPSA",
        };
    }
}
