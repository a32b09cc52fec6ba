using System.Diagnostics;
using Amavis.Core.Parts;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Helpers;

/// <summary>ZIP members in every method writers use, made by the programs of Debian: unpacked, or marked, and never taken for empty.</summary>
public sealed class ZipMethodTests : IDisposable
{
    private static readonly string Text = string.Concat(Enumerable.Range(0, 400).Select(i => $"line {i % 37} of the member\n"));

    private readonly TestDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private byte[]? Made(string program, params string[] arguments)
    {
        if (!File.Exists(program))
            return null; // ./test installs it; --fast goes without
        File.WriteAllText(_directory.FilePath("a.txt"), Text);
        File.WriteAllText(_directory.FilePath("*?[x] \u010d.txt"), "second " + Text);
        Run(program, arguments);
        return File.ReadAllBytes(_directory.FilePath("made.zip"));
    }

    private void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = _directory.Path, RedirectStandardOutput = true, RedirectStandardError = true })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, program + " " + string.Join(' ', arguments));
    }

    [Theory]
    [InlineData("Copy")]
    [InlineData("Deflate")]
    [InlineData("Deflate64")]
    [InlineData("BZip2")]
    [InlineData("LZMA")]
    [InlineData("PPMd")]
    public void Every_method_of_7_Zip_is_unpacked(string method)
    {
        if (Made("/usr/bin/7zz", "a", "-tzip", "-mm=" + method, "made.zip", "a.txt", "*?[x] \u010d.txt", "-spd") is not { } zip)
            return;
        using var unpacked = Mails.UnpackFile("a.zip", zip);

        unpacked[2].Attributes.ShouldBe(PartAttributes.None, method);
        unpacked.Members.Count.ShouldBe(2);
        Unpacked.Text(unpacked.Members.Single(m => m.Names.Contains("a.txt"))).ShouldBe(Text);
        Unpacked.Text(unpacked.Members.Single(m => m.Names.Contains("*?[x] \u010d.txt"))).ShouldBe("second " + Text);
        unpacked.Members.ShouldAllBe(m => m.Attributes == PartAttributes.None);
    }

    [Theory]
    [InlineData(93, "/usr/bin/zstd")]
    [InlineData(20, "/usr/bin/zstd")]
    [InlineData(95, "/usr/bin/xz")]
    public void Members_that_are_a_file_of_another_format_are_unpacked(int method, string program)
    {
        if (!File.Exists(program))
            return;
        File.WriteAllText(_directory.FilePath("a.txt"), Text);
        Run(program, "-k", "a.txt");
        var data = File.ReadAllBytes(Directory.GetFiles(_directory.Path).Single(file => !file.EndsWith(".txt", StringComparison.Ordinal)));
        var zip = new RawZip().Add("before.txt", Octets.Of("x")).AddRaw("a.txt", data, (ushort)method, 0, Crc32.Update(0, Octets.Of(Text)), Text.Length).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip);

        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
        unpacked.Members.Select(m => m.Names[0]).ShouldBe(["before.txt", "a.txt"]);
        Unpacked.Text(unpacked.Members[1]).ShouldBe(Text);
    }

    [Fact]
    public void Damaged_members_of_those_methods_are_marked()
    {
        if (Made("/usr/bin/7zz", "a", "-tzip", "-mm=LZMA", "made.zip", "a.txt") is not { } zip)
            return;
        zip[60] ^= 0x55;
        using var unpacked = Mails.UnpackFile("a.zip", zip);

        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        unpacked[2].IsUnpacked.ShouldBeFalse();
    }

    [Fact]
    public void Without_a_program_they_are_marked()
    {
        if (Made("/usr/bin/7zz", "a", "-tzip", "-mm=LZMA", "made.zip", "a.txt") is not { } zip)
            return;
        using var unpacked = Mails.UnpackFile("a.zip", zip, new UnpackLimits { ProgramPath = "/nowhere" });

        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        unpacked.Members.ShouldHaveSingleItem().Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    [Theory]
    [InlineData("ZipCrypto")]
    [InlineData("AES256")]
    public void Encrypted_members_are_marked_whatever_the_method(string method)
    {
        if (Made("/usr/bin/7zz", "a", "-tzip", "-psecret", "-mem=" + method, "made.zip", "a.txt") is not { } zip)
            return;
        using var unpacked = Mails.UnpackFile("a.zip", zip);

        unpacked.Members.ShouldHaveSingleItem().Attributes.ShouldBe(PartAttributes.Undecipherable | PartAttributes.Encrypted);
        unpacked.Members[0].Content.ShouldBeNull();
        unpacked.Tree.AnyEncrypted.ShouldBeTrue();
    }

    [Fact]
    public void A_bomb_in_such_a_method_is_held()
    {
        if (!File.Exists("/usr/bin/7zz"))
            return;
        using (var big = File.Create(_directory.FilePath("zeros")))
            big.SetLength(50 << 20);
        Run("/usr/bin/7zz", "a", "-tzip", "-mm=LZMA", "made.zip", "zeros");
        using var unpacked = Mails.UnpackFile(
            "a.zip", File.ReadAllBytes(_directory.FilePath("made.zip")), new UnpackLimits { MinExpansionQuota = 1 << 20, MaxExpansionFactor = 1, MinExpansionFactor = 1 });

        unpacked.Tree.Hold.ShouldNotBeNull().ShouldStartWith("Exceeded storage quota");
    }

    [Fact]
    public void Every_volume_of_a_split_archive_is_marked()
    {
        if (!File.Exists("/usr/bin/zip"))
            return;
        File.WriteAllBytes(_directory.FilePath("noise.bin"), [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * 7919 >> 5 ^ (i * i) >> 3))]);
        Run("/usr/bin/zip", "-q", "-0", "-s", "64k", "split.zip", "noise.bin");
        var volumes = Directory.GetFiles(_directory.Path, "split.z*");
        volumes.Length.ShouldBeGreaterThan(2);
        foreach (var volume in volumes)
        {
            using var unpacked = Mails.UnpackFile(Path.GetFileName(volume), File.ReadAllBytes(volume), new UnpackLimits { MarkUndecodable = false });
            // Volumes in the middle are parts of a file, without anything that tells what they are.
            if (unpacked[2].ShortTypes is not ["dat"])
                unpacked.Tree.AnyUndecipherable.ShouldBeTrue(volume);
        }
    }
}
