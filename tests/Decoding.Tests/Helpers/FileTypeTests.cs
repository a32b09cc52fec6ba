using System.Buffers.Binary;
using System.Diagnostics;
using Amavis.Core.Parts;
using Amavis.Decoding.Codecs;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Helpers;

/// <summary>
/// Every type of the table of decoders, made by Debian's own programs or octet by octet: it has its short type, and what was packed comes
/// out. A type whose program is not installed is passed over; ./test installs all of them.
/// </summary>
public sealed class FileTypeTests : IDisposable
{
    private const string Marker = "the text that was packed\n";

    private static readonly string Text = string.Concat(Enumerable.Range(0, 300).Select(i => $"{i * i % 91} {Marker}"));

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>Type, name of the file, the program that has to be there, and what makes the file "made" of a.txt.</summary>
    public static TheoryData<string, string, string, string> Made => new()
    {
        { "Z", "a.txt.Z", "compress", "compress -f -c a.txt >made" },
        { "gz", "a.txt.gz", "gzip", "gzip -c a.txt >made" },
        { "bz2", "a.txt.bz2", "bzip2", "bzip2 -c a.txt >made" },
        { "xz", "a.txt.xz", "xz", "xz -c a.txt >made" },
        { "lzma", "a.txt.lzma", "xz", "xz -c --format=lzma a.txt >made" },
        { "dat", "a.txt.lz", "lzip", "lzip -c a.txt >made" },
        { "lrz", "a.txt.lrz", "lrzip", "lrzip -q -o made a.txt" },
        { "lzo", "a.txt.lzo", "lzop", "lzop -c a.txt >made" },
        { "lz4", "a.txt.lz4", "lz4", "lz4 -qc a.txt >made" },
        { "zst", "a.txt.zst", "zstd", "zstd -qc a.txt >made" },
        { "tar", "a.tar", "tar", "tar -cf made a.txt" },
        { "tar", "old.tar", "tar", "tar -cf made --format=v7 a.txt" },
        { "cpio", "a.cpio", "cpio", "echo a.txt | cpio -o -H newc >made" },
        { "cpio", "crc.cpio", "cpio", "echo a.txt | cpio -o -H crc >made" },
        { "cpio", "odc.cpio", "cpio", "echo a.txt | cpio -o -H odc >made" },
        { "cpio", "bin.cpio", "cpio", "echo a.txt | cpio -o -H bin >made" },
        { "a", "a.a", "ar", "ar rc made a.txt" },
        { "zip", "a.zip", "zip", "zip -q made.zip a.txt; mv made.zip made" },
        { "kmz", "a.kmz", "zip", "cp a.txt doc.kml; zip -q made.zip doc.kml; mv made.zip made" },
        { "7z", "a.7z", "7zz", "7zz a -bd made.7z a.txt; mv made.7z made" },
        { "7z", "plain.7z", "7zz", "7zz a -bd -mx0 made.7z a.txt; mv made.7z made" },
        { "arj", "a.arj", "arj", "arj a made.arj a.txt; mv made.arj made" },
        { "arc", "a.arc", "arc", "arc a made.arc a.txt; mv made.arc made" },
        { "cab", "a.cab", "gcab", "gcab -c made.cab a.txt; mv made.cab made" },
        { "cab", "zip.cab", "gcab", "gcab -c -z made.cab a.txt; mv made.cab made" },
        { "iso", "a.iso", "bsdtar", "bsdtar -c -f made --format=iso9660 a.txt" },
        { "cdf-ms", "a.doc", "gsf", "gzip -n a.txt; gsf createole made a.txt.gz" },
        { "uue", "a.uu", "bsdtar", "bsdtar -c -f - --format=ustar --uuencode a.txt >made" },
        { "gz", "a.tgz", "tar", "tar -czf made a.txt" },
        { "xz", "a.txz", "xz", "tar -cJf made a.txt" },
        { "deb", "a.deb", "dpkg-deb", "mkdir -p p/DEBIAN p/usr; cp a.txt p/usr; printf 'Package: a\\nVersion: 1\\nArchitecture: all\\nMaintainer: a\\nDescription: a\\n' >p/DEBIAN/control; dpkg-deb -Zxz -b p made" },
        { "rpm", "a.rpm", "rpmbuild", "printf 'Name: a\\nVersion: 1\\nRelease: 1\\nSummary: a\\nLicense: a\\nBuildArch: noarch\\n%%description\\na\\n%%install\\nmkdir -p %%{buildroot}/o\\ncp '$PWD'/a.txt %%{buildroot}/o\\n%%files\\n/o/a.txt\\n' >a.spec; "
            + "rpmbuild --quiet --define \"_topdir $PWD/r\" -bb a.spec; mv r/RPMS/noarch/*.rpm made" },
    };

    [Theory]
    [MemberData(nameof(Made))]
    public void What_was_packed_comes_out(string type, string name, string program, string commands)
    {
        if (!IsInstalled(program))
            return;
        File.WriteAllText(_directory.FilePath("a.txt"), Text);
        Run(commands);
        Check(type, name, File.ReadAllBytes(_directory.FilePath("made")));
    }

    [Fact]
    public void A_stored_rar_archive_is_unpacked()
    {
        if (IsInstalled("bsdtar"))
            Check("rar", "a.rar", StoredRar());
    }

    [Fact]
    public void A_stored_lha_archive_is_unpacked()
    {
        if (IsInstalled("7zz"))
            Check("lha", "a.lzh", StoredLha());
    }

