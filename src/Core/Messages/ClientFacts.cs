using System.Net;

namespace Amavis.Core.Messages;

/// <summary>The original client as a front-end MTA tells of it (XFORWARD, AM.PDP, milter). Null: not known.</summary>
public sealed record ClientFacts
{
    public static readonly ClientFacts Unknown = new();

    public IPAddress? Address { get; init; }
    public int? Port { get; init; }
    public string? Name { get; init; }
    public string? Helo { get; init; }
    public string? Protocol { get; init; }
    /// <summary>Queue id of the front-end MTA.</summary>
    public string? QueueId { get; init; }
    /// <summary>LOCAL or REMOTE.</summary>
    public string? Source { get; init; }
}

/// <summary>The connection to us.</summary>
public sealed record ConnectionFacts
{
    /// <summary>Null on Unix sockets.</summary>
    public IPEndPoint? Peer { get; init; }
    /// <summary>Null on Unix sockets.</summary>
    public IPEndPoint? Local { get; init; }
    /// <summary>Path of the Unix socket, or null.</summary>
    public string? UnixPath { get; init; }
    /// <summary>HELO name given to us; empty when none.</summary>
    public string Helo { get; init; } = "";
    /// <summary>As in Received: SMTP, ESMTP, LMTP, with S, A and UTF8 where they apply.</summary>
    public string Protocol { get; init; } = "SMTP";
    public string? TlsCipher { get; init; }
    /// <summary>Each recipient has its own reply after the data (LMTP).</summary>
    public bool RepliesPerRecipient { get; init; }
}
