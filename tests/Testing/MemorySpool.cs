using Amavis.Core.Messages;

namespace Amavis.Testing;

/// <summary>A spool over an array, for tests of what reads messages. The octets are taken as they are.</summary>
public sealed class MemorySpool(byte[] octets, SpoolFacts? facts = null, int chunkOctets = 4096) : Spool
{
    public override long Length => octets.Length;

    public override SpoolFacts Facts { get; } = facts ?? new SpoolFacts { EightBit = octets.Any(b => b >= 0x80), LeadingDots = true };

    public override int Read(long offset, Span<byte> destination)
    {
        var length = (int)Math.Min(destination.Length, Math.Max(0, octets.Length - offset));
        octets.AsSpan((int)Math.Min(offset, octets.Length), length).CopyTo(destination);
        return length;
    }

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks(long offset, long length)
    {
        for (var at = offset; at < offset + length; at += chunkOctets)
            yield return octets.AsMemory((int)at, (int)Math.Min(chunkOctets, offset + length - at));
    }

    public override Stream OpenRead(long offset, long length) => new MemoryStream(octets, (int)offset, (int)length, writable: false);

    public override void Dispose()
    {
    }
}

/// <summary>A spool writer that keeps all in an array.</summary>
public sealed class MemorySpoolFactory : ISpoolFactory
{
    public SpoolWriter Create() => new Writer();

    private sealed class Writer : SpoolWriter
    {
        private readonly MemoryStream _octets = new();

        public override long Length => _octets.Length;

        public override void Write(ReadOnlySpan<byte> octets) => _octets.Write(octets);

        public override Spool Complete(SpoolFacts facts) => new MemorySpool(_octets.ToArray(), facts);

        public override void Dispose() => _octets.Dispose();
    }
}
