using System.Text;
using Amavis.Core.Messages;
using Amavis.Protocols.Smtp.Server;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests.Smtp.Server;

public class DataDecoderTests
{
    [Theory]
    [InlineData(".\r\n", "")]
    [InlineData("a\r\n.\r\n", "a\r\n")]
    [InlineData("..\r\n.\r\n", ".\r\n")]
    [InlineData("...a\r\n..b\r\n.c\r\n.\r\n", "..a\r\n.b\r\nc\r\n")]
    [InlineData("\r\n.\r\n", "\r\n")]
    [InlineData("\0\r\n.\r\n", "\0\r\n")]
    public void Data_end_at_a_lone_dot_and_lose_their_stuffing(string wire, string content) =>
        Decode(wire).Text.ShouldBe(content);

    [Theory]
    [InlineData("\n", "\r\n", 0, 1)]
    [InlineData("a\nb", "a\r\nb", 0, 1)]
    [InlineData("\n\n", "\r\n\r\n", 0, 2)]
    [InlineData("a\rb", "ab", 1, 0)]
    [InlineData("\r\r", "", 2, 0)]
    [InlineData("a\r\r\n", "a\r\n", 1, 0)]
    [InlineData("\n\r", "\r\n", 1, 1)]
    public void Lone_LF_becomes_a_line_end_and_lone_CR_goes(string wire, string content, int bareCr, int bareLf)
    {
        var decoded = Decode(wire + "x\r\n.\r\n");
        decoded.Text.ShouldBe(content + "x\r\n");
        decoded.Facts.BareCr.ShouldBe(bareCr);
        decoded.Facts.BareLf.ShouldBe(bareLf);
    }

    [Fact]
    public void Places_of_lone_CRs_are_offsets_in_the_result()
    {
        Decode("ab\rc\n\rd\r\n\r.\r\n.\r\n").Facts.BareCrOffsets.ShouldBe([2, 5, 8]);
        var many = Decode(new string('\r', 5000) + "\r\n.\r\n");
        many.Facts.BareCr.ShouldBe(5000);
        many.Facts.BareCrOffsets.Count.ShouldBe(SmtpLimits.BareCrOffsets);
    }

    [Theory]
    [InlineData("a", false)]
    [InlineData(".a", false)]
    [InlineData("..a", true)]
    [InlineData("a\n.", true)]
    [InlineData("a\n..", true)]
    [InlineData("\r.", true)]
    [InlineData("a\r.", false)]
    [InlineData("a\r\n\r.", true)]
    [InlineData(".\r.", true)]
    public void Lines_that_will_need_stuffing_are_noticed(string wire, bool leadingDots) =>
        Decode(wire + "x\r\n.\r\n").Facts.LeadingDots.ShouldBe(leadingDots);

    [Theory]
    [InlineData("a\u00e4")]
    [InlineData("\0")]
    public void Strange_octets_are_noticed_wherever_they_stand(string strange)
    {
        for (var before = 0; before < 100; before++)
        {
            var decoded = Decode(new string('x', before) + strange + new string('y', 99 - before) + "\r\n.\r\n");
            decoded.Facts.EightBit.ShouldBe(strange.Contains('\u00e4'));
            decoded.Facts.Nul.ShouldBe(strange.Contains('\0'));
        }
    }

    [Fact]
    public void Octets_behind_the_end_are_neither_taken_nor_judged()
    {
        var decoded = Decode("a\r\n.\r\n\u00e4\0\r..\n");
        decoded.Taken.ShouldBe(6);
        decoded.Facts.EightBit.ShouldBeFalse();
        decoded.Facts.Nul.ShouldBeFalse();
        decoded.Facts.BareCr.ShouldBe(0);
    }

