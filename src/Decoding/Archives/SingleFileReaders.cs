using System.Buffers;
using System.Buffers.Binary;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>Compressed files that hold one file each: gzip, bzip2, compress.</summary>
internal static class SingleFileReaders
{
    private const int UsualHeaderOctets = 4096;
    private const int LongestHeaderOctets = 256 << 10;
    private const int GzipTrailerOctets = 8;

    /// <summary>All members of a gzip file together are one file (RFC 1952 §2.2).</summary>
    public static ArchiveFindings Gzip(StoredContent content, MemberSink members)
    {
        using var input = new ContentCursor(content);
        MemberOutput? output = null;
        try
        {
            var findings = ArchiveFindings.None;
            while (findings == ArchiveFindings.None && TryGzipHeader(content, input, out var storedName))
            {
                if (output is null)
                {
                    var part = members.Add(MemberNames.Uncompressed(members.Archive.Names, storedName));
                    output = members.Open(part, 4 * content.Length);
                }
                findings = GzipMember(input, members.Codecs.Inflater, output);
            }
            output?.Complete();
            return output is null ? ArchiveFindings.Damaged : findings | Trailing(input);
        }
        finally
        {
            output?.Dispose();
        }
    }

    public static ArchiveFindings Bzip2(StoredContent content, MemberSink members) =>
        Single(content, members, (input, output) => members.Codecs.Bzip2.Run(input, output));

    public static ArchiveFindings Compress(StoredContent content, MemberSink members) => Single(content, members, LzwDecoder.Run);

    private static ArchiveFindings Single(StoredContent content, MemberSink members, Func<ContentCursor, IOctetSink, CodecResult> decode)
    {
        using var input = new ContentCursor(content);
        var part = members.Add(MemberNames.Uncompressed(members.Archive.Names, storedName: null));
        using var output = members.Open(part, 4 * content.Length);
        var result = decode(input, output);
        output.Complete();
        return result == CodecResult.Complete ? Trailing(input) : ArchiveFindings.Damaged;
    }

    private static ArchiveFindings GzipMember(ContentCursor input, Inflater inflater, MemberOutput output)
    {
        var checkedOutput = new CheckedOutput(output);
        var result = inflater.Run(input, checkedOutput, deflate64: false);
        if (result != CodecResult.Complete)
            return ArchiveFindings.Damaged;
        Span<byte> trailer = stackalloc byte[GzipTrailerOctets];
        return input.TryReadExactly(trailer)
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer) == checkedOutput.Crc
            && BinaryPrimitives.ReadUInt32LittleEndian(trailer[4..]) == (uint)checkedOutput.Length
                ? ArchiveFindings.None
                : ArchiveFindings.Damaged;
    }

    private static bool TryGzipHeader(StoredContent content, ContentCursor input, out string? storedName)
    {
        storedName = null;
        foreach (var size in (ReadOnlySpan<int>)[UsualHeaderOctets, LongestHeaderOctets])
        {
            var octets = (int)Math.Min(size, input.Left);
            var head = ArrayPool<byte>.Shared.Rent(Math.Max(1, octets));
            var count = content.Read(input.Offset, head.AsSpan(0, octets));
            var found = GzipHeader.TryParse(head.AsSpan(0, count), out var headerOctets, out storedName);
            ArrayPool<byte>.Shared.Return(head);
            if (found)
            {
                input.Seek(input.Offset + headerOctets);
                return true;
            }
            if (octets < size)
                break;
        }
        return false;
    }

    // Padding with zeros is usual on tapes and ignored by all; anything else would be data nobody looked at.
    private static ArchiveFindings Trailing(ContentCursor input)
    {
        while (input.Fill())
        {
            if (input.Chunk.ContainsAnyExcept((byte)0))
                return ArchiveFindings.Damaged;
            input.Position = input.End;
        }
        return ArchiveFindings.None;
    }

    /// <summary>Checksum and length of one member of several.</summary>
    private sealed class CheckedOutput(IOctetSink next) : IOctetSink
    {
        public uint Crc { get; private set; }

        public long Length { get; private set; }

        public void Write(ReadOnlySpan<byte> octets)
        {
            Crc = Crc32.Update(Crc, octets);
            Length += octets.Length;
            next.Write(octets);
        }
    }
}
