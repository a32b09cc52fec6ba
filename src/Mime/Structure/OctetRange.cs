namespace Amavis.Mime.Structure;

/// <summary>A slice of the message, half-open, in octets.</summary>
public readonly record struct OctetRange(long Offset, long Length)
{
    public long End => Offset + Length;
}
