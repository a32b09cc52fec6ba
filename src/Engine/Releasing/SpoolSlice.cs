using Amavis.Core.Messages;

namespace Amavis.Engine.Releasing;

/// <summary>The end of another spool, as a message of its own. The other one stays its owner's.</summary>
internal sealed class SpoolSlice(Spool whole, long offset) : Spool
{
    public override long Length => whole.Length - offset;

    public override SpoolFacts Facts => whole.Facts;

    public override int Read(long at, Span<byte> destination) => whole.Read(offset + at, destination);

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long at, long length) => whole.Chunks(offset + at, length);

    public override Stream OpenRead(long at, long length) => whole.OpenRead(offset + at, length);

    public override void Dispose()
    {
        // Not ours.
    }
}
