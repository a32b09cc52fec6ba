using System.Net;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Authentication.Arc;
using Amavis.Dkim.Results;
using Amavis.Engine.Authentication;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;

namespace Amavis.Engine;

/// <summary>A received message as read: its MIME structure, its header section and the facts collected from it. Read once.</summary>
internal sealed partial class Letter
{
    private ReceivedMessage _message;

    private Letter(ReceivedMessage message, MimeTree tree, HeaderSection header, HeaderFacts facts)
    {
        _message = message;
        Tree = tree;
        Header = header;
        Facts = facts;
    }

    public MimeTree Tree { get; }

    public HeaderSection Header { get; }

    public HeaderFacts Facts { get; }

    /// <summary>Octets of the header section with the empty line after it.</summary>
    public long HeaderOctets => Header.BodyOffset;

    public bool HeaderIsEightBit => Header.Octets.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);

    public string From => Facts.FromText;

    public string Subject => Facts.Subject ?? "";

    public string MessageId => Facts.MessageId ?? "";

    public string? ResentMessageId => Facts.ResentMessageId;

    public int ReceivedCount => Facts.ReceivedCount;

    /// <summary>The original client; without word of it, the peer that handed the message to us.</summary>
    public IPAddress? ClientAddress =>
        _message.Client.Address ?? (_message.Connection.Peer is { } peer ? Plain(peer.Address) : Facts.Trace.Select(h => h.Address).FirstOrDefault(a => a is not null));

    public string? OldestPublicAddress => Hops.LastOrDefault(h => h.IsPublic)?.Address;

    /// <summary>Who signed it; nobody, as long as nobody has looked.</summary>
    public DkimReport Dkim { get; private set; } = DkimReport.None;

    /// <summary>What SPF, DMARC and ARC say; empty: nothing, or nobody has asked.</summary>
    public IReadOnlyList<AuthenticationResult> SenderResults { get; private set; } = [];

    /// <summary>The chain of those who handled it; null: nobody has looked.</summary>
    public ArcResult? Arc { get; private set; }

    /// <summary>The same letter with its signatures verified.</summary>
    public Letter SignedAs(DkimReport report)
    {
        var other = (Letter)MemberwiseClone();
        other.Dkim = report;
        return other;
    }

    /// <summary>The same letter with its sender judged.</summary>
    public Letter SentAs(SenderFindings findings)
    {
        var other = (Letter)MemberwiseClone();
        (other.SenderResults, other.Arc) = (findings.Results, findings.Chain);
        return other;
    }

    /// <summary>The same letter under other settings.</summary>
    public Letter Under(PolicyState policy)
    {
        var other = (Letter)MemberwiseClone();
        other._message = _message with { Policy = policy };
        return other;
    }

    public static Letter Read(ReceivedMessage message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var reader = new MimeReader(MimeReaderOptions.Default with { MaxParts = message.Policy.Settings.MaxFiles });
        foreach (var chunk in message.Spool.Chunks())
            reader.Write(chunk.Span);
        var tree = reader.Finish();
        var header = HeaderSection.Read(message.Spool);
        return new Letter(message, tree, header, HeaderFacts.Collect(header, message.Envelope.Sender));
    }

    /// <summary>The envelope sender, then the authors; each once.</summary>
    public IEnumerable<MailAddress> SenderAddresses(MailAddress envelopeSender) =>
        Facts.From.Select(a => a.Address).OfType<MailAddress>().Prepend(envelopeSender).DistinctBy(a => a.Unquoted, StringComparer.OrdinalIgnoreCase);

    /// <summary>The header section for people, cut; octets that are not UTF-8 are read as Latin-1.</summary>
    public string HeaderText(int maxOctets)
    {
        var octets = Header.Octets.Span[..Math.Min(Header.Octets.Length, maxOctets)];
        var text = System.Text.Unicode.Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
        return text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);
    }

    /// <summary>The original header section for a notice, without the empty line; a limited length.</summary>
    public ReadOnlyMemory<byte> HeaderOctetsForNotices()
    {
        const int max = 64 << 10;
        var octets = Header.Octets;
        if (octets.Length <= max)
            return octets;
        var end = octets.Span[..max].LastIndexOf((byte)'\n');
        return octets[..(end + 1)];
    }

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
