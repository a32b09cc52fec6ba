using System.Net;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>A target with nothing left open. <paramref name="Path"/> is a Unix socket, or empty for TCP.</summary>
internal readonly record struct NextHop(DeliveryProtocol Protocol, string Host, int Port, string Path)
{
    public bool IsLmtp => Protocol == DeliveryProtocol.Lmtp;

    private string Scheme => IsLmtp ? "lmtp" : "smtp";

    public override string ToString() => Path.Length > 0 ? $"{Scheme}:{Path}" : Named(Host);

    /// <summary>The same with the address in the place of a host name.</summary>
    public string Named(string host) => $"{Scheme}:[{host}]:{Port}";

    /// <summary>The name that stands for this next hop, or the one configured in its place.</summary>
    public string TlsName(IReadOnlyDictionary<string, string> names) =>
        names.GetValueOrDefault($"{Host}:{Port}") ?? names.GetValueOrDefault(Path.Length > 0 ? Path : Host) ?? Host;

    /// <summary>Puts the session's peer and port in the place of <c>*</c>; null when they are not known.</summary>
    public static NextHop? Resolve(DeliveryTarget target, SmtpDelivery delivery)
    {
        if (target.Host is null)
            return new NextHop(target.Protocol, "", 0, target.Path);
        var host = target.Host == "*" ? delivery.PeerAddress?.ToString() : target.Host;
        var port = target.Port == 0 ? delivery.ReceivingPort + 1 : target.Port;
        return host is null || port is null or > 65535 ? null : new NextHop(target.Protocol, host, port.Value, "");
    }
}

/// <summary>What two deliveries must share to use the same connection.</summary>
/// <param name="TlsName">The name the certificate has to bear where it is verified.</param>
internal sealed record ConnectionKey(
    NextHop Hop, string HeloName, IPAddress? BindAddress, TlsLevel Security, LoginCredentials? Credentials, TlsClientSettings Tls, string TlsName);
