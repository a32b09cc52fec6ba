using System.Buffers.Binary;
using System.Text;
using Amavis.Decoding.Archives;

namespace Amavis.Decoding.Typing;

/// <summary>
/// Says what content is from its first octets, in the words of file(1) and in the short types banned rules use. Declared types and
/// names have no part in it.
/// </summary>
public static class ContentTyper
{
    /// <summary>How many octets from the start are worth giving; an ISO image shows itself only after 32 KiB.</summary>
    public const int HeadOctets = 64 << 10;

    private const int PdfSearchOctets = 1024;

    /// <param name="head">The first octets, at most <see cref="HeadOctets"/> are looked at; all of it when it is shorter.</param>
    /// <param name="length">Octets of the whole content.</param>
    public static ContentType Identify(ReadOnlySpan<byte> head, long length)
    {
        if (head.Length > HeadOctets)
            head = head[..HeadOctets];
        if (head.IsEmpty)
            return length == 0 ? ContentType.Empty : ContentType.Data;
        if (length == 1)
            return VeryShort;
        var text = TextTyper.Classify(head);
        return FromStructure(head, length, text is not null)
            ?? MagicTable.Find(head, text is not null)
            ?? (text is { } encoding ? TextTyper.Identify(head, encoding) : FromLooserRules(head))
            ?? ContentType.Data;
    }

    private static readonly ContentType VeryShort = ContentType.Of("dat", "very short file (no magic)");
    private static readonly ContentType Bzip2 = ContentType.Of("bz2", "bzip2 compressed data", ContentKind.Bzip2);
    private static readonly ContentType Bzip1 = ContentType.Of("bz", "bzip compressed data", ContentKind.OtherArchive);
    private static readonly ContentType Lz4Skippable = ContentType.Of("lz4", "LZ4 compressed data (skippable frame)", ContentKind.Lz4);
    private static readonly ContentType ZstdSkippable = ContentType.Of("zst", "Zstandard compressed data (skippable frame)", ContentKind.Zstd);
    private static readonly ContentType Lzma = ContentType.Of("lzma", "LZMA compressed data", ContentKind.Lzma);
    private static readonly ContentType PosixTar = ContentType.Of("tar", "POSIX tar archive", ContentKind.Tar);
    private static readonly ContentType OldTar = ContentType.Of("tar", "tar archive", ContentKind.Tar);
    private static readonly ContentType Lha = ContentType.Of("lha", "LHa archive data", ContentKind.Lha);
    private static readonly ContentType Arj = ContentType.Of("arj", "ARJ archive data", ContentKind.Arj);
    private static readonly ContentType Arc = ContentType.Of("arc", "ARC archive data", ContentKind.Arc);
    private static readonly ContentType Pdf = ContentType.Of("pdf", "PDF document");
    private static readonly ContentType Flash = ContentType.Of("swf", "Macromedia Flash data");
    private static readonly ContentType Java = ContentType.Of("java", "compiled Java class data");
    private static readonly ContentType Avi = ContentType.Of("movie,avi", "RIFF (little-endian) data, AVI");
    private static readonly ContentType Ani = ContentType.Of("movie,ani", "RIFF (little-endian) data, animated cursor");
    private static readonly ContentType Wave = ContentType.Of("audio,wav", "RIFF (little-endian) data, WAVE audio");
    private static readonly ContentType Riff = ContentType.Of("dat", "RIFF (little-endian) data");
    private static readonly ContentType Mp3 = ContentType.Of("audio,mpa,mp3", "MPEG ADTS, layer III");
    private static readonly ContentType Mp2 = ContentType.Of("audio,mpa,mp2", "MPEG ADTS, layer II");
    private static readonly ContentType PgpEncrypted = ContentType.Of("pgp,pgp.enc", "PGP message, session key encrypted", ContentKind.Encrypted);
    private static readonly ContentType CmsEnveloped = ContentType.Of("dat", "CMS enveloped data, encrypted", ContentKind.Encrypted);
    private static readonly ContentType Rtf = ContentType.Of("rtf", "Rich Text Format data");

