using System.Buffers;
using Amavis.Protocols.Smtp;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Smtp;

public class SmtpLineTests
{
    [Theory]
    [InlineData("NOOP\r\nrest", LineStatus.Complete, "NOOP", "rest")]
    [InlineData("\r\n", LineStatus.Complete, "", "")]
    [InlineData("a\nb\rc\r\n", LineStatus.Complete, "a\nb\rc", "")]
    [InlineData("a\r\r\n", LineStatus.Complete, "a\r", "")]
    [InlineData("", LineStatus.Incomplete, "", "")]
    [InlineData("12345678\r", LineStatus.Incomplete, "", "12345678\r")]
    [InlineData("12345678\r\n", LineStatus.Complete, "12345678", "")]
    [InlineData("123456789\r", LineStatus.TooLong, "", "123456789\r")]
    [InlineData("123456789\r\n", LineStatus.TooLong, "", "123456789\r\n")]
    public void Line_ends_at_CRLF_alone_and_has_a_limit(string octets, LineStatus status, string line, string rest)
    {
        for (var cut = 0; cut <= octets.Length; cut++)
        {
            var buffer = Octets.Cut(Octets.Of(octets), cut);
            SmtpLine.TryRead(ref buffer, 10, out var found).ShouldBe(status);
            Octets.Text(found.ToArray()).ShouldBe(line);
            Octets.Text(buffer.ToArray()).ShouldBe(rest);
        }
    }

    [Theory]
    [InlineData("plain ä", "plain ä")]
    [InlineData("a\r\n\t\\\0\x1b\x7f", "a\\r\\n\\t\\\\\\x00\\x1B\\x7F")]
    public void Text_from_outside_is_escaped(string text, string escaped) => SmtpLine.Escape(text).ShouldBe(escaped);
}
