using Amavis.Core.Messages;

namespace Amavis.Decoding.Storage;

/// <summary>A slice of the message as it stands there: a body without transfer encoding. Nothing is copied.</summary>
internal sealed class SpoolContent(Spool message, long start, long length) : StoredContent
{
    public override long Length => length;

    public override int Read(long offset, Span<byte> destination) =>
        offset >= length ? 0 : message.Read(start + offset, destination[..(int)Math.Min(destination.Length, length - offset)]);

    public override Stream OpenRead() => message.OpenRead(start, length);

    public override T WithHead<T>(int octets, HeadReader<T> read)
    {
        octets = (int)Math.Min(octets, length);
        foreach (var piece in message.Chunks(start, octets))
        {
            if (piece.Length >= octets)
                return read(piece.Span[..octets], length);
            break;
        }
        return base.WithHead(octets, read);
    }
}
