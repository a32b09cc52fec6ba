namespace Amavis.Decoding.Typing;

/// <summary>A line of the table of signatures.</summary>
/// <param name="Offset">Where the signature stands.</param>
/// <param name="Signature">Latin-1, one character for each octet.</param>
/// <param name="Type">What it says.</param>
/// <param name="NotText">A short signature that prose can begin with; it counts only when the content is not text.</param>
internal sealed record Magic(int Offset, byte[] Signature, ContentType Type, bool NotText)
{
    public Magic(int offset, string signature, string shortTypes, string fullType, ContentKind kind = ContentKind.Plain, bool notText = false)
        : this(offset, System.Text.Encoding.Latin1.GetBytes(signature), ContentType.Of(shortTypes, fullType, kind), notText)
    {
    }

    public bool Matches(ReadOnlySpan<byte> head) => head.Length > Offset && head[Offset..].StartsWith(Signature);
}
