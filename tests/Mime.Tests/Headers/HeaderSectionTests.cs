using Amavis.Mime.Headers;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Mime.Tests.Headers;

public sealed class HeaderSectionTests
{
    [Fact]
    public void Fields_have_their_offsets_and_lines()
    {
        var header = HeaderSection.Parse(Octets.Crlf("A: 1\nLong-Name : x\n\ty\n \nno field\nA: 2\n\nbody: x\n"));
        header.Fields.Select(f => f.Offset).ShouldBe([0, 6, 28, 38]);
        header.Fields.Select(f => f.Length).ShouldBe([6, 22, 10, 6]);
        header.Fields.Select(f => f.Name).ShouldBe(["A", "Long-Name", "", "A"]);
        header.Fields[2].IsField.ShouldBeFalse();
        header.SeparatorLength.ShouldBe(2);
        header.BodyOffset.ShouldBe(46);
        var lines = new List<(int, string)>();
        var all = header.Fields[1].Lines;
        while (all.MoveNext())
            lines.Add((all.Offset, Octets.Text(all.Current)));
        lines.ShouldBe([(0, "Long-Name : x"), (15, "\ty"), (19, " ")]);
        header.Fields[1].Unfolded().ShouldBe("x y");
    }

    [Fact]
    public void Topmost_and_bottommost_field_of_a_name_are_found_whatever_the_case()
    {
        var header = HeaderSection.Parse(Octets.Crlf("A: 1\nb: x\na: 2\n\n"));
        header.First("a")!.Value.Unfolded().ShouldBe("1");
        header.Last("A")!.Value.Unfolded().ShouldBe("2");
        header.Count("a").ShouldBe(2);
        header.First("c").ShouldBeNull();
        header.Contains("B").ShouldBeTrue();
    }

    [Theory]
    [InlineData("A: 1\r\n", 1, 0)]
    [InlineData("A: 1", 1, 0)]
    [InlineData("\r\nbody", 0, 2)]
    [InlineData("\nbody", 0, 1)]
    [InlineData("", 0, 0)]
    [InlineData("A: 1\n\nbody", 1, 1)]
    [InlineData(" starts with a blank\r\n\r\n", 1, 2)]
    public void End_of_the_section_is_the_first_empty_line_or_the_end(string text, int fields, int separator)
    {
        var header = HeaderSection.Parse(Octets.Of(text));
        header.Fields.Count.ShouldBe(fields);
        header.SeparatorLength.ShouldBe(separator);
    }

    [Fact]
    public void Section_is_read_from_a_spool_in_pieces()
    {
        var message = Octets.Crlf("Subject: a\nFrom: b@c.test\n\nbody\n\nmore\n");
        for (var cut = 1; cut < message.Length; cut++)
        {
            var header = HeaderSection.Read(new MemorySpool(message, chunkOctets: cut));
            header.Fields.Count.ShouldBe(2);
            header.BodyOffset.ShouldBe(30);
        }
    }

    [Fact]
    public void Five_megabytes_of_header_are_read_in_no_time()
    {
        var many = Octets.Of(string.Concat(Enumerable.Range(0, 100_000).Select(i => $"X-Header-Number-{i}: some text of a usual length\r\n")) + "\r\n");
        var one = Octets.Of("Subject: " + string.Concat(Enumerable.Repeat("text of a long field\r\n ", 230_000)) + "\r\n\r\n");
        foreach (var message in new[] { many, one })
        {
            HeaderSection? header = null;
            CpuTime.Of(() =>
            {
                header = HeaderSection.Parse(message);
                header.First("Subject")?.Decoded();
                for (var i = 0; i < 20; i++)
                    header.Last("From").ShouldBeNull();
            }).ShouldBeLessThan(TimeSpan.FromSeconds(0.5));
            header!.Fields.Count.ShouldBeGreaterThan(0); // Of runs it.
        }
    }

    [Fact]
    public void Fields_cover_any_octets_without_gap()
    {
        var octets = Gen.Elements("a:\r\n\t \0\u00ff".Select(c => (byte)c)).ListOf().Select(l => l.ToArray()).ToArbitrary();
        Prop.ForAll(octets, bytes =>
        {
            var header = HeaderSection.Parse(bytes);
            header.Fields.Aggregate(0, (at, f) =>
            {
                f.Offset.ShouldBe(at);
                f.Length.ShouldBeGreaterThan(0);
                f.Decoded().ShouldNotBeNull();
                return at + f.Length;
            }).ShouldBe(header.Octets.Length);
            header.BodyOffset.ShouldBeLessThanOrEqualTo(bytes.Length);
        }).QuickCheckThrowOnFailure();
    }
}