    [Theory]
    [InlineData("7zz", "7zz a -bd made.7z a.txt; mv made.7z made")]
    [InlineData("arj", "arj a made.arj a.txt; mv made.arj made")]
    [InlineData("gcab", "gcab -c made.cab a.txt; mv made.cab made")]
    [InlineData("zip", "zip -q made.zip a.txt; mv made.zip made")]
    public void An_archive_carried_by_a_program_is_unpacked(string program, string commands)
    {
        if (!IsInstalled(program))
            return;
        File.WriteAllText(_directory.FilePath("a.txt"), Text);
        Run(commands);
        CheckProgram(File.ReadAllBytes(_directory.FilePath("made")));
    }

    [Fact]
    public void A_rar_archive_carried_by_a_program_is_unpacked()
    {
        if (IsInstalled("bsdtar"))
            CheckProgram(StoredRar());
    }

    /// <summary>Types for which Debian has no program: known by their signature, and never taken for clean.</summary>
    [Theory]
    [InlineData("F", "\u001f\u009f\u0001\u0002\u0003\u0004")]
    [InlineData("F", "\u001f\u009e\u0001\u0002\u0003\u0004")]
    [InlineData("ace", "1234567**ACE**\u0014\u0014")]
    [InlineData("sit", "SIT!\0\u0001\0\0\0\0rLau")]
    [InlineData("sit", "StuffIt (c)1997-\0\0")]
    [InlineData("bz", "BZ0\u0001\u0002\u0003")]
    [InlineData("zoo", "ZOO 2.10 Archive.\u001a\0\0\u00dc\u00a7\u00c4\u00fd*\0\0\0")]
    public void What_no_program_unpacks_is_marked(string type, string signature)
    {
        using var unpacked = Mails.UnpackFile("a", [.. Octets.Of(signature), .. new byte[200]], new Limits.UnpackLimits { ProgramPath = "/nowhere" });

        unpacked[2].ShortTypes.ShouldBe([type]);
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    private static void Check(string type, string name, byte[] octets)
    {
        using var unpacked = Mails.UnpackFile(name, octets);
        unpacked[2].ShortTypes.ShouldBe([type]);
        unpacked[2].Attributes.ShouldBe(PartAttributes.None, string.Join('\n', unpacked.Paths));
        unpacked.Members.ShouldContain(member => member.Content != null && Unpacked.Text(member) == Text, string.Join('\n', unpacked.Paths));
        unpacked.Members.ShouldContain(member => member.Names.Any(n => n.EndsWith("a.txt", StringComparison.OrdinalIgnoreCase) || n == "doc.kml"), string.Join('\n', unpacked.Paths));
    }

    private static void CheckProgram(byte[] archive)
    {
        byte[] program = [.. File.ReadAllBytes("/usr/bin/env")[..8192], .. archive];
        using var unpacked = Mails.UnpackFile("setup.exe", program);
        unpacked[2].ShortTypes[0].ShouldBe("exe");
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
        unpacked.Members.ShouldContain(member => member.Content != null && Unpacked.Text(member) == Text, string.Join('\n', unpacked.Paths));
    }

    private static bool IsInstalled(string program) => File.Exists("/usr/bin/" + program);

    private void Run(string commands)
    {
        var info = new ProcessStartInfo("/bin/sh", ["-c", commands]) { WorkingDirectory = _directory.Path, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(info)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        File.Exists(_directory.FilePath("made")).ShouldBeTrue(process.StandardError.ReadToEnd());
    }

    private static byte[] StoredRar()
    {
        byte[] data = Octets.Of(Text), name = "a.txt"u8.ToArray();
        var main = RarHeader(0x73, 0, new byte[6]);
        var fields = new byte[25 + name.Length];
        BinaryPrimitives.WriteInt32LittleEndian(fields, data.Length);
        BinaryPrimitives.WriteInt32LittleEndian(fields.AsSpan(4), data.Length);
        fields[8] = 3;
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(9), Crc32.Update(0, data));
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(13), 0x58210000);
        fields[17] = 20;
        fields[18] = 0x30;
        BinaryPrimitives.WriteInt16LittleEndian(fields.AsSpan(19), (short)name.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(fields.AsSpan(21), 0x81a4);
        name.CopyTo(fields, 25);
        return [.. "Rar!\x1a\x07\0"u8, .. main, .. RarHeader(0x74, 0x8000, fields), .. data, .. RarHeader(0x7b, 0x4000, [])];
    }

    private static byte[] RarHeader(byte type, ushort flags, byte[] fields)
    {
        byte[] header = [0, 0, type, (byte)flags, (byte)(flags >> 8), (byte)(7 + fields.Length), 0, .. fields];
        BinaryPrimitives.WriteUInt16LittleEndian(header, (ushort)Crc32.Update(0, header.AsSpan(2)));
        return header;
    }

    private static byte[] StoredLha()
    {
        byte[] data = Octets.Of(Text), name = "a.txt"u8.ToArray();
        byte[] rest = [.. "-lh0-"u8, .. BitConverter.GetBytes(data.Length), .. BitConverter.GetBytes(data.Length), 0, 0, 0x21, 0x58, 0x20, 0, (byte)name.Length, .. name, .. BitConverter.GetBytes(Crc16(data))];
        return [(byte)rest.Length, (byte)rest.Sum(octet => octet), .. rest, .. data, 0];
    }

    private static ushort Crc16(byte[] octets)
    {
        ushort crc = 0;
        foreach (var octet in octets)
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++)
                crc = (ushort)((crc & 1) != 0 ? (crc >> 1) ^ 0xa001 : crc >> 1);
        }
        return crc;
    }
}
