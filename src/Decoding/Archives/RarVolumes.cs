using System.Buffers.Binary;

namespace Amavis.Decoding.Archives;

/// <summary>Tells whether a RAR archive is one piece of several: programs give its part of a file out as if it were whole.</summary>
internal static class RarVolumes
{
    private const int OldSignatureOctets = 7;
    private const int NewSignatureOctets = 8;
    private const byte OldMainHeader = 0x73;
    private const ulong NewMainHeader = 1;
    private const ulong ExtraAreaFlag = 1;
    private const ulong VolumeFlag = 1;

    /// <param name="head">The first octets of the archive; a hundred are enough.</param>
    public static bool IsPiece(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("Rar!\x1a\x07\0"u8))
            // Checksum, type, flags.
            return head.Length >= OldSignatureOctets + 5 && head[OldSignatureOctets + 2] == OldMainHeader
                && (BinaryPrimitives.ReadUInt16LittleEndian(head[(OldSignatureOctets + 3)..]) & VolumeFlag) != 0;
        if (!head.StartsWith("Rar!\x1a\x07\x01\0"u8) || head.Length < NewSignatureOctets + 4)
            return false;
        // Checksum; then numbers of variable length: size, type, flags, the size of what is extra, flags of the archive.
        var rest = head[(NewSignatureOctets + 4)..];
        if (!TryNumber(ref rest, out _) || !TryNumber(ref rest, out var type) || type != NewMainHeader || !TryNumber(ref rest, out var flags))
            return false;
        if ((flags & ExtraAreaFlag) != 0 && !TryNumber(ref rest, out _))
            return false;
        return TryNumber(ref rest, out var archive) && (archive & VolumeFlag) != 0;
    }

    private static bool TryNumber(ref ReadOnlySpan<byte> octets, out ulong number)
    {
        number = 0;
        for (var i = 0; i < Math.Min(octets.Length, 9); i++)
        {
            number |= (ulong)(octets[i] & 0x7f) << (7 * i);
            if (octets[i] < 0x80)
            {
                octets = octets[(i + 1)..];
                return true;
            }
        }
        return false;
    }
}