    private static ContentType? FromStructure(ReadOnlySpan<byte> head, long length, bool isText)
    {
        switch (head[0])
        {
            case (byte)'P' when ZipTyper.IsZip(head):
                return ZipTyper.Identify(head);
            case (byte)'M' when !isText && head.StartsWith("MZ"u8):
                return ExecutableTyper.IdentifyMz(head);
            case 0x7f when head.StartsWith("\u007fELF"u8):
                return ExecutableTyper.IdentifyElf(head);
            case 0xca or 0xce or 0xcf or 0xfe when ExecutableTyper.IdentifyMachO(head) is { } machO:
                return machO;
            case 0xca when head.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(head) == 0xcafebabe:
                return Java;
            case 0x1f when head.StartsWith((ReadOnlySpan<byte>)[0x1f, 0x8b]):
                return GzipType(head);
            case (byte)'B' when head.Length >= 4 && head.StartsWith("BZh"u8) && head[3] is >= (byte)'1' and <= (byte)'9' && IsBzip2Block(head):
                return Bzip2;
            case (byte)'B' when head.StartsWith("BZ0"u8) && !isText:
                return Bzip1;
            case >= 0x50 and <= 0x5f when head.Length >= 8 && head[1..].StartsWith((ReadOnlySpan<byte>)[0x2a, 0x4d, 0x18]):
                return SkippableFrame(head);
            case 0x5d when head.Length >= 13 && head[1] == 0 && head[2] == 0 && IsLzmaHeader(head):
                return Lzma;
            case 0x60 when head.Length > 10 && head[1] == 0xea && BinaryPrimitives.ReadUInt16LittleEndian(head[2..]) is > 0 and <= 2600:
                return Arj;
            case 0x1a when IsArc(head, length):
                return Arc;
            case (byte)'C' or (byte)'F' or (byte)'Z' when !isText && head.Length > 8 && head[1..].StartsWith("WS"u8) && head[3] < 64:
                return Flash;
            case (byte)'R' when head.Length >= 12 && (head.StartsWith("RIFF"u8) || head.StartsWith("RIFX"u8)) && !isText:
                return RiffType(head.Slice(8, 4));
            case 0xff when head.Length >= 4 && MpegAudio(head) is { } audio:
                return audio;
            case 0x84 or 0x85 or 0xc1 when IsPgpSessionKey(head):
                return PgpEncrypted;
            case 0x30 when IsEnvelopedCms(head):
                return CmsEnveloped;
            case (byte)'%' when head.StartsWith("%PDF-"u8):
                return Pdf;
            case (byte)'{' when head.StartsWith("{\\rt"u8):
                return Rtf;
        }
        if (length >= TarHeader.BlockOctets && head.Length >= TarHeader.BlockOctets && TarHeader.IsValid(head))
            return TarHeader.IsPosix(head) ? PosixTar : OldTar;
        if (head.Length > 22 && head[2] == '-' && head[6] == '-' && head[3] == 'l' && head[4] is (byte)'h' or (byte)'z' && !isText)
            return Lha;
        return null;
    }

    /// <summary>Readers open these although something stands before their signature.</summary>
    private static ContentType? FromLooserRules(ReadOnlySpan<byte> head) =>
        head[..Math.Min(head.Length, PdfSearchOctets)].IndexOf("%PDF-"u8) >= 0 ? Pdf : null;

    private static ContentType GzipType(ReadOnlySpan<byte> head)
    {
        const string Words = "gzip compressed data";
        var name = GzipHeader.StoredName(head);
        return ContentType.Of("gz", name is null ? Words : $"{Words}, was \"{Printable(name)}\"", ContentKind.Gzip);
    }

    private static string Printable(string name)
    {
        var clean = new StringBuilder(name.Length);
        foreach (var c in name.AsSpan(0, Math.Min(name.Length, 200)))
            clean.Append(char.IsControl(c) ? '?' : c);
        return clean.ToString();
    }

