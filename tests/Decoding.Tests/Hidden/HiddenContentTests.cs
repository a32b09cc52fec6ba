using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Mime.Structure;
using Amavis.Testing;
using Amavis.Testing.Evasion;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Decoding.Tests.Hidden;

/// <summary>What is found beside the parts, and that it changes nothing for these.</summary>
public class HiddenContentTests
{
    private const string Head = "From: a@example.org\nTo: b@example.com\nSubject: x\n";

    private static readonly byte[] Program = [.. "MZ"u8, .. Enumerable.Range(0, 300).Select(i => (byte)(i * 7))];

    private static string Wrapped(byte[] octets) => Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks).Replace("\r\n", "\n", StringComparison.Ordinal);

    private static Unpacked Unpack(string mail, UnpackLimits? limits = null) => Mails.Unpack(Octets.Crlf(mail), limits);

    [Fact]
    public void Proper_mail_has_nothing_hidden()
    {
        using var unpacked = Mails.Unpack(Mails.With(("a.bin", Program), ("b.txt", "some text, no more than that"u8.ToArray())));
        unpacked.Tree.Hidden.ShouldBeEmpty();
        unpacked.Tree.HasDefects.ShouldBeFalse();
    }

    [Fact]
    public void A_file_in_a_text_is_for_the_scanners_only()
    {
        using var unpacked = Unpack($"{Head}\nHello,\n\n{Wrapped(Program)}\n\nBye\n");
        unpacked.Paths.ShouldBe(["P=p001,L=1,M=text/plain,T=asc"]);
        var found = unpacked.Tree.Hidden.ShouldHaveSingleItem();
        found.BaseName.ShouldBe("h001");
        found.ForScannersOnly.ShouldBeTrue();
        Unpacked.Read(found).ShouldBe(Program);
    }

    [Fact]
    public void An_archive_in_a_message_in_the_message_is_unpacked_for_the_scanners()
    {
        var zip = new RawZip().Add("evil.exe", Program).Finish();
        var inner = Octets.Text(Mails.With(("x.zip", zip))).Replace("\r\n", "\n", StringComparison.Ordinal);
        using var unpacked = Unpack($"{Head}MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=out\n\n--out\n\nSee below.\n--out\nContent-Type: message/rfc822\n\n{inner}--out--\n");
        unpacked.Paths.ShouldBe(["P=p001,L=1/1,M=text/plain,T=asc", "P=p002,L=1/2,M=message/rfc822,T=asc", "P=p003,L=1,M=multipart/mixed"]);
        unpacked.Tree.Hidden.ShouldContain(part => part.Content != null && Unpacked.Read(part).SequenceEqual(Program));
        unpacked.Tree.Parts.ShouldAllBe(part => !part.Names.Contains("evil.exe"));
    }

    [Fact]
    public void A_bomb_in_a_message_in_the_message_does_not_hold_the_message()
    {
        var bomb = Archived.Gzip(new byte[10_000_000]);
        var inner = Octets.Text(Mails.With(("x.gz", bomb))).Replace("\r\n", "\n", StringComparison.Ordinal);
        using var unpacked = Unpack($"{Head}Content-Type: message/rfc822\n\n{inner}", new UnpackLimits { MinExpansionQuota = 100_000, MaxExpansionQuota = 200_000 });
        unpacked.Tree.Hold.ShouldBeNull();
        unpacked.Tree.AnyUndecipherable.ShouldBeFalse();
    }

    [Fact]
    public void A_name_in_a_message_that_is_only_quoted_does_not_count()
    {
        const string Quoted = "Hello, here is your message:\n\n--other\nContent-Type: application/octet-stream; name=evil.exe\nContent-Transfer-Encoding: base64\n\nTVqQAAMAAAAEAAAA\n--other--\n";
        using var unpacked = Unpack($"{Head}\n{Quoted}");
        unpacked.Tree.Parts.ShouldAllBe(part => part.Names.Count == 0);
        unpacked.Tree.Hidden.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_name_after_a_delimiter_of_the_message_counts()
    {
        using var unpacked = Unpack($"{Head}X-A: b\n Content-Type: multipart/mixed; boundary=mine\n\n--mine\nContent-Type: application/octet-stream; name=evil.exe\n\nx\n--mine--\n");
        unpacked.Tree.Parts.ShouldContain(part => part.Names.Contains("evil.exe"));
    }

    [Fact]
    public void Each_content_is_shown_once()
    {
        var text = string.Concat(Enumerable.Repeat($"{Wrapped(Program)}\n\nand again\n\n", 20));
        using var unpacked = Unpack($"{Head}\n{text}");
        unpacked.Tree.Hidden.Count(part => Unpacked.Read(part).SequenceEqual(Program)).ShouldBe(1);
    }

    [Fact]
    public void There_is_an_end_to_what_is_taken_from_one_message()
    {
        var text = new StringBuilder("A list.\n\n");
        for (var i = 0; i < 3000; i++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"Content-Type: text/plain; name={i}\n\nnumber {i} of a long list\n\n");
        using var unpacked = Unpack($"{Head}\n{text}");
        unpacked.Tree.Hidden.Count.ShouldBeInRange(100, 400);
        unpacked.Tree.Parts.Count.ShouldBeLessThan(400);
    }

    [Fact]
    public void An_archive_of_long_texts_is_no_reason_to_doubt()
    {
        var log = string.Concat(Enumerable.Repeat("one line of a log file like all the others\n", 8_000));
        var tar = Archived.Tar([.. Enumerable.Range(0, 60).Select(i => Archived.TarFile($"{i}.log", log))]);
        using var unpacked = Mails.UnpackFile("logs.tgz", Archived.Gzip(tar));
        unpacked.Tree.Parts.Count.ShouldBeGreaterThan(60);
        unpacked.Tree.AnyAmbiguous.ShouldBeFalse();
    }

    [Fact]
    public async Task Line_ends_that_reception_dropped_are_put_back()
    {
        var mail = Octets.Crlf($"{Head}X-A: bContent-Transfer-Encoding: base64\n\n{Wrapped(Program)}\n");
        var at = Octets.Text(mail).IndexOf("bContent", StringComparison.Ordinal) + 1;
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-" + Guid.NewGuid().ToString("N")));
        using var spool = new MemorySpool(mail, new SpoolFacts { BareCr = 1, BareCrOffsets = [at] });
        var tree = await new Unpacker().UnpackAsync(MimeReader.Read(mail), spool, new UnpackLimits(), store, CancellationToken.None);
        tree.Parts.Concat(tree.Hidden).ShouldContain(part => part.Content != null && Unpacked.Read(part).SequenceEqual(Program));
        tree.AnyAmbiguous.ShouldBeFalse();
    }

    [Fact]
    public async Task More_lost_line_ends_than_are_known_make_a_message_ambiguous()
    {
        var mail = Octets.Crlf($"{Head}\nHello.\n");
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-" + Guid.NewGuid().ToString("N")));
        using var spool = new MemorySpool(mail, new SpoolFacts { BareCr = 2, BareCrOffsets = [5] });
        var tree = await new Unpacker().UnpackAsync(MimeReader.Read(mail), spool, new UnpackLimits(), store, CancellationToken.None);
        tree.AnyAmbiguous.ShouldBeTrue();
    }

    /// <summary>What the strict reading says of its parts is what it says without the search.</summary>
    [Fact]
    public void Changed_messages_do_no_harm() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var all = EvasionCase.AllFiles.ToArray();
        var mail = all[random.Next(all.Length)].Octets;
        for (var i = random.Next(1, 12); i > 0; i--)
            mail[random.Next(mail.Length)] = random.Next(3) == 0 ? (byte)"\r\n:-=\"; "[random.Next(8)] : (byte)random.Next(256);
        using var unpacked = Mails.Unpack(mail);
        unpacked.Tree.Parts.ShouldAllBe(part => !part.ForScannersOnly);
        unpacked.Tree.Hidden.ShouldAllBe(part => part.ForScannersOnly);
    }).QuickCheckThrowOnFailure();
}
