using System.Text;
using Amavis.Mime.Charsets;
using Amavis.Mime.Editing;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Mime.Tests.Charsets;

public sealed class EncodedWordsTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("=?iso-8859-1?q?this=20is=20some=20text?=", "this is some text")]
    [InlineData("=?utf-8?B?w6Q=?=", "ä")]
    [InlineData("=?UTF-8*de?Q?=C3=A4?=", "ä")]
    // RFC 2047 §8: blanks between encoded words go, others stay.
    [InlineData("(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)")]
    [InlineData("=?ISO-8859-1?Q?a?=\t  =?ISO-8859-2?Q?_b?=", "a b")]
    [InlineData("=?utf-8?Q?a?= b =?utf-8?Q?c?=", "a b c")]
    // A character cut in two.
    [InlineData("=?utf-8?B?w6==?= =?utf-8?B?pA==?=", "ä")]
    [InlineData("=?utf-8?Q?=C3?= =?utf-8?Q?=A4?=", "ä")]
    // Sloppy ones.
    [InlineData("=?utf-8?Q?a b?=", "a b")]
    [InlineData("=?utf-8?Q?what=3F?=", "what?")]
    [InlineData("=?utf-8?Q?what?=3D?=", "what?=")]
    [InlineData("x=?utf-8?Q?y?=z", "xyz")]
    [InlineData("=?x-none?Q?=E4?=", "ä")]
    [InlineData("=?utf-8?B?w6Q?=", "ä")]
    [InlineData("=?utf-8?Q?=ZZ?=", "=ZZ")]
    // None at all.
    [InlineData("=?", "=?")]
    [InlineData("=?utf-8?Q", "=?utf-8?Q")]
    [InlineData("=?utf-8?X?a?=", "=?utf-8?X?a?=")]
    [InlineData("=?utf-8?Q?never ended", "=?utf-8?Q?never ended")]
    [InlineData("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本")]
    [InlineData("=?gb2312?B?1tDOxA==?=", "中文")]
    [InlineData("=?koi8-r?B?8tXT?=", "Рус")]
    public void Encoded_words_are_read(string raw, string expected)
    {
        EncodedWords.Decode(Encoding.Latin1.GetBytes(raw)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("caf\u00e9", "café")]
    [InlineData("caf\u00c3\u00a9", "café")]
    [InlineData("\u00f0\u00d2\u00c9\u00d7\u00c5\u00d4", "Привет")]
    [InlineData("\u00c4\u00d6\u00dc", "ÄÖÜ")]
    [InlineData("\u0080 10", "€ 10")]
    public void Octets_without_a_charset_are_guessed(string raw, string expected)
    {
        // Three capitals in a row with umlauts look like KOI8 small letters; German has ASCII letters around them.
        var text = raw == "\u00c4\u00d6\u00dc" ? "Die Gr\u00f6\u00dfe " + raw : raw;
        MailText.Guess(Encoding.Latin1.GetBytes(text)).ShouldEndWith(expected);
    }

    [Fact]
    public void One_line_has_no_control_characters_and_no_lone_surrogates()
    {
        MailText.OneLine("a\0b\r\nc\u001bd\ud800e").ShouldBe("ab  c d\ufffde");
    }

    [Fact]
    public void Any_octets_can_be_decoded()
    {
        var special = Gen.Elements("=?utf-8?Q?B?=_ \t".Select(c => (byte)c));
        var octets = Gen.Frequency((3, special), (1, Gen.Choose(0, 255).Select(i => (byte)i))).ListOf().Select(l => l.ToArray()).ToArbitrary();
        Prop.ForAll(octets, bytes => EncodedWords.Decode(bytes).ShouldNotBeNull()).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_encoded_is_read_back(bool base64)
    {
        var words = Gen.Elements("a", "Grüße", "日本語テキスト", "=?x?=", "🙂🙂", "-", new string('ä', 80)).ListOf();
        Prop.ForAll(words.Select(list => string.Join(' ', list)).ToArbitrary(), text =>
        {
            var encoded = new EncodedWordWriter("utf-8", base64).EncodeText(text);
            Ascii.IsValid(encoded).ShouldBeTrue();
            encoded.Split(' ').ShouldAllBe(word => word.Length <= 75);
            EncodedWords.Decode(Octets.Of(encoded)).ShouldBe(text);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Charset_that_cannot_hold_the_text_gives_way_to_utf_8()
    {
        new EncodedWordWriter("iso-8859-1", false).Encode("ä").ShouldBe("=?iso-8859-1?Q?=E4?=");
        new EncodedWordWriter("iso-8859-1", false).Encode("日").ShouldBe("=?utf-8?Q?=E6=97=A5?=");
        new EncodedWordWriter("no-such", true).Encode("ä").ShouldBe("=?utf-8?B?w6Q=?=");
    }
}
