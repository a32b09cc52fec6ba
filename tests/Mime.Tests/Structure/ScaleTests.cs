using System.Text;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Structure;

/// <summary>Shapes made to take long. The limits are loose, but a quadratic reader is beyond them by far.</summary>
public sealed class ScaleTests
{
    private static readonly MimeReaderOptions NoLimit = MimeReaderOptions.Default with { MaxParts = int.MaxValue };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Five_thousand_nested_multiparts_are_read_in_no_time(bool closed)
    {
        var text = new StringBuilder();
        for (var i = 0; i < 5000; i++)
            text.Append($"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n");
        text.Append("\r\nx\r\n");
        for (var i = 4999; closed && i >= 0; i--)
            text.Append($"--b{i}--\r\n");
        var tree = Timed(Octets.Of(text.ToString()));
        tree.Entities.Count.ShouldBe(5001);
        tree.Entities[^1].Depth.ShouldBe(5000);
        tree.DepthFirst().Count().ShouldBe(5001);
    }

    [Fact]
    public void Ten_thousand_parts_are_read_in_no_time()
    {
        var text = "Content-Type: multipart/mixed; boundary=b\r\n\r\n"
            + string.Concat(Enumerable.Repeat("--b\r\nContent-Type: text/plain; name=\"a.txt\"\r\n\r\nx\r\n", 10_000)) + "--b--\r\n";
        Timed(Octets.Of(text)).Entities.Count.ShouldBe(10_001);
    }

    [Fact]
    public void Lines_that_look_like_delimiters_cost_little_at_any_depth()
    {
        var text = new StringBuilder();
        for (var i = 0; i < 2000; i++)
            text.Append($"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n");
        text.Append("Content-Type: application/octet-stream\r\n\r\n").Append(string.Concat(Enumerable.Repeat("--no delimiter\r\n", 100_000)));
        Timed(Octets.Of(text.ToString())).Entities.Count.ShouldBe(2001);
    }

    [Theory]
    [InlineData("(")]
    [InlineData("x=\"")]
    [InlineData(";")]
    [InlineData("a*0=b;")]
    [InlineData("\\")]
    public void Content_fields_full_of_one_thing_cost_little(string unit)
    {
        var field = string.Concat(Enumerable.Repeat(unit, 60_000 / unit.Length));
        Timed(Octets.Of($"Content-Type: text/plain; {field}\r\nContent-Disposition: {field}\r\n\r\nx\r\n"));
    }

    [Fact]
    public void Header_section_of_fifty_megabytes_in_one_line_is_not_kept()
    {
        var piece = new byte[1 << 20];
        Array.Fill(piece, (byte)'x');
        CpuTime.Of(() =>
        {
            var reader = new MimeReader();
            for (var i = 0; i < 50; i++)
                reader.Write(piece);
            reader.Finish().Length.ShouldBe(50L << 20);
        }).ShouldBeLessThan(TimeSpan.FromSeconds(0.2));
    }

    [Fact]
    public void Begin_lines_without_data_cost_little()
    {
        Timed(Octets.Of("\r\n" + string.Concat(Enumerable.Repeat("begin 644 x\r\n", 100_000)))).Entities.Count.ShouldBe(1);
    }

    private static MimeTree Timed(byte[] message)
    {
        MimeTree? tree = null;
        CpuTime.Of(() => tree = MimeReader.Read(message, NoLimit)).ShouldBeLessThan(TimeSpan.FromSeconds(0.2));
        return tree!; // Of runs it.
    }
}
