namespace Amavis.Decoding.Archives;

/// <summary>One 512-octet header of a tar archive, in any of its dialects (POSIX.1-2001 pax, ustar, GNU, v7).</summary>
internal static class TarHeader
{
    public const int BlockOctets = 512;
    private const int ChecksumOffset = 148;
    private const int ChecksumOctets = 8;

    /// <summary>The checksum is right; old writers summed signed octets.</summary>
    public static bool IsValid(ReadOnlySpan<byte> block)
    {
        block = block[..BlockOctets];
        // A cheap look before the sum: the field holds octal digits.
        if (block[ChecksumOffset] is not ((byte)' ' or (byte)'0' or (>= (byte)'1' and <= (byte)'7') or 0)
            || !TryNumber(block.Slice(ChecksumOffset, ChecksumOctets), out var stored))
            return false;
        long unsigned = 0;
        long signed = 0;
        for (var at = 0; at < BlockOctets; at++)
        {
            var octet = at is >= ChecksumOffset and < ChecksumOffset + ChecksumOctets ? (byte)' ' : block[at];
            unsigned += octet;
            signed += (sbyte)octet;
        }
        return stored == unsigned || stored == signed;
    }

    public static bool IsPosix(ReadOnlySpan<byte> block) => block.Slice(257, 5).SequenceEqual("ustar"u8);

    /// <summary>Octal digits with blanks around them, or a big-endian binary number when the first bit is set. Never negative.</summary>
    public static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
            return TryBinary(field, out value);
        field = field.Trim(" \0"u8);
        foreach (var digit in field)
        {
            if (digit is (byte)' ' or 0)
                break;
            if (digit is < (byte)'0' or > (byte)'7' || value >> 59 != 0)
                return false;
            value = (value << 3) | (uint)(digit - '0');
        }
        return !field.IsEmpty;
    }

    private static bool TryBinary(ReadOnlySpan<byte> field, out long value)
    {
        value = field[0] & 0x3f;
        if ((field[0] & 0x40) != 0)
            return false;
        foreach (var octet in field[1..])
        {
            if (value >> 54 != 0)
                return false;
            value = (value << 8) | octet;
        }
        return true;
    }
}
