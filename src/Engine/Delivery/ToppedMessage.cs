using Amavis.Core.Messages;

namespace Amavis.Engine.Delivery;

/// <summary>Octets made here on top of a message.</summary>
internal sealed class ToppedMessage(ReadOnlyMemory<byte> top, OutgoingMessage message) : OutgoingMessage
{
    public override long Length => top.Length + message.Length;

    public override bool LeadingDots => message.LeadingDots;

    public override bool EightBit => message.EightBit || top.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks() => message.Chunks().Prepend(top);
}
