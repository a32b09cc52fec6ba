using Amavis.Core.Messages;

namespace Amavis.Engine.Delivery;

/// <summary>A message put together of octets made here and slices of spools, which have to live as long as it is read.</summary>
internal sealed class JoinedMessage : OutgoingMessage
{
    private readonly List<(ReadOnlyMemory<byte> Octets, Spool? Spool, long Offset, long Length)> _pieces = [];

    public override long Length => _pieces.Sum(p => p.Length);

    public override bool LeadingDots => true;

    public override bool EightBit =>
        _pieces.Exists(p => p.Spool?.Facts.EightBit ?? p.Octets.Span.ContainsAnyInRange((byte)0x80, (byte)0xff));

    public JoinedMessage Add(ReadOnlyMemory<byte> octets)
    {
        _pieces.Add((octets, null, 0, octets.Length));
        return this;
    }

    public JoinedMessage Add(Spool spool, long offset = 0)
    {
        _pieces.Add((default, spool, offset, spool.Length - offset));
        return this;
    }

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        foreach (var (octets, spool, offset, length) in _pieces)
        {
            if (spool is null)
                yield return octets;
            else
                foreach (var chunk in spool.Chunks(offset, length))
                    yield return chunk;
        }
    }
}
