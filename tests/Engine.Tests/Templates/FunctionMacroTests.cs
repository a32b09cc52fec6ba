using Amavis.Engine.Templates;

namespace Amavis.Engine.Tests.Templates;

public sealed class FunctionMacroTests
{
    [Theory]
    [InlineData("lc", "abäc", "ABÄ", "C")]
    [InlineData("uc", "ABC", "ab", "c")]
    [InlineData("len", "5", "abcde")]
    [InlineData("len", "0")]
    [InlineData("substr", "cde", "abcde", "2")]
    [InlineData("substr", "cd", "abcde", "2", "2")]
    [InlineData("substr", "de", "abcde", "-2")]
    [InlineData("substr", "bc", "abcde", "1", "-2")]
    [InlineData("substr", "", "abc", "7", "2")]
    [InlineData("substr", "abc", "abc", "junk")]
    [InlineData("index", "1", "abcb", "b")]
    [InlineData("index", "3", "abcb", "b", "2")]
    [InlineData("index", "-1", "abcb", "x")]
    [InlineData("incr", "8", "7")]
    [InlineData("incr", "10", "7", "1", "2")]
    [InlineData("incr", "1", "")]
    [InlineData("decr", "6", "7")]
    [InlineData("decr", "4", "7", "1", "2")]
    [InlineData("min", "-2.5", "3", " ", "-2.5", "10")]
    [InlineData("max", "10", "3", "", "9", "10")]
    [InlineData("max", "", " ", "")]
    [InlineData("join", "a-b-", "-", "a", "b", "")]
    [InlineData("join", "", ",")]
    [InlineData("limit", "01234[...]", "10", "0123456789ab")]
    [InlineData("limit", "0123456789", "10", "0123456789")]
    [InlineData("limit", "0123456789", "5", "0123456789")]
    [InlineData("limit", "\U0001F600\U0001F600[...]", "10", "\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600")]
    [InlineData("dquote", "\"a \"\"b\"\"\"", "a \"b\"")]
    [InlineData("uquote", "a_b_c_", "a \t b_  c ")]
    [InlineData("rot13", "Uryyb, 1", "Hello, 1")]
    [InlineData("hexenc", "616263c3a9", "abcé")]
    [InlineData("b64encode", "YWIgYw==", "ab", "c")]
    [InlineData("b64enc", "YWIgYw", "ab c")]
    [InlineData("mail_addr_decode", "<Ann@bücher.example>", "<Ann@XN--bcher-kva.EXAMPLE>")]
    [InlineData("mail_addr_decode", "Ann@example.com", "Ann@Example.COM")]
    [InlineData("mail_addr_decode", "<>", "<>")]
    [InlineData("mail_addr_decode_octets", "a@X.example, b@y.example", "a@X.example, b@Y.example")]
    [InlineData("mime_decode", "Grüße aus Köln", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus =?utf-8?Q?K=C3=B6ln?=")]
    [InlineData("mime_decode", "Grüße[...]", "=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=", "10")]
    [InlineData("mime_decode", "Grüße (raw: =?utf-8?Q?Gr=C3=BC=C3=9Fe?=)", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?=", "", "1")]
    [InlineData("mime_decode", "plain", "plain", "100", "1")]
    [InlineData("mime_decode", "two lines", "=?utf-8?Q?two=0Alines?=")]
    [InlineData("mime2utf8", "Grü[...]", "=?utf-8?Q?Gr=C3=BC=C3=9Fe_aus_K=C3=B6ln?=", "10")]
    [InlineData("wrap", "> one two\n>  three\n>  four", "10", "> ", " ", "one two three four")]
    [InlineData("wrap", "a\n  b", "78", "", "  ", "a\nb")]
    [InlineData("wrap", "a_very_long_word\n-b", "5", "", "-", "a_very_long_word b")]
    [InlineData("wrap", "", "78", "", "", "")]
    public void Functions_work_on_their_arguments(string name, string expected, params string[] arguments)
    {
        FunctionMacros.TryCall(name, arguments, out var result).ShouldBeTrue();
        result.ShouldBe(expected);
    }

    [Theory]
    [InlineData("%s-%s", "a-b", "a", "b")]
    [InlineData("%5s|%-5s|%05d|%+d|% d", "    a|b    |00042|+7| 7", "a", "b", "42", "7", "7")]
    [InlineData("%.2f %.0f %f", "3.14 3 2.500000", "3.14159", "2.6", "2.5")]
    [InlineData("%.3s", "abc", "abcdef")]
    [InlineData("%x %X %o %b %c", "ff FF 17 101 A", "255", "255", "15", "5", "65")]
    [InlineData("%e %.1e", "1.234500e+03 5.0e-05", "1234.5", "0.00005")]
    [InlineData("%g %g %g", "0.0001 1e-05 123457", "0.0001", "0.00001", "123456.7")]
    [InlineData("%*d|%-*d|", "   7|7   |", "4", "7", "4", "7")]
    [InlineData("%d%%", "42%", "42.9 apples")]
    [InlineData("%.3d", "-007", "-7")]
    [InlineData("%05.1f", "003.1", "3.14")]
    [InlineData("%z %s", "%z a", "a")]
    [InlineData("%s", "")]
    [InlineData("%", "%")]
    [InlineData("%5", "%5")]
    public void Sprintf_knows_the_usual_conversions(string format, string expected, params string[] arguments)
    {
        FunctionMacros.TryCall("sprintf", [format, .. arguments], out var result).ShouldBeTrue();
        result.ShouldBe(expected);
    }

    [Fact]
    public void Octets_that_are_no_text_are_encoded_as_they_are()
    {
        var text = OctetText.From([0xff, (byte)'?', 0xc3, 0xa9, 0x80]);
        OctetText.Of(text).ShouldBe([0xff, (byte)'?', 0xc3, 0xa9, 0x80]);
        OctetText.Present(text).ShouldBe("\u00ff?é\u0080");
        FunctionMacros.TryCall("b64urlenc", [OctetText.From([0xff, 0x3f, 0x3f])], out var encoded);
        encoded.ShouldBe("_z8_");
        FunctionMacros.TryCall("hexenc", [text], out var digits);
        digits.ShouldBe("ff3fc3a980");
    }

    [Fact]
    public void A_width_is_bounded()
    {
        FunctionMacros.TryCall("sprintf", ["%999999999s", "a"], out var result);
        result.Length.ShouldBe(1000);
    }

    [Fact]
    public void Every_function_takes_any_number_of_arguments()
    {
        string[] junk = ["", "%s%d%*f", "-7", "999999999999", "=?utf-8?Q?=?=", "a\0b\n\uD800"];
        foreach (var name in FunctionMacros.Names)
            for (var count = 0; count <= junk.Length; count++)
                for (var from = 0; from < junk.Length; from++)
                    FunctionMacros.TryCall(name, [.. Enumerable.Range(0, count).Select(i => junk[(from + i) % junk.Length])], out _).ShouldBeTrue();
    }
}
