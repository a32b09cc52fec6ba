using Amavis.Core.Messages;

namespace Amavis.Demo;

/// <summary>Keeps messages in one array each; enough for a demonstration.</summary>
internal sealed class HeldSpools : ISpoolFactory
{
    public SpoolWriter Create() => new Writer();

    private sealed class Writer : SpoolWriter
    {
        private readonly MemoryStream _octets = new();

        public override long Length => _octets.Length;

        public override void Write(ReadOnlySpan<byte> octets) => _octets.Write(octets);

        public override Spool Complete(SpoolFacts facts) => new Held(_octets.ToArray(), facts);

        public override void Dispose() => _octets.Dispose();
    }

    private sealed class Held(byte[] octets, SpoolFacts facts) : Spool
    {
        public override long Length => octets.Length;

        public override SpoolFacts Facts => facts;

        public override int Read(long offset, Span<byte> destination)
        {
            var length = (int)Math.Min(destination.Length, Math.Max(0, octets.Length - offset));
            octets.AsSpan((int)offset, length).CopyTo(destination);
            return length;
        }

        public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length) => [octets.AsMemory((int)offset, (int)length)];

        public override Stream OpenRead(long offset, long length) => new MemoryStream(octets, (int)offset, (int)length, writable: false);

        public override void Dispose()
        {
        }
    }
}
