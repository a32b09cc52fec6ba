namespace Amavis.Decoding.Typing;

/// <summary>
/// Signatures that are enough by themselves. The longer of two that begin alike stands first. Formats that need a look at more
/// than fixed octets are in <see cref="ContentTyper"/>.
/// </summary>
internal static class MagicTable
{
    private static readonly Magic[] All =
    [
        // Compressed files
        new(0, "\x1f\x9d", "Z", "compress'd data", ContentKind.Compress),
        new(0, "\x1f\x9e", "F", "frozen file 1.0", ContentKind.Freeze),
        new(0, "\x1f\x9f", "F", "frozen file 2.1", ContentKind.Freeze),
        new(0, "\x1f\x1e", "dat", "packed data", ContentKind.OtherArchive),
        new(0, "\x1f\xa0", "dat", "SCO compress -H (LZH) data", ContentKind.OtherArchive),
        new(0, "\xfd" + "7zXZ\0", "xz", "XZ compressed data", ContentKind.Xz),
        new(0, "LZIP\x01", "dat", "lzip compressed data, version: 1", ContentKind.Lzip),
        new(0, "\x89LZO\0\r\n\x1a\n", "lzo", "lzop compressed data", ContentKind.Lzop),
        new(0, "LRZI\0", "lrz", "LRZIP compressed data", ContentKind.Lrzip),
        new(0, "\x04\x22\x4d\x18", "lz4", "LZ4 compressed data (v1.4+)", ContentKind.Lz4),
        new(0, "\x03\x21\x4c\x18", "lz4", "LZ4 compressed data (v1.0-v1.3)", ContentKind.Lz4),
        new(0, "\x02\x21\x4c\x18", "lz4", "LZ4 compressed data (v0.1-v0.9)", ContentKind.Lz4),
        new(0, "\x28\xb5\x2f\xfd", "zst", "Zstandard compressed data (v0.8+)", ContentKind.Zstd),
        new(0, "\x27\xb5\x2f\xfd", "zst", "Zstandard compressed data (v0.7)", ContentKind.Zstd),
        new(0, "\x26\xb5\x2f\xfd", "zst", "Zstandard compressed data (v0.6)", ContentKind.Zstd),
        new(0, "\x25\xb5\x2f\xfd", "zst", "Zstandard compressed data (v0.5)", ContentKind.Zstd),
        new(0, "SZDD\x88\xf0\x27\x33", "dat", "MS Compress archive data, SZDD variant", ContentKind.OtherArchive),
        new(0, "KWAJ\x88\xf0\x27\xd1", "dat", "MS Compress archive data, KWAJ variant", ContentKind.OtherArchive),

        // Archives
        new(0, "Rar!\x1a\x07\x01\0", "rar", "RAR archive data, v5", ContentKind.Rar),
        new(0, "Rar!\x1a\x07", "rar", "RAR archive data, v4", ContentKind.Rar),
        new(0, "RE~^", "rar", "RAR archive data (<v1.5)", ContentKind.Rar),
        new(0, "7z\xbc\xaf\x27\x1c", "7z", "7-zip archive data", ContentKind.SevenZip),
        new(0, "MSCF\0\0\0\0", "cab", "Microsoft Cabinet archive data", ContentKind.Cab),
        new(0, "ISc(", "installshield", "InstallShield Cabinet archive data", ContentKind.InstallShield, notText: true),
        new(0, "\xed\xab\xee\xdb", "rpm", "RPM v3 package", ContentKind.Rpm),
        new(0, "070701", "cpio", "ASCII cpio archive (SVR4 with no CRC)", ContentKind.Cpio),
        new(0, "070702", "cpio", "ASCII cpio archive (SVR4 with CRC)", ContentKind.Cpio),
        new(0, "070707", "cpio", "ASCII cpio archive (pre-SVR4 or odc)", ContentKind.Cpio),
        new(0, "\xc7\x71", "cpio", "cpio archive", ContentKind.Cpio),
        new(0, "\x71\xc7", "cpio", "byte-swapped cpio archive", ContentKind.Cpio),
        new(0, "!<arch>\ndebian", "deb", "Debian binary package", ContentKind.Ar),
        new(0, "!<arch>\n", "a", "current ar archive", ContentKind.Ar),
        new(0, "!<thin>\n", "a", "thin archive", ContentKind.OtherArchive),
        new(0, "\x78\x9f\x3e\x22", "tnef", "Transport Neutral Encapsulation Format (TNEF)", ContentKind.Tnef),
        new(0, "SIT!", "sit", "StuffIt Archive (data)", ContentKind.StuffIt, notText: true),
        new(0, "StuffIt ", "sit", "StuffIt Archive", ContentKind.StuffIt, notText: true),
        new(0, "xar!", "dat", "xar archive", ContentKind.OtherArchive, notText: true),
        new(0, "MSWIM\0\0\0", "dat", "Windows imaging (WIM) image", ContentKind.OtherArchive),
        new(0, "ALZ\x01", "dat", "ALZ archive data", ContentKind.OtherArchive),
        new(0, "EGGA", "dat", "EGG archive data", ContentKind.OtherArchive, notText: true),
        new(7, "**ACE**", "ace", "ACE archive data", ContentKind.Ace),
        new(20, "\xdc\xa7\xc4\xfd", "zoo", "Zoo archive data", ContentKind.Zoo),
        new(32769, "CD001", "iso", "ISO 9660 CD-ROM filesystem data", ContentKind.Iso),
        new(34817, "CD001", "iso", "ISO 9660 CD-ROM filesystem data", ContentKind.Iso),
        new(32769, "BEA01", "dat", "UDF filesystem data", ContentKind.OtherArchive),

        // Pictures
        new(0, "\xff\xd8\xff", "image,jpg", "JPEG image data"),
        new(0, "GIF8", "image,gif", "GIF image data"),
        new(0, "\x89PNG\r\n\x1a\n", "image,png", "PNG image data"),
        new(0, "II*\0", "image,tif", "TIFF image data, little-endian"),
        new(0, "MM\0*", "image,tif", "TIFF image data, big-endian"),
        new(0, "BM", "image,bmp", "PC bitmap data", notText: true),
        new(0, "\x0a\x05\x01", "image,pcx", "PCX ver. 3.0 image data"),
        new(0, "\xd7\xcd\xc6\x9a", "wmf", "ms-windows metafont .wmf"),
        new(0, "\0\0\x01\0", "dat", "MS Windows icon resource"),

        // Sound and film
        new(0, "ID3", "audio,mpa,mp3", "Audio file with ID3 tag, contains: MPEG ADTS, layer III", notText: true),
        new(0, "fLaC", "audio,flac", "FLAC audio bitstream data", notText: true),
        new(28, "\x7f" + "FLAC", "audio,oga", "Ogg data, FLAC audio"),
        new(0, "OggS", "audio,ogg", "Ogg data", notText: true),
        new(4, "ftyp3g", "audio,mpa,3gpp", "ISO Media, MPEG v4 system, 3GPP"),
        new(4, "ftypmif1", "dat", "ISO Media, HEIF Image"),
        new(4, "ftyphei", "dat", "ISO Media, HEIF Image"),
        new(4, "ftypavif", "dat", "ISO Media, AVIF Image"),
        new(4, "ftyp", "audio,mpa,m4a,m4b", "ISO Media, MPEG v4 system"),
        new(0, "\0\0\x01\xb3", "movie,mpv", "MPEG sequence, video"),
        new(0, "\0\0\x01\xba", "movie,mpg", "MPEG sequence, system multiplex"),
        new(0, "\x1a\x45\xdf\xa3", "movie,mkv", "Matroska data"),
        new(0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11", "movie,wmv", "Microsoft ASF"),

        // Documents and the rest
        new(0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "cdf-ms", "Composite Document File V2 Document", ContentKind.Ole),
        new(0, "\xf7\x02", "dvi", "TeX DVI file"),
        new(0, "\xde\x12\x04\x95", "mo", "GNU message catalog (little endian)"),
        new(0, "\x95\x04\x12\xde", "mo", "GNU message catalog (big endian)"),
        new(0, ";ELC", "asc", "Emacs/XEmacs byte-compiled Lisp data"),
        new(0, "ITSF", "dat", "MS Windows HtmlHelp Data", notText: true),
        new(0, "L\0\0\0\x01\x14\x02\0", "dat", "MS Windows shortcut"),
    ];

    // By the first octet; the rest of the table begins further on.
    private static readonly Magic[]?[] AtStart = BuildIndex();
    private static readonly Magic[] Elsewhere = [.. All.Where(magic => magic.Offset > 0)];

    public static ContentType? Find(ReadOnlySpan<byte> head, bool isText)
    {
        return (AtStart[head[0]] is { } candidates ? First(candidates, head, isText) : null) ?? First(Elsewhere, head, isText);
    }

    private static ContentType? First(Magic[] candidates, ReadOnlySpan<byte> head, bool isText)
    {
        foreach (var magic in candidates)
            if (!(magic.NotText && isText) && magic.Matches(head))
                return magic.Type;
        return null;
    }

    private static Magic[]?[] BuildIndex()
    {
        var index = new Magic[]?[256];
        foreach (var group in All.Where(magic => magic.Offset == 0).GroupBy(magic => magic.Signature[0]))
            index[group.Key] = [.. group];
        return index;
    }
}
