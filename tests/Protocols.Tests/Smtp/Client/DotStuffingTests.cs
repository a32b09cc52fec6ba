using Amavis.Core.Messages;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>What arrives is what was sent, wherever the pieces are cut.</summary>
public sealed class DotStuffingTests
{
    [Fact]
    public async Task Any_message_in_any_pieces_arrives_unchanged()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();
        var lines = Gen.Elements("", ".", "..", "...x", ".\u00e9", "a", "a.b", ".QUIT", new string('.', 70)).ListOf();
        var messages = lines.SelectMany(list => Gen.Choose(1, 9).Select(piece => (Text: string.Concat(list.Select(l => l + "\r\n")), Piece: piece)));
        var samples = messages.Sample(20, 150);

        foreach (var (text, piece) in samples)
        {
            (await pool.Send(To(hop) with { Message = new Pieces(Octets.Of(text), piece) })).Recipients[0].Reply.IsSuccess.ShouldBeTrue();
            hop.Transactions[^1].Data.ShouldBe(text);
        }
        hop.Connections.ShouldBe(1);
    }

    [Theory]
    [InlineData(65_530)]
    [InlineData(65_531)]
    [InlineData(65_532)]
    [InlineData(65_536)]
    [InlineData(300_001)]
    public async Task Messages_around_the_size_of_the_buffer_arrive_unchanged(int octets)
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();
        foreach (var pieces in new[] { 1, 7, 65_536, octets })
        {
            var text = string.Concat(Enumerable.Repeat("..\r\n.\r\n", octets / 7))[..(octets / 7 * 7)].TrimEnd('\r', '\n', '.') + "\r\n.";
            text += new string('y', octets - text.Length % octets) + "\r\n";

            await pool.Send(To(hop) with { Message = new Pieces(Octets.Of(text), pieces) });

            hop.Transactions[^1].Data.ShouldBe(text);
        }
    }

    [Fact]
    public async Task Empty_message_ends_at_a_lone_dot()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop) with { Message = new Pieces([], 1) });

        hop.Reads[^1].ShouldBe(".\r\n");
    }

    [Fact]
    public async Task Missing_last_line_end_is_added()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop) with { Message = new Pieces(Octets.Of("a\r\nb"), 1) });

        hop.Reads[^1].ShouldBe("a\r\nb\r\n.\r\n");
    }

    [Fact]
    public async Task Message_without_leading_dots_is_sent_as_it_is()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        await pool.Send(To(hop) with { Message = new Pieces(Octets.Of("a.\r\nb.c\r\n"), 3, leadingDots: false) });

        hop.Reads[^1].ShouldBe("a.\r\nb.c\r\n.\r\n");
    }

    private sealed class Pieces(byte[] octets, int length, bool leadingDots = true) : OutgoingMessage
    {
        public override long Length => octets.Length;
        public override bool LeadingDots => leadingDots;
        public override bool EightBit => true;

        public override IEnumerable<ReadOnlyMemory<byte>> Chunks()
        {
            // One array for all, as a piece is valid only until the next one is taken.
            var piece = new byte[length];
            for (var at = 0; at < octets.Length; at += length)
            {
                var take = Math.Min(length, octets.Length - at);
                octets.AsSpan(at, take).CopyTo(piece);
                yield return piece.AsMemory(0, take);
            }
        }
    }
}
