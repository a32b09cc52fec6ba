using Amavis.Core.Messages;

namespace Amavis.Engine.Delivery;

/// <summary>Header octets made here, then a slice of a spool as it is.</summary>
internal sealed class PrefixedMessage(ReadOnlyMemory<byte> prefix, Spool spool, long offset) : OutgoingMessage
{
    public override long Length => prefix.Length + spool.Length - offset;

    public override bool LeadingDots => spool.Facts.LeadingDots;

    public override bool EightBit => spool.Facts.EightBit || prefix.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        if (!prefix.IsEmpty)
            yield return prefix;
        foreach (var chunk in spool.Chunks(offset, spool.Length - offset))
            yield return chunk;
    }
}