    // A block, or the end of an archive without any.
    private static bool IsBzip2Block(ReadOnlySpan<byte> head) =>
        head.Length < 10 || head[4..].StartsWith((ReadOnlySpan<byte>)[0x31, 0x41, 0x59, 0x26, 0x53, 0x59])
        || head[4..].StartsWith((ReadOnlySpan<byte>)[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]);

    // Skippable frames are common to LZ4 and Zstandard; the frame after it tells.
    private static ContentType SkippableFrame(ReadOnlySpan<byte> head)
    {
        var at = 0L;
        while (at + 8 <= head.Length)
        {
            var magic = BinaryPrimitives.ReadUInt32LittleEndian(head[(int)at..]);
            if ((magic & 0xfffffff0) != 0x184d2a50)
                return magic == 0xfd2fb528 ? ZstdSkippable : Lz4Skippable;
            at += 8L + BinaryPrimitives.ReadUInt32LittleEndian(head[(int)(at + 4)..]);
        }
        return Lz4Skippable;
    }

    // Dictionary of a size encoders use, and a size that is unknown or below 256 GiB.
    private static bool IsLzmaHeader(ReadOnlySpan<byte> head)
    {
        var dictionary = BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        var size = BinaryPrimitives.ReadUInt64LittleEndian(head[5..]);
        return (dictionary == uint.MaxValue || (dictionary & (dictionary - 1)) == 0 || (dictionary % 3 == 0 && ((dictionary / 3) & ((dictionary / 3) - 1)) == 0))
            && (size == ulong.MaxValue || size < 1UL << 38);
    }

    // A method, a DOS name, a size that fits and a possible date: the signature alone is two octets.
    private static bool IsArc(ReadOnlySpan<byte> head, long length)
    {
        if (head.Length < 29 || head[1] is 0 or > 11 || !IsDosName(head.Slice(2, 13)))
            return false;
        var date = BinaryPrimitives.ReadUInt16LittleEndian(head[19..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(head[15..]) + 29L <= length && ((date >> 5) & 15) is > 0 and <= 12 && (date & 31) > 0;
    }

    private static bool IsDosName(ReadOnlySpan<byte> name)
    {
        var end = name.IndexOf((byte)0);
        return end > 0 && name[..end].IndexOfAnyExceptInRange((byte)0x21, (byte)0x7e) < 0;
    }

    private static ContentType RiffType(ReadOnlySpan<byte> form) =>
        form.SequenceEqual("AVI "u8) ? Avi : form.SequenceEqual("ACON"u8) ? Ani : form.SequenceEqual("WAVE"u8) ? Wave : Riff;

    private static ContentType? MpegAudio(ReadOnlySpan<byte> head)
    {
        var sampling = (head[2] >> 2) & 3;
        if ((head[1] & 0xe0) != 0xe0 || (head[1] & 0x18) == 0x08 || sampling == 3 || head[2] >> 4 is 0 or 15)
            return null;
        return (head[1] & 6) switch { 2 => Mp3, 4 => Mp2, _ => null };
    }

    // RFC 9580 §5.1: a public-key encrypted session key packet of version 3 begins the message.
    private static bool IsPgpSessionKey(ReadOnlySpan<byte> head)
    {
        var body = head[0] switch { 0x84 => 2, 0x85 => 3, _ => head.Length > 1 && head[1] >= 192 ? 3 : 2 };
        return head.Length > body + 10 && head[body] == 3 && head[body + 9] is 1 or 2 or 16 or 18 or 25;
    }

    // RFC 5652 §3 and §6: ContentInfo of id-envelopedData, or id-ct-authEnvelopedData.
    private static bool IsEnvelopedCms(ReadOnlySpan<byte> head)
    {
        var start = head[..Math.Min(head.Length, 32)];
        return start.IndexOf((ReadOnlySpan<byte>)[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x03]) is > 0 and <= 8
            || start.IndexOf((ReadOnlySpan<byte>)[0x06, 0x0b, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x17]) is > 0 and <= 8;
    }
}
