using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Protocols.Milter;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests.Milter;

/// <summary>Packets, options and texts.</summary>
public sealed class MilterCodecTests
{
    /// <summary>A packet as it goes over the wire.</summary>
    internal static byte[] Packet(char command, ReadOnlySpan<byte> payload)
    {
        var packet = new byte[5 + payload.Length];
        BinaryPrimitives.WriteUInt32BigEndian(packet, (uint)payload.Length + 1);
        packet[4] = (byte)command;
        payload.CopyTo(packet.AsSpan(5));
        return packet;
    }

    /// <summary>All packets in octets; bodies put together.</summary>
    internal static (List<(char Command, byte[] Payload)> Packets, MilterReadStatus End) ReadAll(IEnumerable<byte[]> pieces)
    {
        var packets = new List<(char, byte[])>();
        var reader = new MilterPacketReader();
        var body = new List<byte>();
        var held = Array.Empty<byte>();
        foreach (var piece in pieces)
        {
            held = [.. held, .. piece];
            var buffer = new ReadOnlySequence<byte>(held);
            MilterReadStatus status;
            while ((status = reader.Read(ref buffer, out var packet)) == MilterReadStatus.Complete)
            {
                body.AddRange(packet.Payload.ToArray());
                if (!packet.IsEnd)
                    continue;
                packets.Add(((char)packet.Command, [.. body]));
                body.Clear();
            }
            if (status == MilterReadStatus.Malformed)
                return (packets, status);
            held = buffer.ToArray();
        }
        return (packets, MilterReadStatus.Incomplete);
    }

    [Fact]
    public void Packets_are_read_whatever_the_cuts()
    {
        byte[][] written = [Packet('O', new byte[12]), Packet('H', "mx\0"u8), Packet('B', "one\r\ntwo"u8), Packet('B', []), Packet('E', "three"u8), Packet('E', []), Packet('Q', [])];
        byte[] all = [.. written.SelectMany(w => w)];

        for (var size = 1; size <= all.Length; size++)
        {
            var (packets, end) = ReadAll(all.Chunk(size));
            end.ShouldBe(MilterReadStatus.Incomplete);
            packets.SelectMany(p => Packet(p.Command, p.Payload)).ShouldBe(all);
        }
    }

    [Theory]
    [InlineData(0u, 'H')]
    [InlineData(0u, 'B')]
    [InlineData(0xffffffffu, 'L')]
    [InlineData(0xffffffffu, 'B')]
    [InlineData((uint)MilterPacketReader.MaxPacketOctets + 1, 'L')]
    [InlineData((uint)MilterPacketReader.MaxBodyPacketOctets + 1, 'E')]
    public void Length_that_lies_ends_the_reading_before_anything_is_waited_for(uint length, char command)
    {
        var head = new byte[5];
        BinaryPrimitives.WriteUInt32BigEndian(head, length);
        head[4] = (byte)command;

        ReadAll([head]).End.ShouldBe(MilterReadStatus.Malformed);
    }

    [Fact]
    public void Long_body_is_handed_on_before_it_is_there_as_a_whole()
    {
        var buffer = new ReadOnlySequence<byte>(Packet('B', new byte[65535]).AsMemory(0, 1000));

        new MilterPacketReader().Read(ref buffer, out var packet).ShouldBe(MilterReadStatus.Complete);

        (packet.Payload.Length, packet.IsEnd).ShouldBe((995, false));
        buffer.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Reading_survives_any_octets_and_does_not_depend_on_the_cuts() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(i => (byte)i).ListOf().ToArbitrary(), Gen.Choose(1, 9).ToArbitrary(), (octets, size) =>
        {
            // Small lengths, so that there are packets.
            byte[] input = [.. octets.Chunk(9).SelectMany(c => (byte[])[0, 0, 0, (byte)(c[0] % 12), .. c])];
            var whole = ReadAll([input]);
            var cut = ReadAll(input.Chunk(size));
            cut.End.ShouldBe(whole.End);
            cut.Packets.Select(p => (p.Command, Octets.Text(p.Payload))).ShouldBe(whole.Packets.Select(p => (p.Command, Octets.Text(p.Payload))));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Options_are_agreed_on_by_what_both_can_do()
    {
        var payload = new byte[20];
        BinaryPrimitives.WriteUInt32BigEndian(payload, 8);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), 0x1f);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(8), 0x1fffff);

        var agreed = MilterOptions.Read(payload)!.Agree(MilterActions.AddHeaders | MilterActions.ChangeSender, MilterSteps.Skip);

