using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Decoding.Tests;

/// <summary>Numbers, placements, types and names of the parts of a message.</summary>
public class MimePartsTests
{
    private static IReadOnlyList<string> Paths(string mail)
    {
        using var unpacked = Mails.Unpack(Octets.Crlf(mail));
        return unpacked.Paths;
    }

    [Fact]
    public void Text_alone_is_one_leaf_at_the_top() =>
        Paths("Subject: x\n\nHello.\n").ShouldBe(["P=p001,L=1,M=text/plain,T=asc"]);

    [Fact]
    public void Leaves_are_numbered_before_containers_and_members_after_them()
    {
        var zip = new RawZip().Add("a.txt", "one"u8.ToArray()).Add("dir/", []).Add("dir/b.txt", "two"u8.ToArray()).Finish();
        using var unpacked = Mails.UnpackFile("x.zip", zip);
        unpacked.Paths.ShouldBe(
        [
            "P=p001,L=1/1,M=text/plain,T=asc",
            "P=p002,L=1/2,M=application/octet-stream,T=zip,N=x.zip",
            "P=p003,L=1,M=multipart/mixed",
            "P=p004,L=1/2/1,T=asc,N=a.txt",
            "P=p005,L=1/2/2,N=dir,A=D",
            "P=p006,L=1/2/3,T=asc,N=dir/b.txt,N=b.txt",
        ]);
        unpacked[4].Parent.ShouldBe(unpacked[2]);
        Unpacked.Text(unpacked[6]).ShouldBe("two");
    }

    [Fact]
    public void A_compressed_tar_is_unpacked_in_two_rounds()
    {
        var tar = Archived.Tar(Archived.TarFile("a b.txt", "one"), Archived.TarFile("sub/c.txt", "two"));
        using var unpacked = Mails.UnpackFile("f.tgz", Archived.Gzip(tar));
        unpacked.Paths.Skip(1).ShouldBe(
        [
            "P=p002,L=1/2,M=application/octet-stream,T=gz,N=f.tgz",
            "P=p003,L=1,M=multipart/mixed",
            "P=p004,L=1/2/1,T=tar,N=f.tar",
            "P=p005,L=1/2/1/1,T=asc,N=a b.txt",
            "P=p006,L=1/2/1/2,T=asc,N=sub/c.txt,N=c.txt",
        ]);
    }

    [Fact]
    public void An_empty_leaf_has_the_type_empty() =>
        Paths("Content-Type: multipart/mixed; boundary=b\n\n--b\n\n\n--b--\n")[0].ShouldBe("P=p001,L=1/1,M=text/plain,T=empty");

    [Fact]
    public void Odd_preamble_and_epilogue_stand_around_their_container()
    {
        const string Mail = "Content-Type: multipart/mixed; boundary=b\n\nodd (preamble)!\n--b\n\none\n--b\n\ntwo\n--b--\nodd (epilogue)!\n";
        Paths(Mail).ShouldBe(
        [
            "P=p001,L=1/1,M=text/plain,T=asc",
            "P=p002,L=1/2,M=text/plain,T=asc",
            "P=p003,L=1,T=asc,N=preamble",
            "P=p004,L=1,M=multipart/mixed",
            "P=p005,L=1,T=asc,N=epilogue",
        ]);
    }

    [Theory]
    [InlineData("This is a multi-part message in MIME format.", false)]
    [InlineData("a\nb\nc\nd\ne", false)]
    [InlineData("a\nb\nc\nd\ne\nf", true)]
    [InlineData("TVqQ+AAM=", true)]
    public void The_usual_preamble_is_dropped(string preamble, bool kept) =>
        Paths($"Content-Type: multipart/mixed; boundary=b\n\n{preamble}\n--b\n\none\n--b--\n").Any(path => path.Contains("N=preamble", StringComparison.Ordinal))
            .ShouldBe(kept);

    [Fact]
    public void Nested_containers_are_numbered_depth_first()
    {
        const string Mail = "Content-Type: multipart/mixed; boundary=o\n\n--o\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\ntext\n--i\n"
            + "Content-Type: text/html\n\n<p>html\n--i--\n--o\nContent-Type: application/zip; name=re.zip\n\nnot one\n--o--\n";
        Paths(Mail).Select(path => path[..path.IndexOf(",T=", StringComparison.Ordinal).Clamp(path.Length)]).ShouldBe(
        [
            "P=p001,L=1/1/1,M=text/plain",
            "P=p002,L=1/1/2,M=text/html",
            "P=p003,L=1/2,M=application/zip",
            "P=p004,L=1,M=multipart/mixed",
            "P=p005,L=1/1,M=multipart/alternative",
        ]);
    }

    [Fact]
    public void A_multipart_without_boundary_is_one_leaf() =>
        Paths("Content-Type: multipart/mixed\n\nHello.\n").ShouldBe(["P=p001,L=1,M=multipart/mixed,M=application/x-unparseable-multipart,T=asc"]);

    [Fact]
    public void Encrypted_types_mark_container_and_leaf()
    {
        const string Mail = "Content-Type: multipart/encrypted; boundary=b; protocol=\"application/pgp-encrypted\"\n\n--b\n"
            + "Content-Type: application/pgp-encrypted\n\nVersion: 1\n--b\nContent-Type: application/octet-stream\n\n"
            + "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n--b--\n";
        Paths(Mail).ShouldBe(
        [
            "P=p001,L=1/1,M=application/pgp-encrypted,T=asc,A=U,A=C",
            "P=p002,L=1/2,M=application/octet-stream,T=pgp,T=pgp.enc,A=C",
            "P=p003,L=1,M=multipart/encrypted,A=U,A=C",
        ]);
    }

