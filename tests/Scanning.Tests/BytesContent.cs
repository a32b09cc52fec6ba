using Amavis.Core.Parts;

namespace Amavis.Scanning.Tests;

/// <summary>Part content over an array.</summary>
internal sealed class BytesContent(byte[] octets) : IPartContent
{
    public long Length => octets.Length;

    public Stream OpenRead() => new MemoryStream(octets, writable: false);
}

/// <summary>Part content whose file has gone bad after a while.</summary>
internal sealed class BrokenContent(int goodOctets) : IPartContent
{
    public long Length => goodOctets + 1;

    public Stream OpenRead() => new BrokenStream(goodOctets);

    private sealed class BrokenStream(int goodOctets) : MemoryStream(new byte[goodOctets])
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("bad block");
    }
}
