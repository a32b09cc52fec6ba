using System.Buffers.Binary;
using System.Text;

namespace Amavis.Decoding.Archives;

/// <summary>The header of a gzip member (RFC 1952 §2.3).</summary>
internal static class GzipHeader
{
    private const int FixedOctets = 10;
    private const byte HeaderCrc = 2;
    private const byte Extra = 4;
    private const byte Name = 8;
    private const byte Comment = 16;

    /// <summary>The file name in the header, or null.</summary>
    public static string? StoredName(ReadOnlySpan<byte> head) => TryParse(head, out _, out var name) ? name : null;

    /// <summary>False when this is no header or it does not end within these octets.</summary>
    public static bool TryParse(ReadOnlySpan<byte> head, out int headerOctets, out string? storedName)
    {
        headerOctets = FixedOctets;
        storedName = null;
        if (head.Length < FixedOctets || head[0] != 0x1f || head[1] != 0x8b || head[2] != 8)
            return false;
        var flags = head[3];
        if ((flags & Extra) != 0)
        {
            if (head.Length < headerOctets + 2)
                return false;
            headerOctets += 2 + BinaryPrimitives.ReadUInt16LittleEndian(head[headerOctets..]);
        }
        if ((flags & Name) != 0 && !TryText(head, ref headerOctets, out storedName))
            return false;
        if ((flags & Comment) != 0 && !TryText(head, ref headerOctets, out _))
            return false;
        if ((flags & HeaderCrc) != 0)
            headerOctets += 2;
        return headerOctets <= head.Length;
    }

    private static bool TryText(ReadOnlySpan<byte> head, ref int at, out string? text)
    {
        text = null;
        var length = at <= head.Length ? head[at..].IndexOf((byte)0) : -1;
        if (length < 0)
            return false;
        var octets = head.Slice(at, length);
        text = length == 0 ? null : Utf8OrLatin1(octets);
        at += length + 1;
        return true;
    }

    private static string Utf8OrLatin1(ReadOnlySpan<byte> octets) =>
        System.Text.Unicode.Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
}
