using System.Buffers.Binary;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Typing;

/// <summary>Finds the archive that a program carries. ZIP archives are found from their end, by their own reader.</summary>
internal static class SelfExtracting
{
    /// <summary>Signatures looked at for each kind: some programs, such as archivers, hold the signature alone.</summary>
    private const int MaxCandidates = 64;

    private const int HeadOctets = 64;
    private const int ArjLeast = 30;
    private const int ArjMost = 2600;

    /// <summary>The kind and its first octet; null: there is none.</summary>
    public static (ContentKind Kind, long Offset)? Find(StoredContent program) =>
        Find(program, ContentKind.Rar, "Rar!"u8, static _ => true, IsRar)
        ?? Find(program, ContentKind.SevenZip, (ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xbc, 0xaf], static _ => true, IsSevenZip)
        ?? Find(program, ContentKind.Cab, "MSCF"u8, static _ => true, IsCabinet)
        ?? Find(program, ContentKind.Arj, (ReadOnlySpan<byte>)[0x60, 0xea], static octets => BinaryPrimitives.ReadUInt16LittleEndian(octets[2..]) is >= ArjLeast and <= ArjMost, IsArj);

    private delegate bool HeadTest(StoredContent program, ReadOnlySpan<byte> head, long offset);

    private static (ContentKind, long)? Find(StoredContent program, ContentKind kind, ReadOnlySpan<byte> signature, Func<ReadOnlySpan<byte>, bool> accept, HeadTest test)
    {
        var from = 1L;
        Span<byte> head = stackalloc byte[HeadOctets];
        for (var candidate = 0; candidate < MaxCandidates && ContentSearch.Find(program, from, program.Length, signature, accept) is { } offset; candidate++, from = offset + 1)
            if (test(program, head[..program.Read(offset, head)], offset))
                return (kind, offset);
        return null;
    }

    private static bool IsRar(StoredContent program, ReadOnlySpan<byte> head, long offset) =>
        head.Length > 16 && ((head.StartsWith("Rar!\x1a\x07\0"u8) && head[9] == 0x73) || head.StartsWith("Rar!\x1a\x07\x01\0"u8));

    // The start header has its own checksum.
    private static bool IsSevenZip(StoredContent program, ReadOnlySpan<byte> head, long offset) =>
        head.Length >= 32 && head.StartsWith((ReadOnlySpan<byte>)[(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c])
        && Crc32.Update(0, head[12..32]) == BinaryPrimitives.ReadUInt32LittleEndian(head[8..]);

    private static bool IsCabinet(StoredContent program, ReadOnlySpan<byte> head, long offset) =>
        head.Length >= 36 && BinaryPrimitives.ReadUInt32LittleEndian(head[4..]) == 0 && BinaryPrimitives.ReadUInt32LittleEndian(head[12..]) == 0
        && head[24] == 3 && head[25] == 1 && BinaryPrimitives.ReadUInt32LittleEndian(head[8..]) is >= 36 and var octets && octets <= program.Length - offset;

    // The basic header ends in a checksum of itself.
    private static bool IsArj(StoredContent program, ReadOnlySpan<byte> head, long offset)
    {
        if (head.Length < 34 || BinaryPrimitives.ReadUInt16LittleEndian(head[2..]) is < ArjLeast or > ArjMost || head[4] is < 30 or > 64 || head[10] != 2)
            return false;
        Span<byte> header = stackalloc byte[ArjMost + 4];
        header = header[..(BinaryPrimitives.ReadUInt16LittleEndian(head[2..]) + 4)];
        return program.Read(offset + 4, header) == header.Length
            && Crc32.Update(0, header[..^4]) == BinaryPrimitives.ReadUInt32LittleEndian(header[^4..]);
    }
}
