using Amavis.Core.Messages;

namespace Amavis.Engine.Spooling;

/// <summary>The end of another spool as a message of its own. That one stays with its owner.</summary>
internal sealed class SlicedSpool(Spool spool, long start) : Spool
{
    public override long Length => spool.Length - start;

    public override SpoolFacts Facts => spool.Facts;

    public override int Read(long offset, Span<byte> destination) => spool.Read(start + offset, destination);

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length) => spool.Chunks(start + offset, length);

    public override Stream OpenRead(long offset, long length) => spool.OpenRead(start + offset, length);

    public override void Dispose()
    {
    }
}
