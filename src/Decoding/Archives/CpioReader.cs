using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Amavis.Core.Parts;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>Cpio archives: the SVR4 forms (newc, crc), the portable one (odc) and the binary one in both octet orders.</summary>
internal static class CpioReader
{
    private const int LongestName = 1 << 16;
    private const int NewHeaderOctets = 110;
    private const int PortableHeaderOctets = 76;
    private const int BinaryHeaderOctets = 26;

    /// <param name="Mode">File type and permissions, as in stat(2).</param>
    /// <param name="Padding">Name and data are filled up to a multiple of this.</param>
    private readonly record struct Header(int Octets, long Mode, long NameOctets, long Octets64, int Padding);

    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        using var input = new ContentCursor(content);
        while (input.Left > 0)
        {
            var start = input.Offset;
            if (ReadHeader(input) is not { } header || header.NameOctets is <= 0 or > LongestName)
                return ArchiveFindings.Damaged;
            var name = new byte[header.NameOctets];
            if (!input.TryReadExactly(name))
                return ArchiveFindings.Damaged;
            var text = name.AsSpan().TrimEnd((byte)0);
            if (text.SequenceEqual("TRAILER!!!"u8))
                return OnlyZeros(input) ? ArchiveFindings.None : ArchiveFindings.Damaged;
            input.Seek(start + Padded(header.Octets + header.NameOctets, header.Padding));
            var part = members.Add(MemberNames.Of(text), Attributes(header.Mode));
            if (header.Octets64 == 0 && part.Attributes != PartAttributes.None)
                continue;
            using var output = members.Open(part, Math.Min(header.Octets64, input.Left));
            var whole = input.TryCopyTo(output, header.Octets64);
            output.Complete();
            if (!whole)
                return ArchiveFindings.Damaged;
            input.Seek(input.Offset + Padded(header.Octets64, header.Padding) - header.Octets64);
        }
        return ArchiveFindings.Damaged; // the end mark is missing
    }

    private static Header? ReadHeader(ContentCursor input)
    {
        Span<byte> octets = stackalloc byte[NewHeaderOctets];
        var start = input.Offset;
        octets = octets[..input.Read(octets)];
        var header = Parse(octets);
        if (header is { } found)
            input.Seek(start + found.Octets);
        return header;
    }

    private static Header? Parse(ReadOnlySpan<byte> octets)
    {
        if (octets.Length < BinaryHeaderOctets)
            return null;
        if (octets.StartsWith("070701"u8) || octets.StartsWith("070702"u8))
        {
            return octets.Length == NewHeaderOctets && TryHex(octets.Slice(14, 8), out var mode) && TryHex(octets.Slice(54, 8), out var size)
                && TryHex(octets.Slice(94, 8), out var name) ? new Header(NewHeaderOctets, mode, name, size, 4) : null;
        }
        if (octets.StartsWith("070707"u8))
        {
            return octets.Length >= PortableHeaderOctets && TarHeader.TryNumber(octets.Slice(18, 6), out var mode)
                && TarHeader.TryNumber(octets.Slice(59, 6), out var name) && TarHeader.TryNumber(octets.Slice(65, 11), out var size)
                ? new Header(PortableHeaderOctets, mode, name, size, 1) : null;
        }
        var little = octets[0] == 0xc7 && octets[1] == 0x71;
        if (!little && !(octets[0] == 0x71 && octets[1] == 0xc7))
            return null;
        // Numbers of 32 bits stand as two of 16, the higher first, in either octet order.
        return new Header(BinaryHeaderOctets, Number16(octets[6..], little), Number16(octets[20..], little),
            ((long)Number16(octets[22..], little) << 16) | Number16(octets[24..], little), 2);
    }

    private static bool TryHex(ReadOnlySpan<byte> digits, out long value) =>
        long.TryParse(Encoding.ASCII.GetString(digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);

    private static ushort Number16(ReadOnlySpan<byte> octets, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(octets) : BinaryPrimitives.ReadUInt16BigEndian(octets);

    private static long Padded(long length, int padding) => (length + padding - 1) / padding * padding;

    private static PartAttributes Attributes(long mode) => (mode >> 12) switch
    {
        4 => PartAttributes.Directory,
        10 => PartAttributes.Link,
        8 or 0 => PartAttributes.None,
        _ => PartAttributes.Special,
    };

    private static bool OnlyZeros(ContentCursor input)
    {
        for (; input.Fill(); input.Position = input.End)
            if (input.Chunk.ContainsAnyExcept((byte)0))
                return false;
        return true;
    }
}
