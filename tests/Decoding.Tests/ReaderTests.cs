using System.Buffers.Binary;
using Amavis.Core.Parts;
using Amavis.Decoding.Hidden;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Decoding.Tests;

/// <summary>The archives that are neither ZIP nor tar, and what no archive may do.</summary>
public class ReaderTests
{
    private static byte[] Sample(string name) => File.ReadAllBytes(Path.Combine(Amavis.Testing.Samples.Own, "archives", name));

    [Theory]
    [InlineData("plain.cpio", "a.txt d/b.txt")]
    [InlineData("plain.ar", "a.txt b.txt")]
    public void Members_and_contents_are_read(string sample, string names)
    {
        using var unpacked = Mails.UnpackFile(sample, Sample(sample));
        string.Join(' ', unpacked.Members.Select(part => part.Names[0])).ShouldBe(names);
        unpacked.Members.Select(Unpacked.Text).ShouldBe(["hello\n", "world\n"]);
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
        unpacked[2].IsUnpacked.ShouldBeTrue();
    }

    [Fact]
    public void Links_of_the_usual_tools_are_links()
    {
        using var zip = Mails.UnpackFile("links.zip", Sample("links.zip"));
        using var tar = Mails.UnpackFile("links.tar", Sample("links.tar"));
        zip.Members.Single(part => part.Names[0] == "l").Attributes.ShouldBe(PartAttributes.Link);
        tar.Members.Single(part => part.Names[0] == "l").Attributes.ShouldBe(PartAttributes.Link);
        zip.Members.Single(part => part.Names[0] == "d").Attributes.ShouldBe(PartAttributes.Directory);
    }

    [Fact]
    public void Attachments_of_outlook_have_short_and_long_names()
    {
        var properties = Number(1).Concat(Number(0x3707001e)).Concat(Number(1)).Concat(Number(13)).Concat("long name.exe\0\0\0"u8.ToArray()).ToArray();
        byte[] tnef =
        [
            0x78, 0x9f, 0x3e, 0x22, 1, 0,
            .. Attribute(2, 0x00069002, new byte[14]), .. Attribute(2, 0x0006800f, "content"u8.ToArray()),
            .. Attribute(2, 0x00018010, "LONGNA~1.EXE\0"u8.ToArray()), .. Attribute(2, 0x00069005, properties),
        ];
        using var unpacked = Mails.UnpackFile("winmail.dat", tnef);
        Unpacked.Describe(unpacked.Members.Single()).ShouldBe("P=p004,L=1/2/1,T=asc,N=LONGNA~1.EXE,N=long name.exe");
        Unpacked.Text(unpacked.Members.Single()).ShouldBe("content");
        unpacked[2].Attributes.ShouldBe(PartAttributes.None);
    }

    [Fact]
    public async Task An_archive_that_contains_itself_is_held_without_going_on()
    {
        // A gzip file cannot be made to do so here, so the check is asked with a content and the same content as its ancestor.
        using var store = new PartStore(Path.Combine(Path.GetTempPath(), "amavis-" + Guid.NewGuid().ToString("N")));
        var gzip = new ArrayContent(Archived.Gzip(new byte[1000]));
        var parts = new PartList();
        var outer = parts.AddNext(parent: null, "1");
        outer.Content = gzip;
        parts.TakeFresh();
        parts.AddMember(outer, 1).Content = gzip;
        var budget = new UnpackBudget(new UnpackLimits { MaxLevels = 0 }, 1000, CancellationToken.None);
        using var rounds = new UnpackRounds(parts, store, budget, new HiddenContent(parts, store, budget), null);
        await rounds.RunAsync();
        rounds.Hold.ShouldBe("Maximum decoding depth (1) exceeded: p002 contains itself");
        parts.All.Count.ShouldBe(2);
    }

    [Fact]
    public void Changed_archives_do_no_harm() => Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        var archives = new[]
        {
            Archived.Zip(("a", "hello"), ("b/c", "world")), Sample("links.zip"), Sample("links.tar"), Sample("plain.cpio"), Sample("plain.ar"),
            new RawZip().Add("a", new byte[300], flags: 8).Add("b", new byte[300], flags: 8).Finish(),
        };
        var archive = (byte[])archives[random.Next(archives.Length)].Clone();
        for (var change = random.Next(1, 8); change > 0; change--)
        {
            var at = random.Next(archive.Length);
            archive[at] = random.Next(3) switch { 0 => 0xff, 1 => (byte)(archive[at] ^ (1 << random.Next(8))), _ => (byte)random.Next(256) };
        }
        if (random.Next(3) == 0)
            archive = archive[..random.Next(1, archive.Length)];
        using var unpacked = Mails.UnpackFile("a", archive);
        unpacked.Members.Sum(part => part.Size).ShouldBeLessThan(1 << 20);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));

    private static byte[] Number(uint value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(octets, value);
        return octets;
    }

    private static byte[] Attribute(byte level, uint id, byte[] data) => [level, .. Number(id), .. Number((uint)data.Length), .. data, 0, 0];
}
