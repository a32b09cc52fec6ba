using Amavis.Decoding.Archives;
using Amavis.Decoding.Archives.Ole;
using Amavis.Decoding.Archives.Tnef;
using Amavis.Decoding.Archives.Zip;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Decoding.Typing;

namespace Amavis.Decoding;

/// <summary>Which reader takes which kind of content apart.</summary>
internal static class ArchiveReaders
{
    /// <summary>Files in a text, uuencoded or in BinHex.</summary>
    public static readonly ArchiveReader Encoded = static (content, members, _) => EncodedTextReader.Read(content, members);

    /// <summary>Null: a recognised archive for which there is no reader.</summary>
    public static ArchiveReader? For(ContentKind kind) => kind switch
    {
        ContentKind.Zip or ContentKind.Appended => static (content, members, limits) => ZipReader.Read(content, members, limits.MaxFiles),
        ContentKind.Gzip => static (content, members, _) => SingleFileReaders.Gzip(content, members),
        ContentKind.Bzip2 => static (content, members, _) => SingleFileReaders.Bzip2(content, members),
        ContentKind.Compress => static (content, members, _) => SingleFileReaders.Compress(content, members),
        ContentKind.Tar => static (content, members, _) => TarReader.Read(content, members),
        ContentKind.Cpio => static (content, members, _) => CpioReader.Read(content, members),
        ContentKind.Ar => static (content, members, _) => ArReader.Read(content, members),
        ContentKind.Rpm => static (content, members, _) => RpmReader.Read(content, members),
        ContentKind.Encoded => Encoded,
        ContentKind.Ole => static (content, members, _) => OleReader.Read(content, members),
        ContentKind.Tnef => static (content, members, _) => TnefReader.Read(content, members),
        _ => null,
    };
}
