using System.Buffers.Text;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>Archives of ar(1), which Debian packages are as well, with long names in the ways of GNU and BSD.</summary>
internal static class ArReader
{
    private const int SignatureOctets = 8;
    private const int HeaderOctets = 60;
    private const int LongestNameTable = 1 << 20;
    private const int LongestName = 4096;

    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        using var input = new ContentCursor(content, SignatureOctets);
        Span<byte> header = stackalloc byte[HeaderOctets];
        byte[] nameTable = [];
        while (input.Left > 0)
        {
            if (!input.TryReadExactly(header) || !header[58..].SequenceEqual("`\n"u8) || !TrySize(header.Slice(48, 10), out var size))
                return ArchiveFindings.Damaged;
            var start = input.Offset;
            if (size > input.Left)
            {
                AddMember(members, input, header, nameTable, input.Left);
                return ArchiveFindings.Damaged;
            }
            if (header.StartsWith("// "u8))
            {
                nameTable = new byte[Math.Min(size, LongestNameTable)];
                input.TryReadExactly(nameTable);
            }
            else if (!header.StartsWith("/ "u8)) // the table of symbols
                AddMember(members, input, header, nameTable, size);
            // Members begin at even offsets.
            input.Seek(start + size + ((start + size) & 1));
        }
        return ArchiveFindings.None;
    }

    private static void AddMember(MemberSink members, ContentCursor input, ReadOnlySpan<byte> header, byte[] nameTable, long size)
    {
        var name = header[..16].TrimEnd((byte)' ');
        if (name.StartsWith("#1/"u8) && Utf8Parser.TryParse(name[3..], out int length, out _) && length is > 0 and < LongestName && length <= size)
        {
            Span<byte> longName = new byte[length];
            input.TryReadExactly(longName);
            name = longName.TrimEnd((byte)0);
            size -= length;
        }
        else if (name.Length > 1 && name[0] == '/' && Utf8Parser.TryParse(name[1..], out int offset, out _) && offset >= 0 && offset < nameTable.Length)
        {
            var rest = nameTable.AsSpan(offset);
            name = rest[..(rest.IndexOfAny((byte)'\n', (byte)0) is >= 0 and var end ? end : rest.Length)];
        }
        var part = members.Add(MemberNames.Of(name.TrimEnd((byte)'/')));
        using var output = members.Open(part, size);
        input.TryCopyTo(output, size);
        output.Complete();
    }

    private static bool TrySize(ReadOnlySpan<byte> field, out long size) =>
        Utf8Parser.TryParse(field.Trim((byte)' '), out size, out var digits) && digits > 0 && size >= 0;
}
