using System.Diagnostics;
using System.Formats.Tar;
using System.Text;
using Amavis.Core.Parts;
using Amavis.Decoding.Archives.Zip;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Decoding.Tests;

/// <summary>Archives made to harm or to hide, and what must come of them.</summary>
public class HostileArchiveTests
{
    private static readonly byte[] Eicar = Encoding.ASCII.GetBytes("X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + "EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*");

    private static uint Crc(byte[] octets) => Crc32.Update(0, octets);

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void Rounds_of_unpacking_are_limited(int layers, bool held)
    {
        var octets = "text"u8.ToArray();
        for (var layer = 0; layer < layers; layer++)
            octets = Archived.Gzip(octets);
        using var unpacked = Mails.UnpackFile("a.gz", octets, new UnpackLimits { MaxLevels = 3 });
        unpacked.Tree.OverLimits.ShouldBe(held);
        unpacked.Tree.Hold.ShouldBe(held ? "Maximum decoding depth (3) exceeded" : null);
    }

    [Fact]
    public void A_bomb_ends_at_the_quota()
    {
        var bomb = Archived.Gzip(new byte[50 << 20]);
        using var unpacked = Mails.UnpackFile("bomb.gz", bomb, new UnpackLimits { MinExpansionQuota = 3000, MaxExpansionQuota = 3000, MinExpansionFactor = 0 });
        unpacked.Tree.Hold.ShouldNotBeNull().ShouldStartWith("Exceeded storage quota 3000 bytes by p004; last chunk ");
        unpacked.Tree.OverLimits.ShouldBeTrue();
        unpacked.Tree.Parts.Sum(part => part.Size).ShouldBeLessThan(bomb.Length + 4000);
    }

    [Fact]
    public void All_archives_of_a_message_share_the_quota()
    {
        var zeros = Archived.Gzip(new byte[600_000]);
        using var unpacked = Mails.Unpack(Mails.With(("a.gz", zeros), ("b.gz", zeros)), new UnpackLimits { MinExpansionQuota = 1_000_000, MaxExpansionFactor = 1 });
        unpacked.Tree.Hold.ShouldNotBeNull().ShouldStartWith("Exceeded storage quota 1000000 bytes");
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(21, true)]
    public void The_number_of_members_is_limited(int members, bool held)
    {
        var zip = Archived.Zip([.. Enumerable.Range(0, members).Select(index => ($"{index}.txt", "x"))]);
        using var unpacked = Mails.UnpackFile("a.zip", zip, new UnpackLimits { MaxFiles = 20 });
        unpacked.Tree.Hold.ShouldBe(held ? "Maximum number of files (20) exceeded" : null);
        unpacked.Members.Count.ShouldBe(20);
    }

    [Fact]
    public void Nested_archives_share_the_number_of_members()
    {
        var inner = Archived.Zip([.. Enumerable.Range(0, 15).Select(index => ($"{index}.txt", "x"))]);
        var outer = new RawZip().Add("a.zip", inner).Add("b.zip", inner).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", outer, new UnpackLimits { MaxFiles = 20 });
        unpacked.Tree.Hold.ShouldBe("Maximum number of files (20) exceeded");
    }

    [Fact]
    public void Members_that_share_octets_are_a_bomb()
    {
        var kernel = Archived.Deflate(new byte[100_000]);
        var crc = Crc(new byte[100_000]);
        var zip = new RawZip().Local("k", kernel, 8, 0, crc, 100_000);
        for (var index = 0; index < 50; index++)
            zip.Central("k", kernel.Length, 8, 0, crc, 100_000, 0);
        using var unpacked = Mails.UnpackFile("a.zip", zip.Finish());
        unpacked.Tree.Hold.ShouldBe("Overlapping members in archive p002");
        unpacked.Tree.OverLimits.ShouldBeTrue();
    }

    [Fact]
    public void A_long_name_shared_by_many_members_takes_no_memory()
    {
        var zip = new RawZip().Local(new string('n', 60_000), [], 0, 0, 0, 0);
        for (var index = 0; index < 1400; index++)
            zip.Central("k", 1 << 30, 8, 0, 0, 100, 0);
        ShouldStayWithin(zip.Finish(), "Overlapping members in archive p002");
    }

    /// <summary>Each has a name over the next hundreds of them.</summary>
    [Fact]
    public void Very_many_beginnings_of_headers_take_no_memory()
    {
        byte[] beginning = [.. "PK\x03\x04"u8, 20, 0, 0, 0, 0, 0, .. new byte[16], 0xff, 0xff, 0, 0];
        var many = Enumerable.Repeat(beginning, 20_000).SelectMany(b => b).ToArray();
        ShouldStayWithin(many, hold: null);
    }

    [Fact]
    public void Sizes_declared_for_many_small_members_take_no_memory()
    {
        var zip = new RawZip();
        for (var index = 0; index < 1200; index++)
            zip.AddRaw($"{index}", "x"u8.ToArray(), 0, 0, 0, 1 << 20);
        ShouldStayWithin(zip.Finish(), hold: null);
    }

    private static void ShouldStayWithin(byte[] archive, string? hold)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var unpacked = Mails.UnpackFile("a.zip", archive);
        unpacked.Tree.Hold.ShouldBe(hold);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThanOrEqualTo((64L * archive.Length) + (16 << 20));
    }

