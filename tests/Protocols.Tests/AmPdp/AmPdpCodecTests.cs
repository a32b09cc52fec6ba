using System.Buffers;
using System.Text;
using Amavis.Protocols.AmPdp;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests.AmPdp;

/// <summary>Lines and their encoding.</summary>
public sealed class AmPdpCodecTests
{
    internal static AmPdpMessage Read(string text)
    {
        var buffer = new ReadOnlySequence<byte>(Octets.Of(text));
        new AmPdpReader().Read(ref buffer, out var message).ShouldBe(AmPdpReadStatus.Complete);
        buffer.IsEmpty.ShouldBeTrue();
        return message!;
    }

    [Fact]
    public void Lines_of_all_tolerated_forms_are_read()
    {
        var message = Read("request=AM.PDP\r\nsender: <a=b@example.org>\nrecipient=<c:d@example.com>\r\nrecipient=<e@example.com>\r\nempty=\r\nblanks:  \t x \r\n\r\n");

        message.Attributes.ShouldBe(
        [
            new("request", "AM.PDP"), new("sender", "<a=b@example.org>"), new("recipient", "<c:d@example.com>"),
            new("recipient", "<e@example.com>"), new("empty", ""), new("blanks", "x "),
        ]);
        message.Values("recipient").ShouldBe(["<c:d@example.com>", "<e@example.com>"]);
        message.Value("recipient").ShouldBe("<c:d@example.com>");
        message.Value("absent").ShouldBeNull();
        message.Request.ShouldBe("am.pdp");
    }

    [Theory]
    [InlineData("a%20b", "a b")]
    [InlineData("%41%4a%4A", "AJJ")]
    [InlineData("100%", "100%")]
    [InlineData("%4", "%4")]
    [InlineData("%zz%25", "%zz%")]
    [InlineData("%c3%a9", "\u00e9")]
    [InlineData("%e9", "\u00e9")]
    [InlineData("%0d%0a%00", "\r\n\0")]
    public void Percent_codes_are_undone(string written, string expected) => Read($"n={written}\n\n").Value("n").ShouldBe(expected);

    [Fact]
    public void Names_are_decoded_as_well() => Read("a%3db=c\n\n").Attributes.ShouldBe([new("a=b", "c")]);

    [Fact]
    public void Lines_that_are_no_attribute_are_counted_and_left_out()
    {
        var message = Read("what is this\r\n=x\r\nrequest=release\r\n\r\n");

        message.UnparsableLines.ShouldBe(2);
        message.Attributes.ShouldBe([new("request", "release")]);
    }

    [Fact]
    public void Several_messages_follow_one_another()
    {
        var buffer = new ReadOnlySequence<byte>("\r\na=1\r\n\r\n\nb=2\n\nc=3\r\n"u8.ToArray());
        var reader = new AmPdpReader();

        reader.Read(ref buffer, out var first).ShouldBe(AmPdpReadStatus.Complete);
        reader.Read(ref buffer, out var second).ShouldBe(AmPdpReadStatus.Complete);
        reader.Read(ref buffer, out var third).ShouldBe(AmPdpReadStatus.Incomplete);

        first!.Attributes.ShouldBe([new("a", "1")]);
        second!.Attributes.ShouldBe([new("b", "2")]);
        third.ShouldBeNull();
    }

    [Fact]
    public void Limits_end_a_message_that_does_not()
    {
        Status(new string('x', AmPdpReader.MaxLineOctets + 1)).ShouldBe(AmPdpReadStatus.TooLarge);
        Status("a=" + new string('x', AmPdpReader.MaxLineOctets) + "\n").ShouldBe(AmPdpReadStatus.TooLarge);
        Status(string.Concat(Enumerable.Repeat("a=\n", AmPdpReader.MaxAttributes + 1))).ShouldBe(AmPdpReadStatus.TooLarge);
        Status(string.Concat(Enumerable.Repeat("a=" + new string('x', 200_000) + "\n", 22))).ShouldBe(AmPdpReadStatus.TooLarge);
        Status("a=" + new string('x', AmPdpReader.MaxLineOctets - 2) + "\n").ShouldBe(AmPdpReadStatus.Incomplete);

        static AmPdpReadStatus Status(string text)
        {
            var buffer = new ReadOnlySequence<byte>(Octets.Of(text));
            return new AmPdpReader().Read(ref buffer, out _);
        }
    }

    [Fact]
    public void Writing_escapes_what_could_end_a_line_or_a_field()
    {
        var writer = new AmPdpWriter();
        writer.Attribute("na me", "250", "2.5.0", "Ok, 100%\r\n\u00e9~!");
        writer.Attribute("empty");
        writer.Attribute("a_b.c+d-E");
        writer.End();

        Octets.Text(writer.Written.Span).ShouldBe("na%20me=250 2.5.0 Ok,%20100%25%0d%0a%c3%a9~!\r\nempty=\r\na_b.c+d-E=\r\n\r\n");
    }

    [Fact]
    public void What_is_written_is_read_again()
    {
        var text = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => new Rune(0).ToString() + s.Get)
            .Where(s => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(s)) == s);
        Prop.ForAll(text.Two().ListOf().ToArbitrary(), pairs =>
        {
            var writer = new AmPdpWriter();
            foreach (var (name, value) in pairs)
                writer.Attribute(name, value);
            writer.End();
            if (pairs.Count > 0)
                Read(Octets.Text(writer.Written.Span)).Attributes.ShouldBe(pairs.Select(p => new AmPdpAttribute(p.Item1, p.Item2)));
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Any_octets_are_read_the_same_however_they_are_cut()
    {
        var octet = Gen.Frequency((3, Gen.Elements((byte)'\n', (byte)'\r', (byte)'=', (byte)':', (byte)'%', (byte)'a', (byte)'0')), (1, Gen.Choose(0, 255).Select(i => (byte)i)));
        var arbitrary = octet.ListOf().SelectMany(list => Gen.Choose(0, list.Count).Select(cut => (Octets: list.ToArray(), Cut: cut))).ToArbitrary();
        Prop.ForAll(arbitrary, sample =>
        {
            var whole = ReadAll([sample.Octets]);
            var pieces = ReadAll([sample.Octets[..sample.Cut], sample.Octets[sample.Cut..]]);
            pieces.Select(Flat).ShouldBe(whole.Select(Flat));
        }).QuickCheckThrowOnFailure();

        static string Flat(AmPdpMessage m) => m.UnparsableLines + "|" + string.Join('|', m.Attributes);
    }

    /// <summary>Reads octets that arrive in pieces, what is left of one before the next.</summary>
    private static List<AmPdpMessage> ReadAll(byte[][] pieces)
    {
        var reader = new AmPdpReader();
        var messages = new List<AmPdpMessage>();
        byte[] left = [];
        foreach (var piece in pieces)
        {
            left = [.. left, .. piece];
            var buffer = Octets.Cut(left, 1, 2);
            while (reader.Read(ref buffer, out var message) == AmPdpReadStatus.Complete)
                messages.Add(message!);
            left = buffer.ToArray();
        }
        return messages;
    }
}
