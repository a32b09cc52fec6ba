using System.Text;
using Amavis.Decoding.Typing;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Decoding.Tests;

/// <summary>Short and full types of contents.</summary>
public class ContentTyperTests
{
    private static ContentType Of(byte[] octets) => ContentTyper.Identify(octets, octets.Length);

    private static string Short(byte[] octets) => string.Join(',', Of(octets).ShortTypes);

    [Theory]
    [InlineData("Hello.\r\n", "asc", "ASCII text")]
    [InlineData("h\u00c3\u00a4\r\n", "txt", "Unicode text, UTF-8 text")]
    [InlineData("h\u00e4 ho\r\n", "txt", "ISO-8859 text")]
    [InlineData("h\u0084 ho\r\n", "txt", "Non-ISO extended-ASCII text")]
    [InlineData("\u00ff\u00feh\0i\0\r\0\n\0", "txt", "Unicode text, UTF-16, little-endian text")]
    [InlineData("<!DOCTYPE html><p>", "asc", "HTML document, ASCII text")]
    [InlineData("\r\n <HTML><body>", "asc", "HTML document, ASCII text")]
    [InlineData("<p>h\u00c3\u00a4</p><script>alert(1)</script>", "asc", "HTML document, Unicode text, UTF-8 text")]
    [InlineData("<?xml version=\"1.0\"?>\n<a/>", "asc", "XML 1.0 document, ASCII text")]
    [InlineData("<svg xmlns=\"x\"></svg>", "image,svg", "SVG Scalable Vector Graphics image")]
    [InlineData("Received: from a\r\nSubject: b\r\n\r\nc\r\n", "asc", "RFC 822 mail, ASCII text")]
    [InlineData("#!/bin/sh\nrm\n", "txt", "a script, ASCII text executable")]
    [InlineData("@ECHO OFF\r\ndel\r\n", "asc", "DOS batch file, ASCII text")]
    [InlineData("%PDF-1.4\n\u00e2\u00e3", "pdf", "PDF document")]
    [InlineData("\0\0%PDF-1.4\n", "pdf", "PDF document")]
    [InlineData("{\\rtf1\\ansi}", "rtf", "Rich Text Format data")]
    [InlineData("%!PS-Adobe-3.0\n", "ps", "PostScript document text")]
    [InlineData("[InternetShortcut]\r\nURL=x\r\n", "url", "MS Windows 95 Internet shortcut text")]
    [InlineData("-----BEGIN PGP MESSAGE-----\r\n\r\nx", "pgp,pgp.enc", "PGP message")]
    [InlineData("-----BEGIN PGP PUBLIC KEY BLOCK-----\r\n", "pgp,pgp.asc", "PGP public key block")]
    [InlineData("-----BEGIN PGP SIGNATURE-----\r\n", "pgp", "PGP signature or signed message")]
    [InlineData("begin 644 a.exe\r\n#0V%T\r\n`\r\nend\r\n", "uue", "uuencoded or xxencoded text, ASCII text")]
    [InlineData("(This file must be converted with BinHex 4.0)\r\n", "hqx", "BinHex binary text, version 4.0, ASCII text")]
    [InlineData("\u0001\u0002\u0003", "dat", "data")]
    [InlineData("x", "dat", "very short file (no magic)")]
    [InlineData("", "empty", "empty")]
    public void Texts_and_documents(string latin1, string shortTypes, string fullType)
    {
        var octets = Octets.Of(latin1);
        Short(octets).ShouldBe(shortTypes);
        Of(octets).FullType.ShouldBe(fullType);
    }

