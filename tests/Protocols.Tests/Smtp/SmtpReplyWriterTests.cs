using System.IO.Pipelines;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Protocols.Smtp;

namespace Amavis.Protocols.Tests.Smtp;

public class SmtpReplyWriterTests
{
    [Fact]
    public void Reply_is_code_and_text() => Written(w => w.Write(250, "2.0.0 Ok")).ShouldBe("250 2.0.0 Ok\r\n");

    [Fact]
    public void Control_characters_never_reach_the_line() =>
        Written(w => w.Write(new SmtpReply(550, "5.7.1 a\r\nb\0\x7f\\"))).ShouldBe("550 5.7.1 a\\r\\nb\\x00\\x7F\\\\\r\n");

    [Fact]
    public void Code_that_is_none_is_a_451() =>
        Written(w => w.Write(99, "what")).ShouldBe("451 4.5.0 Bad SMTP response code: 99 what\r\n");

    [Fact]
    public void Several_lines_repeat_the_code() => Written(w => w.Write(250, ["a", "b", "c"])).ShouldBe("250-a\r\n250-b\r\n250 c\r\n");

    [Theory]
    [InlineData("2.1.5 ")]
    [InlineData("5.7.100 ")]
    [InlineData("")]
    public void Long_reply_is_split_with_its_codes_repeated(string enhanced)
    {
        var words = string.Join(' ', Enumerable.Range(0, 300).Select(i => $"wörd{i}"));
        var lines = Written(w => w.Write(554, enhanced + words)).TrimEnd().Split("\r\n");
        lines.Length.ShouldBeGreaterThan(3);
        lines.ShouldAllBe(l => Encoding.UTF8.GetByteCount(l) <= 510);
        lines[..^1].ShouldAllBe(l => l.StartsWith("554-" + enhanced));
        lines[^1].ShouldStartWith("554 " + enhanced);
        string.Join(' ', lines.Select(l => l[(4 + enhanced.Length)..])).ShouldBe(words);
    }

    [Fact]
    public void Word_that_fits_on_no_line_is_cut_between_characters()
    {
        var word = string.Concat(Enumerable.Repeat("a😀", 400));
        var lines = Written(w => w.Write(554, word)).TrimEnd().Split("\r\n");
        lines.ShouldAllBe(l => Encoding.UTF8.GetByteCount(l) <= 510);
        string.Concat(lines.Select(l => l[4..])).ShouldBe(word);
    }

    [Theory]
    [InlineData(506)]
    [InlineData(507)]
    public void Line_has_at_most_512_octets(int characters)
    {
        var lines = Written(w => w.Write(250, new string('x', characters))).TrimEnd().Split("\r\n");
        lines.Length.ShouldBe(characters > 506 ? 2 : 1);
    }

    private static string Written(Action<SmtpReplyWriter> write)
    {
        var pipe = new Pipe();
        var writer = new SmtpReplyWriter(pipe.Writer);
        write(writer);
        pipe.Writer.Complete();
        pipe.Reader.TryRead(out var result).ShouldBeTrue();
        writer.PendingOctets.ShouldBe((int)result.Buffer.Length);
        return Encoding.UTF8.GetString(result.Buffer);
    }
}