    [Fact]
    public void A_repeated_boundary_marks_the_container_and_both_readings_are_parts()
    {
        const string Mail = "Content-Type: multipart/mixed; boundary=BB;boundary=CC\n\n--BB\n\nseen by some\n--BB--\n--CC\n\nseen by others\n--CC--\n";
        using var unpacked = Mails.Unpack(Octets.Crlf(Mail));
        unpacked.Tree.AnyAmbiguous.ShouldBeTrue();
        unpacked.Tree.Parts.Where(part => part.Placement == "1" && part.DeclaredTypes is ["multipart/mixed"]).Single().Attributes.ShouldBe(PartAttributes.Ambiguous);
        var texts = unpacked.Tree.Parts.Where(part => part.Content is not null).Select(Unpacked.Text).ToList();
        texts.ShouldContain("seen by others");
        texts.ShouldContain(text => text.StartsWith("seen by some", StringComparison.Ordinal));
    }

    [Fact]
    public void A_body_with_two_encodings_is_read_in_both()
    {
        var mail = "Content-Type: text/plain\nContent-Transfer-Encoding: 7bit\nContent-Transfer-Encoding: base64\n\n"
            + Convert.ToBase64String("hidden in base64"u8) + "\n";
        using var unpacked = Mails.Unpack(Octets.Crlf(mail));
        unpacked.Tree.Parts.Select(Unpacked.Text).ShouldContain("hidden in base64");
        unpacked.Tree.AnyAmbiguous.ShouldBeTrue();
    }

    [Fact]
    public void Too_many_parts_leave_leaves_without_a_tree()
    {
        var mail = Octets.Crlf("Content-Type: multipart/mixed; boundary=b\n\n" + string.Concat(Enumerable.Repeat("--b\n\nxy\n", 20)) + "--b--\n");
        using var unpacked = Mails.Unpack(mail, options: new MimeReaderOptions { MaxParts = 5 });
        unpacked.Paths.ShouldBe(["P=p001,T=asc", "P=p002,T=asc", "P=p003,T=asc", "P=p004,T=asc"]);
        unpacked.Tree.MimeErrors.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_uuencoded_file_in_a_text_is_a_leaf_of_its_own()
    {
        const string Mail = "Subject: x\n\nbefore\nbegin 644 cat.txt\n#0V%T\n`\nend\nafter\n";
        using var unpacked = Mails.Unpack(Octets.Crlf(Mail));
        unpacked.Paths.ShouldBe(
        [
            "P=p001,L=1/1,M=text/plain,T=asc",
            "P=p002,L=1/2,M=application/octet-stream,T=asc,N=cat.txt",
            "P=p003,L=1/3,M=text/plain,T=asc",
            "P=p004,L=1,M=multipart/mixed",
        ]);
        Unpacked.Text(unpacked[2]).ShouldBe("Cat");
        Unpacked.Text(unpacked[3]).TrimEnd().ShouldBe("after");
    }

    [Fact]
    public void A_message_in_a_message_stays_one_leaf() =>
        Paths("Content-Type: message/rfc822\n\nSubject: inner\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b--\n")
            .ShouldBe(["P=p001,L=1,M=message/rfc822,T=asc"]);

    [Fact]
    public void Contents_are_decoded_and_can_be_read_again()
    {
        var octets = Enumerable.Range(0, 100_000).Select(index => (byte)(index * 7)).ToArray();
        using var unpacked = Mails.UnpackFile("x.bin", octets);
        unpacked[2].Size.ShouldBe(octets.Length);
        Unpacked.Read(unpacked[2]).ShouldBe(octets);
        Unpacked.Read(unpacked[2]).ShouldBe(octets);
        Directory.Exists(unpacked.WorkDirectory).ShouldBeFalse();
    }

    [Fact]
    public void What_does_not_fit_into_memory_goes_to_private_files_that_are_removed()
    {
        var octets = Enumerable.Range(0, 100_000).Select(index => (byte)(index * 7)).ToArray();
        var unpacked = Mails.UnpackFile("x.zip", new RawZip().Add("a.bin", octets).Add("b.bin", octets).Finish(), memoryOctets: 10_000);
        foreach (var member in unpacked.Members)
            Unpacked.Read(member).ShouldBe(octets);
        Directory.GetFiles(unpacked.WorkDirectory).Select(Path.GetFileName).ShouldAllBe(name => name!.StartsWith('p') && name.Length == 4);
        if (!OperatingSystem.IsWindows())
            File.GetUnixFileMode(unpacked.WorkDirectory).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        unpacked.Dispose();
        Directory.Exists(unpacked.WorkDirectory).ShouldBeFalse();
    }

    [Theory]
    [InlineData(150, 102_400)]
    [InlineData(857, 428_500)]
    [InlineData(575, 287_500)]
    public void The_quota_grows_with_the_message(long size, long quota) =>
        new UnpackLimits { MinExpansionQuota = 102_400, MaxExpansionQuota = 300 << 20 }.QuotaFor(size).ShouldBe(quota);

    [Fact]
    public void Without_quotas_the_factor_alone_counts() =>
        new UnpackLimits { MinExpansionQuota = 0, MaxExpansionQuota = 0 }.QuotaFor(1000).ShouldBe(500_000);
}

internal static class Numbers
{
    /// <summary>An index, or the end where it is -1.</summary>
    public static int Clamp(this int index, int end) => index < 0 ? end : index;
}
