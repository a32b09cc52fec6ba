using System.Collections.ObjectModel;
using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>One RCPT command to send.</summary>
/// <param name="OriginalRecipient">ORCPT, xtext-encoded with its address type; null: none.</param>
public sealed record SmtpDeliveryRecipient(MailAddress Address, DsnNotify Notify = DsnNotify.Unspecified, string? OriginalRecipient = null);

/// <summary>One message for one next hop, or for one of several equal ones.</summary>
public sealed record SmtpDelivery
{
    /// <summary>Targets of kind smtp or lmtp only.</summary>
    public required DeliveryMethod Method { get; init; }

    public required MailAddress Sender { get; init; }
    public required IReadOnlyList<SmtpDeliveryRecipient> Recipients { get; init; }
    public required OutgoingMessage Message { get; init; }

    /// <summary>Id in the log, quoted in replies made here.</summary>
    public required string LogId { get; init; }

    /// <summary>Stands for <c>*</c> as host: the peer that gave us the message. Null: not known, so that <c>*</c> fails.</summary>
    public IPAddress? PeerAddress { get; init; }

    /// <summary>Stands, plus one, for <c>*</c> as port: the port the message came in on. Null: not known, so that <c>*</c> fails.</summary>
    public int? ReceivingPort { get; init; }

    /// <summary>Our name in EHLO.</summary>
    public string HeloName { get; init; } = "localhost";

    /// <summary>Source address of TCP connections; null: the system's choice.</summary>
    public IPAddress? BindAddress { get; init; }

    /// <summary>May: plain text is used where TLS is not offered or its handshake fails.</summary>
    public TlsLevel Security { get; init; }

    public TlsClientSettings Tls { get; init; } = TlsClientSettings.Default;

    /// <summary>Next hops (<c>host:port</c> or <c>host</c>) whose certificate bears another name.</summary>
    public IReadOnlyDictionary<string, string> TlsNames { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Null: no login. When given, a next hop that can't take it is a failure.</summary>
    public LoginCredentials? Credentials { get; init; }

    public BodyType Body { get; init; }

    /// <summary>The original client asked for SMTPUTF8.</summary>
    public bool SmtpUtf8 { get; init; }

    /// <summary>The header has octets above 0x7F, so that a next hop without SMTPUTF8 can't take the message.</summary>
    public bool HeaderIsUtf8 { get; init; }

    /// <summary>RET: "FULL", "HDRS" or null.</summary>
    public string? DsnReturn { get; init; }

    /// <summary>ENVID, xtext-encoded; null: none.</summary>
    public string? DsnEnvelopeId { get; init; }

    /// <summary>Pass NOTIFY, ORCPT, RET and ENVID to a next hop that offers DSN.</summary>
    public bool PropagateDsn { get; init; } = true;

    /// <summary>AUTH= of RFC 4954 §5, xtext-encoded; null: none.</summary>
    public string? Submitter { get; init; }

    /// <summary>The original client, told with XFORWARD; null for mail made here.</summary>
    public ClientFacts? Client { get; init; }

    /// <summary>Received fields of the original.</summary>
    public int ReceivedCount { get; init; }

    /// <summary>
    /// Whoever gave us the message can be told a result for each recipient. If not, a recipient refused with 4xx ends the
    /// transaction before the end of data, as the next attempt would be a duplicate for the others.
    /// </summary>
    public bool PerRecipientReplies { get; init; }

    /// <summary>Monotonic time stamp (<see cref="TimeProvider.GetTimestamp"/>) to be done by; null: only the limits of the stages.</summary>
    public long? Deadline { get; init; }
}