    [Theory]
    [InlineData("\u00ff\u00d8\u00ff\u00e0\0", "image,jpg")]
    [InlineData("GIF89a\0\0", "image,gif")]
    [InlineData("\u0089PNG\r\n\u001a\n", "image,png")]
    [InlineData("BM\0\0\0\0", "image,bmp")]
    [InlineData("RIFF\0\0\0\0WAVEfmt ", "audio,wav")]
    [InlineData("RIFF\0\0\0\0AVI LIST", "movie,avi")]
    [InlineData("ID3\u0003\0", "audio,mpa,mp3")]
    [InlineData("\u00ff\u00fb\u0090\u0064\0", "audio,mpa,mp3")]
    [InlineData("OggS\0", "audio,ogg")]
    [InlineData("\0\0\0\u0020ftypmp42\0", "audio,mpa,m4a,m4b")]
    [InlineData("\u001a\u0045\u00df\u00a3\0", "movie,mkv")]
    [InlineData("CWS\u0006\0\0\0\0\0\0", "swf")]
    [InlineData("\u00ca\u00fe\u00ba\u00be\0\0\0\u0034", "java")]
    [InlineData("\u00ca\u00fe\u00ba\u00be\0\0\0\u0002", "exe")]
    [InlineData("\u00cf\u00fa\u00ed\u00fe\u0007\0\0\u0001", "exe")]
    [InlineData("\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1", "cdf-ms")]
    [InlineData("\u001f\u008b\u0008\0\0\0\0\0\0\u0003", "gz")]
    [InlineData("\u001f\u009d\u0090", "Z")]
    [InlineData("BZh91AY&SY\0", "bz2")]
    [InlineData("\u00fd7zXZ\0", "xz")]
    [InlineData("]\0\0\u0080\0\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\0", "lzma")]
    [InlineData("\u0028\u00b5\u002f\u00fd\0", "zst")]
    [InlineData("\u0004\u0022\u004d\u0018\0", "lz4")]
    [InlineData("\u0089LZO\0\r\n\u001a\n", "lzo")]
    [InlineData("LRZI\0", "lrz")]
    [InlineData("PK\u0003\u0004\u0014\0", "zip")]
    [InlineData("PK\u0005\u0006\0\0", "zip")]
    [InlineData("7z\u00bc\u00af\u0027\u001c", "7z")]
    [InlineData("Rar!\u001a\u0007\0", "rar")]
    [InlineData("Rar!\u001a\u0007\u0001\0", "rar")]
    [InlineData("MSCF\0\0\0\0", "cab")]
    [InlineData("\u0060\u00ea\u0020\0\u001e\0\0\0\0\0\0\0", "arj")]
    [InlineData("\0\0-lh5-\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "lha")]
    [InlineData("ZOO 2.10 Archive.\u001a\0\0\u00dc\u00a7\u00c4\u00fd", "zoo")]
    [InlineData("\0\0\0\0\0\0\0**ACE**\0", "ace")]
    [InlineData("070701abc", "cpio")]
    [InlineData("\u00c7\u0071\0\0", "cpio")]
    [InlineData("!<arch>\nx", "a")]
    [InlineData("!<arch>\ndebian-binary   ", "deb")]
    [InlineData("\u00ed\u00ab\u00ee\u00db\u0003\0", "rpm")]
    [InlineData("\u0078\u009f\u003e\u0022\0", "tnef")]
    public void Signatures(string latin1, string shortTypes) => Short(Octets.Of(latin1)).ShouldBe(shortTypes);

    [Theory]
    [InlineData(0x0102, 2, "exe,exe-ms", "PE32 executable for MS Windows (GUI) Intel 80386")]
    [InlineData(0x0102, 3, "exe,exe-ms", "PE32 executable for MS Windows (console) Intel 80386")]
    [InlineData(0x2102, 2, "exe,dll", "PE32 executable for MS Windows (DLL) (GUI) Intel 80386")]
    public void Windows_programs(int flags, int subsystem, string shortTypes, string fullType)
    {
        var program = new byte[512];
        "MZ"u8.CopyTo(program);
        program[0x3c] = 0x80;
        "PE\0\0\x4c\x01"u8.CopyTo(program.AsSpan(0x80));
        program[0x80 + 22] = (byte)flags;
        program[0x80 + 23] = (byte)(flags >> 8);
        program[0x80 + 24] = 0x0b;
        program[0x80 + 25] = 0x01;
        program[0x80 + 92] = (byte)subsystem;
        Short(program).ShouldBe(shortTypes);
        Of(program).FullType.ShouldBe(fullType);
    }

    [Fact]
    public void A_program_whose_header_lies_out_of_sight_is_a_program() => Short([.. "MZ"u8, .. new byte[100]]).ShouldBe("exe,exe-ms");

    [Theory]
    [InlineData(1, "o")]
    [InlineData(2, "exe,exe-unix")]
    [InlineData(3, "so")]
    public void Unix_programs(byte type, string shortTypes) =>
        Short([0x7f, .. "ELF"u8, 2, 1, 1, .. new byte[9], type, 0, .. new byte[100]]).ShouldBe(shortTypes);

    [Theory]
    [InlineData("word/document.xml", "doc", "Microsoft Word 2007+")]
    [InlineData("xl/workbook.xml", "dat", "Microsoft Excel 2007+")]
    [InlineData("ppt/presentation.xml", "dat", "Microsoft PowerPoint 2007+")]
    public void Office_documents_are_told_from_archives(string member, string shortTypes, string fullType)
    {
        var document = Archived.Zip(("[Content_Types].xml", "<a/>"), ("_rels/.rels", "<a/>"), (member, "<a/>"));
        Short(document).ShouldBe(shortTypes);
        Of(document).FullType.ShouldBe(fullType);
        using var unpacked = Mails.UnpackFile("a.docx", document);
        unpacked.Members.Count.ShouldBe(3);
    }

    [Fact]
    public void Tar_is_known_by_its_checksum()
    {
        var tar = Archived.Tar(Archived.TarFile("a", "b"));
        Of(tar).FullType.ShouldBe("POSIX tar archive");
        tar[0] ^= 1;
        Short(tar).ShouldNotBe("tar");
    }

    [Fact]
    public void A_cut_character_at_the_end_of_the_head_is_still_text()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("\u20ac", 30_000)));
        ContentTyper.Identify(text.AsSpan(0, ContentTyper.HeadOctets), text.Length).FullType.ShouldBe("Unicode text, UTF-8 text");
    }

    [Fact]
    public void Mail_texts_that_begin_like_a_signature_are_texts()
    {
        foreach (var text in new[] { "BM is short for\r\n", "MZ was here\r\n", "ID3 tags\r\n", "PK\r\n", "FWS 7\r\n", "OggS\r\n", "SIT! said he\r\n" })
            Short(Octets.Of(text)).ShouldBe("asc", text);
    }

    [Fact]
    public void A_skippable_frame_of_the_largest_size_ends_the_search() =>
        Short(Octets.Of("P*M\u0018\u00f8\u00ff\u00ff\u00ff\0\0\0\0")).ShouldBe("lz4");

    [Fact]
    public void Any_octets_have_a_type() => Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), Gen.Choose(0, int.MaxValue).ToArbitrary(), (octets, seed) =>
    {
        var starts = new[] { "PK\u0003\u0004", "MZ", "\u007fELF\u0002\u0001", "\u001f\u008b\u0008\u001f", "P*M\u0018", "{\\rtf", "\u0085\u0001", "0\u0082", "RIFF", "\u00ff\u00fe" };
        byte[] content = [.. Octets.Of(starts[seed % starts.Length]), .. octets];
        Of(content).ShortTypes.ShouldNotBeEmpty();
        Of(octets).ShortTypes.ShouldNotBeEmpty();
    }).QuickCheckThrowOnFailure();
}
