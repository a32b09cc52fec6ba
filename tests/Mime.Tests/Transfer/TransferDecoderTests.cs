using System.Buffers;
using Amavis.Mime.Transfer;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Mime.Tests.Transfer;

public sealed class TransferDecoderTests
{
    public static TheoryData<TransferEncoding> Encodings() =>
        [TransferEncoding.SevenBit, TransferEncoding.Base64, TransferEncoding.QuotedPrintable, TransferEncoding.Uuencode, TransferEncoding.BinHex];

    [Theory]
    [InlineData("aGVsbG8gd29ybGQ=\r\n", "hello world")]
    [InlineData("aGVsbG8gd29ybGQ", "hello world")]
    [InlineData("aGVs bG8g\td29y\nbGQ=", "hello world")]
    [InlineData("a*G-V_s!b\0G8gd29ybGQ=", "hello world")]
    [InlineData("aGk=\r\naGk=\r\n", "hihi")]
    [InlineData("aGk=aGk=", "hihi")]
    [InlineData("aA==aA==", "hh")]
    [InlineData("aGVs\r\na", "hel")]
    [InlineData("=aGk=", "hi")]
    [InlineData("====", "")]
    [InlineData("", "")]
    public void Base64_skips_what_is_none(string encoded, string expected)
    {
        Text(TransferEncoding.Base64, encoded).ShouldBe(expected);
    }

    [Theory]
    [InlineData(Base64Padding.EndsRun, "hihi")]
    [InlineData(Base64Padding.EndsBody, "hi")]
    public void Readings_of_padding_differ(Base64Padding padding, string expected)
    {
        Run(new Base64Decoder(padding), Octets.Of("aGk=aGk=")).ShouldBe(expected);
    }

    [Fact]
    public void Ignored_padding_lets_the_digits_run_on()
    {
        Run(new Base64Decoder(Base64Padding.Ignored), Octets.Of("aGk=aGkx")).ShouldBe(Text(TransferEncoding.Base64, "aGkaGkx"));
    }

    [Fact]
    public void Url_safe_digits_count_only_when_asked_for()
    {
        Run(new Base64Decoder(urlSafe: true), Octets.Of("-_-_")).ShouldBe(Octets.Text(Convert.FromBase64String("+/+/")));
        Run(new Base64Decoder(), Octets.Of("-_-_")).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("aGk=aGk=", true, false, false)]
    [InlineData("aGk", false, true, false)]
    [InlineData("!!!!", false, false, true)]
    [InlineData("aGk=", false, false, false)]
    public void Base64_decoder_tells_what_was_odd(string encoded, bool afterEnd, bool truncated, bool undecodable)
    {
        var decoder = new Base64Decoder();
        Run(decoder, Octets.Of(encoded));
        decoder.DataAfterEnd.ShouldBe(afterEnd);
        decoder.Truncated.ShouldBe(truncated);
        decoder.Undecodable.ShouldBe(undecodable);
    }

    [Theory]
    [InlineData("caf=E9 =3d=\r\n ok\r\n", "caf\u00e9 = ok\r\n")]
    [InlineData("a=e9", "a\u00e9")]
    [InlineData("trailing \t\r\nx", "trailing\r\nx")]
    [InlineData("soft= \t\r\nbreak", "softbreak")]
    [InlineData("soft=\nbreak", "softbreak")]
    [InlineData("end=", "end")]
    [InlineData("a=ZZ b=4", "a=ZZ b=4")]
    [InlineData("==41", "=A")]
    [InlineData("= x", "= x")]
    [InlineData("lone\rcr \r x", "lone\rcr \r x")]
    [InlineData("=\rx", "=\rx")]
    public void Quoted_printable_is_read_tolerantly(string encoded, string expected)
    {
        Text(TransferEncoding.QuotedPrintable, encoded).ShouldBe(expected);
    }

    [Theory]
    [InlineData("begin 644 x\r\n#86)C\r\n`\r\nend\r\n", "abc")]
    [InlineData("#86)C\n", "abc")]
    [InlineData("junk\r\n#86)C\r\nmore junk here, no data\r\n#86)C\r\nend\r\n#86)C\r\n", "abcabc")]
    [InlineData("begin 644 a\n#86)C\nend\nbegin 644 b\n#86)C\nend\n", "abcabc")]
    public void Uuencode_skips_lines_that_are_no_data(string encoded, string expected)
    {
        Text(TransferEncoding.Uuencode, encoded).ShouldBe(expected);
    }

    [Fact]
    public void Uuencode_decoder_tells_the_name()
    {
        var decoder = new UuDecoder();
        Run(decoder, Octets.Of("begin 755 some name.exe\r\n#86)C\r\nend\r\n"));
        decoder.FileName.ShouldBe("some name.exe");
        decoder.Truncated.ShouldBeFalse();
    }