    [Fact]
    public void Any_octets_in_any_pieces_give_what_the_definition_gives()
    {
        var alphabet = Gen.Frequency((4, Gen.Elements<byte>((byte)'\r', (byte)'\n', (byte)'.')), (1, Gen.Elements<byte>(0, (byte)'a', 0xe4)));
        var runs = Gen.Frequency(
            (6, alphabet.ListOf().Select(l => l.ToArray())),
            (1, Gen.Choose(0, 90).Select(n => Enumerable.Repeat((byte)'x', n).ToArray())),
            (1, Gen.Constant("line\r\n"u8.ToArray())));
        var wires = runs.ListOf().Select(l => l.SelectMany(r => r).Concat("\r\n.\r\nQUIT\r\n"u8.ToArray()).ToArray());
        var cuts = Gen.Choose(1, 70).NonEmptyListOf().Select(l => l.ToArray());
        Prop.ForAll(wires.ToArbitrary(), cuts.ToArbitrary(), (wire, cut) =>
        {
            var expected = Definition(wire);
            Check(Decode(wire, cut), expected);
            Check(Decode(wire, [int.MaxValue]), expected);
            Check(Decode(wire, [1]), expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void Large_text_comes_out_in_large_pieces()
    {
        var line = Encoding.ASCII.GetBytes(new string('x', 76) + "\r\n");
        var wire = Enumerable.Repeat(line, 10_000).SelectMany(l => l).Concat(".\r\n"u8.ToArray()).ToArray();
        var sink = new Sink();
        new DataDecoder().Decode(wire, sink).ShouldBe(wire.Length);
        sink.Octets.ShouldBe(wire[..^3]);
        sink.Pieces.ShouldBe(1);

        // Also where every line has to be changed.
        var dotted = Enumerable.Repeat("..abc\n"u8.ToArray(), 100_000).SelectMany(l => l).Concat("\r\n.\r\n"u8.ToArray()).ToArray();
        sink = new Sink();
        new DataDecoder().Decode(dotted, sink);
        sink.Pieces.ShouldBeLessThan(50);
    }

    /// <summary>What CRLF.CRLF, unstuffing and lone CRs and LFs mean, said once more and slowly.</summary>
    private static Decoded Definition(byte[] wire)
    {
        var text = Encoding.Latin1.GetString(wire);
        var atStart = text.StartsWith(".\r\n", StringComparison.Ordinal);
        var end = atStart ? 0 : text.IndexOf("\r\n.\r\n", StringComparison.Ordinal) + 2;
        var content = new StringBuilder();
        var facts = new SpoolFacts();
        var offsets = new List<long>();
        for (var i = 0; i < end; i++)
        {
            var stuffed = text[i] == '.' && (i == 0 || (i >= 2 && text[i - 2] == '\r' && text[i - 1] == '\n'));
            if (stuffed)
                continue;
            if (text[i] == '\r' && text[i + 1] != '\n')
            {
                facts = facts with { BareCr = facts.BareCr + 1 };
                offsets.Add(content.Length);
                continue;
            }
            if (text[i] == '\n' && (i == 0 || text[i - 1] != '\r'))
            {
                facts = facts with { BareLf = facts.BareLf + 1 };
                content.Append('\r');
            }
            content.Append(text[i]);
        }
        var result = content.ToString();
        return new Decoded(end + 3, result, facts with
        {
            EightBit = result.Any(c => c >= 0x80),
            Nul = result.Contains('\0'),
            LeadingDots = result.StartsWith('.') || result.Contains("\n."),
            BareCrOffsets = [.. offsets.Take(SmtpLimits.BareCrOffsets)],
        });
    }

    private static void Check(Decoded decoded, Decoded expected)
    {
        decoded.Text.ShouldBe(expected.Text);
        decoded.Taken.ShouldBe(expected.Taken);
        decoded.Facts.BareCrOffsets.ShouldBe(expected.Facts.BareCrOffsets);
        decoded.Facts.ShouldBe(expected.Facts with { BareCrOffsets = decoded.Facts.BareCrOffsets });
    }

    private static Decoded Decode(string wire) => Decode(Encoding.Latin1.GetBytes(wire), [int.MaxValue]);

    private static Decoded Decode(byte[] wire, int[] cuts)
    {
        var decoder = new DataDecoder();
        var sink = new Sink();
        var taken = 0;
        for (var i = 0; taken < wire.Length && !decoder.IsComplete; i++)
            taken += decoder.Decode(wire.AsSpan(taken, Math.Min(cuts[i % cuts.Length], wire.Length - taken)), sink);
        decoder.IsComplete.ShouldBeTrue();
        decoder.Length.ShouldBe(sink.Octets.Count);
        return new Decoded(taken, Encoding.Latin1.GetString([.. sink.Octets]), decoder.Facts);
    }

    private sealed record Decoded(int Taken, string Text, SpoolFacts Facts);

    private sealed class Sink : IOctetSink
    {
        public List<byte> Octets { get; } = [];

        public int Pieces { get; private set; }

        public void Write(ReadOnlySpan<byte> octets)
        {
            Octets.AddRange(octets);
            Pieces++;
        }
    }
}