        agreed.ShouldBe(new MilterOptions(6, MilterActions.AddHeaders, MilterSteps.Skip));
        MilterOptions.Read(agreed.Encode([])).ShouldBe(agreed);
        MilterOptions.Read(payload.AsSpan(0, 11)).ShouldBeNull();
        Octets.Text(agreed.Encode([(5, "i j")]).AsSpan(12)).ShouldBe("\0\0\0\u0005i j\0");
    }

    [Fact]
    public void Texts_end_at_NUL_or_at_the_end()
    {
        MilterText.All("<a@b>\0SIZE=1\0rest"u8, 10).ShouldBe(["<a@b>", "SIZE=1", "rest"]);
        MilterText.All("a\0b\0c\0"u8, 2).ShouldBe(["a", "b"]);
        MilterText.All([], 10).ShouldBeEmpty();
        MilterText.Decode("caf\u00e9"u8).ShouldBe("café");
        MilterText.Decode([0xe9]).ShouldBe("é");
    }

    [Fact]
    public void Every_packet_of_a_filter_has_its_form()
    {
        Written(w => w.Write(MilterReplyCode.Continue)).ShouldBe("c");
        Written(w => w.InsertHeader(1, "X-A", "b")).ShouldBe("i\0\0\0\u0001X-A\0b\0");
        Written(w => w.AddHeader("X-A", "b\n c")).ShouldBe("hX-A\0b\n c\0");
        Written(w => w.ChangeHeader(2, "Subject", "new")).ShouldBe("m\0\0\0\u0002Subject\0new\0");
        Written(w => w.ChangeHeader(1, "Subject", null)).ShouldBe("m\0\0\0\u0001Subject\0\0");
        Written(w => w.ChangeHeader(1, "Subject", "")).ShouldBe("m\0\0\0\u0001Subject\0 \0");
        Written(w => w.AddRecipient("<a@b>")).ShouldBe("+<a@b>\0");
        Written(w => w.DeleteRecipient("a@b"u8)).ShouldBe("-a@b\0");
        Written(w => w.ChangeSender("<>")).ShouldBe("e<>\0");
        Written(w => w.Quarantine("why")).ShouldBe("qwhy\0");
        Written(w => w.ReplaceBody("new\r\n"u8)).ShouldBe("bnew\r\n");
        Should.Throw<ArgumentOutOfRangeException>(() => Written(w => w.ReplaceBody(new byte[65536])));
    }

    [Fact]
    public void Bodies_of_fields_have_a_blank_where_that_was_agreed_on()
    {
        Written(w => w.AddHeader("X-A", "b"), leadingBlanks: true).ShouldBe("hX-A\0 b\0");
        Written(w => w.AddHeader("X-A", "\tb"), leadingBlanks: true).ShouldBe("hX-A\0\tb\0");
        Written(w => w.AddHeader("X-A", ""), leadingBlanks: true).ShouldBe("hX-A\0\0");
    }

    [Fact]
    public void Texts_can_not_begin_another_line_or_field()
    {
        Written(w => w.AddHeader("X-A", "a\r\n b\0c")).ShouldBe("hX-A\0a\n bc\0");
        Written(w => w.AddHeader("X\r\nA\0", "a")).ShouldBe("hX  A\0a\0");
        Written(w => w.Quarantine("a\r\nb")).ShouldBe("qa  b\0");
        Written(w => w.Reply(new SmtpReply(554, "5.7.0 a\r\nb\0c"))).ShouldBe("y554 5.7.0 a\\r\\nb\\x00c\0");
    }

    [Theory]
    [InlineData(554, "5.7.0 100% spam", "y554 5.7.0 100%% spam\0")]
    [InlineData(451, "4.5.0 later", "y451 4.5.0 later\0")]
    [InlineData(450, "no enhanced code", "y450 4.0.0 no enhanced code\0")]
    [InlineData(554, "4.7.0 of another class", "y554 5.0.0 of another class\0")]
    [InlineData(250, "2.0.0 is no refusal", "t")]
    [InlineData(0, "", "t")]
    public void Replies_are_given_as_MTAs_take_them(int code, string text, string expected) =>
        Written(w => w.Reply(new SmtpReply(code, text))).ShouldBe(expected);

    [Fact]
    public void Long_reply_is_cut()
    {
        var reply = Written(w => w.Reply(new SmtpReply(554, "5.7.0 " + string.Concat(Enumerable.Repeat("é", 2000)))));

        Encoding.UTF8.GetByteCount(reply).ShouldBeLessThan(980 * 2);
        reply.ShouldEndWith("...\0");
    }

    private static string Written(Action<MilterReplyWriter> write, bool leadingBlanks = false)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new MilterReplyWriter(output) { LeadingBlanks = leadingBlanks };
        write(writer);
        writer.PendingOctets.ShouldBe(output.WrittenCount);
        BinaryPrimitives.ReadUInt32BigEndian(output.WrittenSpan).ShouldBe((uint)output.WrittenCount - 4);
        return Octets.Text(output.WrittenSpan[4..]);
    }
}