    [Fact]
    public void P5_base64_gives_back_what_was_encoded()
    {
        Prop.ForAll<byte[]>(octets => TransferDecoder.DecodeAll(TransferEncoding.Base64, TransferEncoder.Base64(octets)).ShouldBe(octets)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void P5_quoted_printable_gives_back_what_was_encoded()
    {
        Prop.ForAll(Texts(), octets =>
        {
            var encoded = TransferEncoder.QuotedPrintable(octets);
            TransferDecoder.DecodeAll(TransferEncoding.QuotedPrintable, encoded).ShouldBe(octets);
            Octets.Text(encoded).Split("\r\n").ShouldAllBe(line => line.Length <= 76 && !line.StartsWith('.'));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void P5_uuencode_gives_back_what_was_encoded()
    {
        Prop.ForAll<byte[]>(octets => TransferDecoder.DecodeAll(TransferEncoding.Uuencode, UuLine.Encode(octets, "x")).ShouldBe(octets)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void P5_BinHex_gives_back_what_was_encoded() =>
        Prop.ForAll(Texts(), Texts(), (data, resource) =>
        {
            // Runs, and the octet that marks them.
            byte[] file = [.. data.SelectMany((o, i) => Enumerable.Repeat(o == '=' ? (byte)0x90 : o, i % 5 == 0 ? 300 : 1))];
            TransferDecoder.DecodeAll(TransferEncoding.BinHex, BinHexEncoder.Encode("name", file, resource)).ShouldBe([.. file, .. resource]);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [MemberData(nameof(Encodings))]
    public void P5_any_octets_decode_to_the_same_however_they_are_cut(TransferEncoding encoding)
    {
        Prop.ForAll(Texts(), octets =>
        {
            var whole = Run(TransferDecoder.Create(encoding), octets);
            Run(TransferDecoder.Create(encoding), octets, 1).ShouldBe(whole);
            Run(TransferDecoder.Create(encoding), octets, 7).ShouldBe(whole);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(2500)]
    public void Long_runs_of_blanks_decode_to_the_same_however_they_are_cut(int blanks)
    {
        var text = Octets.Of("a" + new string(' ', blanks) + "\r\nb=" + new string('\t', blanks) + "\r\nc" + new string(' ', blanks) + "d\r\n");
        var whole = Run(new QuotedPrintableDecoder(), text);
        Run(new QuotedPrintableDecoder(), text, 1).ShouldBe(whole);
        Run(new QuotedPrintableDecoder(), text, 333).ShouldBe(whole);
    }

    [Fact]
    public void Clean_base64_is_decoded_at_full_speed()
    {
        var encoded = TransferEncoder.Base64(new byte[8 << 20]);
        var output = new byte[new Base64Decoder().MaxOutput(encoded.Length)];
        CpuTime.Of(() => new Base64Decoder().Decode(encoded, output)).ShouldBeLessThan(TimeSpan.FromMilliseconds(200));
    }

    [Fact]
    public void Samples_of_one_file_decode_to_that_file()
    {
        foreach (var (file, encoding, plain) in new[] { ("photo.b64", TransferEncoding.Base64, "photo.jpg"), ("photo.uu", TransferEncoding.Uuencode, "photo.jpg"), ("wikipedia.qp", TransferEncoding.QuotedPrintable, "wikipedia.txt") })
        {
            var path = Samples.Files("mimekit", file).FirstOrDefault();
            if (path is null)
                continue; // The collection is not on this machine.
            var decoded = TransferDecoder.DecodeAll(encoding, File.ReadAllBytes(path));
            var expected = File.ReadAllBytes(Path.Combine(Path.GetDirectoryName(path)!, plain));
            if (encoding == TransferEncoding.QuotedPrintable)
                Lines(decoded).ShouldBe(Lines(expected), file);
            else
                decoded.ShouldBe(expected, file);
        }
    }

    private static string Lines(byte[] octets) => Octets.Text(octets).Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd();

    /// <summary>Octets with many of those that mean something in one of the encodings.</summary>
    private static Arbitrary<byte[]> Texts()
    {
        var special = Gen.Elements("=\r\n \tAa0+/-_`:!MbeginendZ.".Select(c => (byte)c));
        var octet = Gen.Frequency((4, special), (1, Gen.Choose(0, 255).Select(i => (byte)i)), (1, Gen.Constant((byte)'\n')));
        return octet.ListOf().Select(list => list.ToArray()).ToArbitrary();
    }

    private static string Text(TransferEncoding encoding, string encoded) => Run(TransferDecoder.Create(encoding), Octets.Of(encoded));

    private static string Run(TransferDecoder decoder, byte[] octets, int cut = int.MaxValue)
    {
        var output = new ArrayBufferWriter<byte>();
        for (var at = 0; at < octets.Length; at += Math.Min(cut, octets.Length - at))
            decoder.Decode(octets.AsSpan(at, Math.Min(cut, octets.Length - at)), output);
        decoder.Finish(output);
        return Octets.Text(output.WrittenSpan);
    }
}
