using Amavis.Core.Messages;

namespace Amavis.Engine.Releasing;

/// <summary>A mail made here around a stored one.</summary>
internal sealed class FramedMessage(ReadOnlyMemory<byte> before, Spool stored, ReadOnlyMemory<byte> after) : OutgoingMessage
{
    public override long Length => before.Length + stored.Length + after.Length;

    public override bool LeadingDots => true;

    public override bool EightBit => stored.Facts.EightBit || IsEightBit(before) || IsEightBit(after);

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        yield return before;
        foreach (var chunk in stored.Chunks())
            yield return chunk;
        if (!after.IsEmpty)
            yield return after;
    }

    private static bool IsEightBit(ReadOnlyMemory<byte> octets) => octets.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);
}