    [Fact]
    public void A_member_quoting_the_headers_of_the_next_is_a_bomb()
    {
        // The first member is stored and its data are the whole second one.
        var second = new RawZip().Local("b", Archived.Deflate(new byte[1000]), 8, 0, Crc(new byte[1000]), 1000);
        var end = (int)second.Position;
        var quoted = second.Finish()[..end];
        var data = Archived.Deflate(new byte[1000]);
        var zip = new RawZip().AddRaw("a", quoted, 0, 0, Crc(quoted), quoted.Length)
            .Central("b", data.Length, 8, 0, Crc(new byte[1000]), 1000, 31);
        using var unpacked = Mails.UnpackFile("a.zip", zip.Finish());
        unpacked.Tree.Hold.ShouldBe("Overlapping members in archive p002");
    }

    [Fact]
    public void An_encrypted_member_is_listed_without_content()
    {
        var zip = new RawZip().Add("plain.txt", "xy"u8.ToArray()).Add("secret.exe", new byte[100], method: 0, flags: 1).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip);
        unpacked.Members.Select(Unpacked.Describe).ShouldBe(["P=p004,L=1/2/1,T=asc,N=plain.txt", "P=p005,L=1/2/2,N=secret.exe,A=U,A=C"]);
        unpacked.Members[1].Content.ShouldBeNull();
        unpacked.Tree.AnyEncrypted.ShouldBeTrue();
        unpacked[2].IsUnpacked.ShouldBeFalse();
    }

    [Fact]
    public void An_unknown_method_marks_archive_and_member()
    {
        var zip = new RawZip().AddRaw("a.exe", new byte[50], 97, 0, 1, 100).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip, new UnpackLimits { MarkUndecodable = false });
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        Unpacked.Describe(unpacked.Members.Single()).ShouldBe("P=p004,L=1/2/1,N=a.exe,A=U");
    }

    [Fact]
    public void Names_that_lead_out_of_the_directory_are_only_names()
    {
        var zip = new RawZip().Add("../../../tmp/evil.txt", Eicar).Add("/etc/passwd", Eicar).Add("a\0.exe.txt", Eicar).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip, memoryOctets: 0);
        unpacked.Members.Select(part => part.Names[0]).ShouldBe(["../../../tmp/evil.txt", "/etc/passwd", "a\0.exe.txt"]);
        unpacked.Members[2].Names.ShouldContain("a");
        Directory.GetFileSystemEntries(unpacked.WorkDirectory).ShouldAllBe(path => Path.GetFileName(path).StartsWith('p'));
        unpacked.Members.ShouldAllBe(part => Unpacked.Text(part) == Octets.Text(Eicar));
    }

    [Fact]
    public void Links_directories_and_devices_are_listed_and_not_made()
    {
        var tar = Archived.Tar(
            new PaxTarEntry(TarEntryType.Directory, "d/"),
            new PaxTarEntry(TarEntryType.SymbolicLink, "l") { LinkName = "/etc/passwd" },
            new PaxTarEntry(TarEntryType.HardLink, "h") { LinkName = "l" },
            new PaxTarEntry(TarEntryType.CharacterDevice, "null"),
            new PaxTarEntry(TarEntryType.Fifo, "pipe"));
        using var unpacked = Mails.UnpackFile("a.tar", tar);
        unpacked.Members.Select(Unpacked.Describe).ShouldBe(
            ["P=p004,L=1/2/1,N=d,A=D", "P=p005,L=1/2/2,N=l,A=L", "P=p006,L=1/2/3,N=h,A=L", "P=p007,L=1/2/4,N=null,A=S", "P=p008,L=1/2/5,N=pipe,A=S"]);
        unpacked[2].IsUnpacked.ShouldBeTrue();
        Directory.Exists(unpacked.WorkDirectory).ShouldBeFalse();
    }

    [Fact]
    public void What_hides_behind_a_link_of_a_zip_is_a_part()
    {
        const uint UnixLink = 0xa1ff0000;
        var zip = new RawZip().Add("l", Eicar, externalAttributes: UnixLink).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip);
        unpacked.Members.Single().Attributes.ShouldBe(PartAttributes.Link);
        Unpacked.Read(unpacked.Members.Single()).ShouldBe(Eicar);
    }

    [Theory]
    [InlineData("gz")]
    [InlineData("bz2")]
    [InlineData("tar")]
    [InlineData("zip")]
    public void A_truncated_archive_is_marked_and_what_could_be_read_is_kept(string sort)
    {
        var random = new byte[300_000];
        new Random(1).NextBytes(random);
        var whole = sort switch
        {
            "gz" => Archived.Gzip(random),
            "bz2" => Archived.Bzip2([.. random, .. random, .. random, .. random, .. random, .. random]),
            "tar" => Archived.Tar(new PaxTarEntry(TarEntryType.RegularFile, "a") { DataStream = new MemoryStream(random) }),
            _ => new RawZip().Add("a", random).Finish(),
        };
        var cut = whole[..(int)(whole.Length * 0.7)];
        using var unpacked = Mails.UnpackFile("a." + sort, cut);
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        unpacked[2].IsUnpacked.ShouldBeFalse();
        var member = Unpacked.Read(unpacked.Members.Single());
        member.Length.ShouldBeGreaterThan(150_000);
        member.AsSpan(0, 1000).SequenceEqual(random.AsSpan(0, 1000)).ShouldBeTrue();

        using var asTheOriginal = Mails.UnpackFile("a." + sort, cut, new UnpackLimits { MarkUndecodable = false });
        asTheOriginal.Tree.AnyUndecipherable.ShouldBeFalse();
    }

    [Fact]
    public void Declared_sizes_reserve_nothing()
    {
        var zip = new RawZip().AddRaw("a", Archived.Deflate("x"u8.ToArray()), 8, 0, Crc("x"u8.ToArray()), uint.MaxValue - 1).Finish();
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var unpacked = Mails.UnpackFile("a.zip", zip);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(16 << 20);
        Unpacked.Text(unpacked.Members.Single()).ShouldBe("x");
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    [Fact]
    public void A_member_that_only_has_a_local_header_is_found()
    {
        var zip = new RawZip().Add("seen.txt", "x"u8.ToArray()).Local("hidden.com", Eicar, 0, 0, Crc(Eicar), Eicar.Length).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip);
        unpacked.Members.Select(part => part.Names[0]).ShouldBe(["seen.txt", "hidden.com"]);
        Unpacked.Read(unpacked.Members[1]).ShouldBe(Eicar);
        unpacked[2].Attributes.ShouldBe(PartAttributes.Ambiguous);
    }

    [Fact]
    public void Two_archives_in_a_row_are_both_opened()
    {
        byte[] both = [.. Archived.Zip(("first.txt", "1")), .. Archived.Zip(("second.txt", "2"))];
        using var unpacked = Mails.UnpackFile("a.zip", both);
        unpacked.Members.Select(part => part.Names[0]).Order().ShouldBe(["first.txt", "second.txt"]);
        unpacked.Tree.AnyAmbiguous.ShouldBeTrue();
    }

    [Fact]
    public void Contradicting_directories_are_read_both_ways()
    {
        var zip = new RawZip().AddRaw("good.txt", Archived.Deflate(Eicar), 0, 0, 0, 10, localName: "evil.com", localMethod: 8).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip);
        unpacked[2].Attributes.HasFlag(PartAttributes.Ambiguous).ShouldBeTrue();
        unpacked.Members.ShouldAllBe(part => part.Names.Contains("good.txt") && part.Names.Contains("evil.com"));
        unpacked.Members.Select(Unpacked.Read).ShouldContain(octets => Octets.Text(octets) == Octets.Text(Eicar));
    }

    [Fact]
    public void Names_in_two_charsets_that_agree_in_unicode_contradict_nothing()
    {
        var local = new byte[30 + 4 + 4 + 11];
        "PK\u0003\u0004"u8.CopyTo(local);
        local[26] = 4;
        local[28] = 15;
        Octets.Of("x.??up\u000b\0\u0001\0\0\0\0x.\u00c3\u00b6!").CopyTo(local, 30);
        var entry = ZipEntry.ParseLocal(local, 0).ShouldNotBeNull();
        (entry with { Name = Octets.Of("x.\u0094!") }).Contradicts(entry).ShouldBeFalse();
        (entry with { Name = Octets.Of("x.exe"), UnicodeName = null }).Contradicts(entry).ShouldBeTrue();
    }

    [Fact]
    public void A_zip_at_the_end_of_something_else_is_opened()
    {
        byte[] picture = [0xff, 0xd8, 0xff, 0xe0, .. new byte[500], .. Archived.Zip(("a.exe", "MZ"))];
        using var unpacked = Mails.UnpackFile("a.jpg", picture);
        Unpacked.Describe(unpacked[2]).ShouldBe("P=p002,L=1/2,M=application/octet-stream,T=image,T=jpg,N=a.jpg");
        unpacked.Members.Single().Names.ShouldBe(["a.exe"]);
    }

    [Fact]
    public void Octets_before_an_archive_do_not_hide_it()
    {
        byte[] prefixed = [.. new byte[300], .. Archived.Zip(("a.exe", "MZ"))];
        using var unpacked = Mails.UnpackFile("a.zip", prefixed);
        unpacked[2].ShortTypes.ShouldBe(["zip"]);
        unpacked[2].FullType.ShouldBe("Zip archive, with extra data prepended");
        unpacked.Members.Single().Names.ShouldBe(["a.exe"]);
    }

    [Fact]
    public void A_size_in_a_descriptor_is_not_needed_before()
    {
        var zip = new RawZip().Add("a.txt", Eicar, flags: 8).Add("b.txt", Eicar, method: 0, flags: 8).Finish();
        using var unpacked = Mails.UnpackFile("a.zip", zip);
        unpacked.Members.ShouldAllBe(part => Unpacked.Text(part) == Octets.Text(Eicar));
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
        unpacked[2].IsUnpacked.ShouldBeTrue();
    }

    [Fact]
    public void Broken_off_before_its_directory_an_archive_still_gives_its_members()
    {
        var zip = new RawZip().Add("a.txt", Eicar, flags: 8).Add("b.txt", Eicar, method: 0, flags: 8).Add("c.txt", Eicar);
        var directory = (int)zip.Position;
        using var unpacked = Mails.UnpackFile("a.zip", zip.Finish()[..directory]);
        unpacked.Members.Select(part => part.Names[0]).ShouldBe(["a.txt", "b.txt", "c.txt"]);
        unpacked.Members.ShouldAllBe(part => Unpacked.Text(part) == Octets.Text(Eicar));
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
    }

    [Fact]
    public void Octets_after_a_compressed_file_are_not_passed_over()
    {
        using var unpacked = Mails.UnpackFile("a.gz", [.. Archived.Gzip(Eicar), .. "more than that"u8]);
        unpacked[2].Attributes.ShouldBe(PartAttributes.Undecipherable);
        Unpacked.Read(unpacked.Members.Single()).ShouldBe(Eicar);
    }

    [Fact]
    public void Several_compressed_members_are_one_file()
    {
        using var unpacked = Mails.UnpackFile("a.gz", [.. Archived.Gzip(Eicar[..20]), .. Archived.Gzip(Eicar[20..], "x.com"), .. new byte[512]]);
        Unpacked.Read(unpacked.Members.Single()).ShouldBe(Eicar);
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
    }

    [Fact]
    public void The_name_stored_in_a_compressed_file_is_kept()
    {
        using var unpacked = Mails.UnpackFile("a.txt.gz", Archived.Gzip(Eicar, "virus.com"));
        unpacked.Members.Single().Names.ShouldBe(["a.txt", "virus.com"]);
        unpacked[2].FullType.ShouldBe("gzip compressed data, was \"virus.com\"");
    }

    [Fact]
    public void Archives_we_do_not_open_are_not_clean()
    {
        using var unpacked = Mails.UnpackFile("a.7z", [.. "7z\u00bc"u8[..2], 0xbc, 0xaf, 0x27, 0x1c, 0, 4, .. new byte[100]]);
        Unpacked.Describe(unpacked[2]).ShouldBe("P=p002,L=1/2,M=application/octet-stream,T=7z,N=a.7z,A=U");
    }

    [Fact]
    public void Concatenated_tars_are_both_opened()
    {
        byte[] both = [.. Archived.Tar(Archived.TarFile("a", "1")), .. Archived.Tar(Archived.TarFile("b", "2"))];
        using var unpacked = Mails.UnpackFile("a.tar", both);
        unpacked.Members.Select(part => part.Names[0]).ShouldBe(["a", "b"]);
    }

    [Theory]
    [InlineData(TarEntryFormat.Ustar)]
    [InlineData(TarEntryFormat.Pax)]
    [InlineData(TarEntryFormat.Gnu)]
    public void Long_names_of_all_dialects_are_read(TarEntryFormat format)
    {
        var name = string.Join('/', Enumerable.Repeat("directory", 9)) + "/" + new string('n', 80) + ".exe";
        using var unpacked = Mails.UnpackFile("a.tar", Archived.Tar(Archived.TarFile(name, "x", format)));
        unpacked.Members.Single().Names[0].ShouldBe(name);
        unpacked.Members.Single().Names.ShouldContain(new string('n', 80) + ".exe");
    }

    [Fact]
    public async Task An_expired_deadline_ends_unpacking()
    {
        var mail = Mails.With(("a.gz", Archived.Gzip(new byte[1000])));
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-" + Guid.NewGuid().ToString("N")));
        using var deadline = new CancellationTokenSource();
        var spool = new MemorySpool(mail);
        var tree = MimeReader.Read(mail);
        await deadline.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => new Unpacker().UnpackAsync(tree, spool, new UnpackLimits(), store, deadline.Token));
    }

    [Fact]
    public void A_deadline_that_expires_in_the_middle_of_a_member_ends_it()
    {
        using var deadline = new CancellationTokenSource();
        var budget = new UnpackBudget(new UnpackLimits(), 1 << 20, deadline.Token);
        budget.Charge(1000, "p001");
        deadline.Cancel();
        Should.Throw<OperationCanceledException>(() => budget.Charge(1000, "p001"));
        Should.Throw<OperationCanceledException>(budget.ChargeFile);
    }

    [Fact]
    public void Overlapping_deflate_streams_cost_no_more_than_the_quota()
    {
        // As many hidden local headers as fit: each is tried, none may lead to more work than its octets.
        var zip = new RawZip();
        for (var index = 0; index < 3000; index++)
            zip.Local("x", [], 8, 8, 0, 0);
        var watch = Stopwatch.StartNew();
        using var unpacked = Mails.UnpackFile("a.zip", zip.Finish(), new UnpackLimits { MaxFiles = 0 });
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
        unpacked.Tree.AnyUndecipherable.ShouldBeTrue();
    }
}
