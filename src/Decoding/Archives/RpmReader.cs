using System.Buffers.Binary;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>RPM packages: what lies behind the headers is one compressed cpio archive.</summary>
internal static class RpmReader
{
    private const int LeadOctets = 96;
    private const int IntroOctets = 16;
    private const int IndexOctets = 16;

    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        // The signature is a header, too; it is filled up to a multiple of eight.
        if (HeaderEnd(content, LeadOctets) is not { } signatureEnd || HeaderEnd(content, (signatureEnd + 7) & ~7L) is not { } start)
            return ArchiveFindings.Damaged;
        using var input = new ContentCursor(content, start);
        var part = members.Add(MemberNames.Uncompressed(members.Archive.Names, storedName: null));
        using var output = members.Open(part, input.Left);
        input.TryCopyTo(output, input.Left);
        output.Complete();
        return ArchiveFindings.None;
    }

    private static long? HeaderEnd(StoredContent content, long offset)
    {
        Span<byte> intro = stackalloc byte[IntroOctets];
        if (content.Read(offset, intro) < IntroOctets || !intro.StartsWith((ReadOnlySpan<byte>)[0x8e, 0xad, 0xe8, 0x01]))
            return null;
        var end = offset + IntroOctets + (IndexOctets * (long)BinaryPrimitives.ReadUInt32BigEndian(intro[8..])) + BinaryPrimitives.ReadUInt32BigEndian(intro[12..]);
        return end < content.Length ? end : null;
    }
}
