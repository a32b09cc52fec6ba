namespace Amavis.Core.Messages;

/// <summary>
/// A message to be sent or stored: octets with CRLF line ends, not dot-stuffed, ending in CRLF unless empty. It can be read
/// several times (a second attempt after a lost connection, one copy for each next hop).
/// </summary>
public abstract class OutgoingMessage
{
    /// <summary>Octets in all.</summary>
    public abstract long Length { get; }

    /// <summary>Some line may begin with a dot; when false a sender need not look for them.</summary>
    public abstract bool LeadingDots { get; }

    /// <summary>An octet of 0x80 or above occurs in the header or body.</summary>
    public abstract bool EightBit { get; }

    /// <summary>The octets in order; a piece is valid until the next one is taken. Pieces may split lines anywhere.</summary>
    public abstract IEnumerable<ReadOnlyMemory<byte>> Chunks();
}

/// <summary>An outgoing message held in one array: notices and other mail made here.</summary>
public sealed class InMemoryMessage(ReadOnlyMemory<byte> octets) : OutgoingMessage
{
    public override long Length => octets.Length;

    public override bool LeadingDots => true;

    public override bool EightBit { get; } = octets.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks() => [octets];
}
