using System.Buffers.Binary;

namespace Amavis.Decoding.Typing;

/// <summary>Tells what a ZIP container is used for, by the names of its first members.</summary>
internal static class ZipTyper
{
    private const int LocalHeaderOctets = 30;
    private const int MembersLookedAt = 32;

    private static readonly ContentType Empty = ContentType.Of("zip", "Zip archive data (empty)", ContentKind.Zip);
    private static readonly ContentType Word = ContentType.Of("doc", "Microsoft Word 2007+", ContentKind.Zip);
    private static readonly ContentType Excel = ContentType.Of("dat", "Microsoft Excel 2007+", ContentKind.Zip);
    private static readonly ContentType PowerPoint = ContentType.Of("dat", "Microsoft PowerPoint 2007+", ContentKind.Zip);
    private static readonly ContentType OpenXml = ContentType.Of("dat", "Microsoft OOXML", ContentKind.Zip);
    private static readonly ContentType OpenDocument = ContentType.Of("dat", "OpenDocument", ContentKind.Zip);
    private static readonly ContentType Epub = ContentType.Of("dat", "EPUB document", ContentKind.Zip);
    private static readonly ContentType Jar = ContentType.Of("jar", "Java archive data (JAR)", ContentKind.Zip);
    private static readonly ContentType Kmz = ContentType.Of("kmz", "Compressed Google KML Document", ContentKind.Zip);
    private static readonly ContentType[] Plain =
    [
        .. Enumerable.Range(0, 100).Select(version => ContentType.Of("zip",
            $"Zip archive data, at least v{version / 10}.{version % 10} to extract", ContentKind.Zip)),
    ];

    // The extra field by which Java's tools mark the first member.
    private static ReadOnlySpan<byte> JarMark => [0xfe, 0xca];

    /// <summary>What has no other signature at its start, but an archive at its end.</summary>
    public static ContentType Prepended { get; } = ContentType.Of("zip", "Zip archive, with extra data prepended", ContentKind.Zip);

    public static bool IsZip(ReadOnlySpan<byte> head) =>
        head.StartsWith("PK\u0003\u0004"u8) || head.StartsWith("PK\u0005\u0006"u8) || head.StartsWith("PK\u0006\u0006"u8)
        || head.StartsWith("PK00PK\u0003\u0004"u8) || head.StartsWith("PK\u0007\u0008PK\u0003\u0004"u8);

    public static ContentType Identify(ReadOnlySpan<byte> head)
    {
        if (head[2] == 5)
            return Empty;
        if (head[2] is 7 or (byte)'0')
            head = head[4..];
        var version = head.Length > 4 ? Math.Min((int)head[4], Plain.Length - 1) : 0;
        return FromNames(head) ?? Plain[version];
    }

    private static ContentType? FromNames(ReadOnlySpan<byte> head)
    {
        var openXml = false;
        for (var member = 0; member < MembersLookedAt && head.Length > LocalHeaderOctets && head.StartsWith("PK\u0003\u0004"u8); member++)
        {
            var compressed = BinaryPrimitives.ReadUInt32LittleEndian(head[18..]);
            int nameLength = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]);
            int extraLength = BinaryPrimitives.ReadUInt16LittleEndian(head[28..]);
            var name = head[LocalHeaderOctets..];
            var data = name.Length > nameLength + extraLength ? name[(nameLength + extraLength)..] : default;
            name = name[..Math.Min(nameLength, name.Length)];
            if (member == 0)
            {
                if (extraLength >= 4 && data.Length > 0 && head[(LocalHeaderOctets + nameLength)..].StartsWith(JarMark))
                    return Jar;
                if (First(name, data) is { } type)
                    return type;
                openXml = IsOpenXml(name);
            }
            if (openXml && Office(name) is { } office)
                return office;
            if (!openXml)
                return null;
            head = NextHeader(data, compressed);
        }
        return openXml ? OpenXml : null;
    }

    private static ContentType? First(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        if (name.SequenceEqual("doc.kml"u8))
            return Kmz;
        if (!name.SequenceEqual("mimetype"u8))
            return null;
        return data.StartsWith("application/epub+zip"u8) ? Epub : data.StartsWith("application/vnd.oasis.opendocument"u8) ? OpenDocument : null;
    }

    private static bool IsOpenXml(ReadOnlySpan<byte> name) =>
        name.SequenceEqual("[Content_Types].xml"u8) || name.SequenceEqual("_rels/.rels"u8) || name.StartsWith("docProps"u8) || Office(name) is not null;

    private static ContentType? Office(ReadOnlySpan<byte> name) =>
        name.StartsWith("word/"u8) ? Word : name.StartsWith("xl/"u8) ? Excel : name.StartsWith("ppt/"u8) ? PowerPoint : null;

    // The size is 0 where a data descriptor follows; the next header is then searched for.
    private static ReadOnlySpan<byte> NextHeader(ReadOnlySpan<byte> data, uint compressed)
    {
        if (compressed > 0)
            return compressed < data.Length ? data[(int)compressed..] : default;
        var at = data.IndexOf("PK\u0003\u0004"u8);
        return at < 0 ? default : data[at..];
    }
}
