using System.Buffers;
using Amavis.Snmp.AgentX;
using Amavis.Testing;

namespace Amavis.Snmp.Tests;

public sealed class PduCodecTests
{
    private static readonly Oid Root = Oid.Parse("1.3.6.1.4.1.15312.2.1");

    private static byte[] Write(AgentXPdu pdu, bool network = true)
    {
        var output = new ArrayBufferWriter<byte>();
        PduCodec.Write(output, pdu, network);
        return output.WrittenSpan.ToArray();
    }

    private static (PduStatus Status, AgentXPdu? Pdu, long Left) Read(params byte[] octets)
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        var status = PduCodec.TryRead(ref buffer, out _, out var pdu);
        return (status, pdu, buffer.Length);
    }

    private static byte[] Hex(string text) => Convert.FromHexString(string.Concat(text.Where(c => !char.IsWhiteSpace(c))));

    /// <summary>RFC 2741 §5.1, §6.2.3: a prefix of 4 stands for 1.3.6.1.4.</summary>
    [Fact]
    public void A_register_has_the_octets_of_the_standard()
    {
        var pdu = new AgentXPdu(7, 0, 2, new PduBody.Register(new Registration(Root.Append(1))));
        Write(pdu).ShouldBe(Hex("""
            01 03 10 00  00000007 00000000 00000002 0000001C
            00 7F 00 00
            05 04 00 00  00000001 00003BD0 00000002 00000001 00000001
            """));
    }

    /// <summary>RFC 2741 §5.3: strings are filled up to four octets, which their length does not count.</summary>
    [Fact]
    public void An_open_has_the_octets_of_the_standard()
    {
        var pdu = new AgentXPdu(0, 0, 1, new PduBody.Open(0, Oid.Null, "amavis"));
        Write(pdu).ShouldBe(Hex("""
            01 01 10 00  00000000 00000000 00000001 00000014
            00 00 00 00
            00 00 00 00
            00000006 616D6176 69730000
            """));
    }

    [Fact]
    public void Values_have_the_octets_of_the_standard()
    {
        var name = Oid.Of(1, 2);
        VarBind[] variables =
        [
            new(name, SnmpValue.Integer(-2)), new(name, SnmpValue.Counter64(0x0102030405060708)), new(name, SnmpValue.Text("abcde")),
            new(name, SnmpValue.Of(Oid.Parse("1.3.6.1.2"))), new(name, SnmpValue.NoSuchInstance),
        ];
        Write(new AgentXPdu(0, 0, 0, new PduBody.Response(0, ResponseError.None, 0, variables)))[20..].ShouldBe(Hex("""
            00000000 0000 0000
            0002 0000  02 00 00 00 00000001 00000002  FFFFFFFE
            0046 0000  02 00 00 00 00000001 00000002  01020304 05060708
            0004 0000  02 00 00 00 00000001 00000002  00000005 61626364 65000000
            0006 0000  02 00 00 00 00000001 00000002  00 02 00 00
            0081 0000  02 00 00 00 00000001 00000002
            """));
    }

    [Fact]
    public void The_lowest_octet_may_come_first()
    {
        var (status, pdu, left) = Read(Hex("""
            01 06 00 00  07000000 09000000 02000000 24000000
            05 04 01 00  01000000 D03B0000 02000000 01000000 01000000
            02 04 00 00  01000000 D13B0000
            """));
        (status, left).ShouldBe((PduStatus.Complete, 0));
        (pdu!.SessionId, pdu.TransactionId, pdu.PacketId).ShouldBe((7u, 9u, 2u));
        PduText.Of(pdu).ShouldBe("GetNext 1.3.6.1.4.1.15312.2.1.1 included to 1.3.6.1.4.1.15313");
    }

    [Fact]
    public void A_context_comes_before_the_payload() =>
        PduText.Of(Read(Write(new AgentXPdu(1, 2, 3, new PduBody.Get([new SearchRange(Root, false, Oid.Null)]), "other"))).Pdu!)
            .ShouldBe("(other) Get 1.3.6.1.4.1.15312.2.1");

    [Fact]
    public void One_pdu_is_taken_off_at_a_time()
    {
        var two = Write(new AgentXPdu(1, 0, 5, new PduBody.Ping())).Concat(Write(new AgentXPdu(1, 0, 6, new PduBody.CleanupSet()))).ToArray();
        var (status, pdu, left) = Read(two);
        (status, pdu!.PacketId, left).ShouldBe((PduStatus.Complete, 5u, 20));
    }

    [Theory]
    [InlineData("02 0D 10 00 00000001 00000000 00000001 00000000", PduStatus.Unusable)]
    [InlineData("01 0D 10 00 00000001 00000000 00000001 00040004", PduStatus.Unusable)]
    [InlineData("01 0D 10 00 00000001 00000000 00000001 FFFFFFFF", PduStatus.Unusable)]
    [InlineData("01 0D 10 00 00000001 00000000 00000001", PduStatus.Incomplete)]
    [InlineData("01 0D 10 00 00000001 00000000 00000001 00000004", PduStatus.Incomplete)]
    // Left over, or not filled up to four octets.
    [InlineData("01 0D 10 00 00000001 00000000 00000001 00000004 00000000", PduStatus.Malformed)]
    [InlineData("01 0D 10 00 00000001 00000000 00000001 00000001 00", PduStatus.Malformed)]
    // A string longer than the rest, an identifier longer than the rest, than 128 numbers, and than that with its prefix.
    [InlineData("01 01 10 00 00000001 00000000 00000001 0000000C 00000000 00000000 FFFFFFFF", PduStatus.Malformed)]
    [InlineData("01 05 10 00 00000001 00000000 00000001 00000004 01000000", PduStatus.Malformed)]
    [InlineData("01 05 10 00 00000001 00000000 00000001 00000004 FF000000", PduStatus.Malformed)]
    // A response without its fields, a value of an unknown type, an address of three octets.
    [InlineData("01 12 10 00 00000001 00000000 00000001 00000000", PduStatus.Malformed)]
    [InlineData("01 08 10 00 00000001 00000000 00000001 00000008 0003 0000 00000000", PduStatus.Malformed)]
    [InlineData("01 08 10 00 00000001 00000000 00000001 00000010 0040 0000 00000000 00000003 01020300", PduStatus.Malformed)]
    [InlineData("01 08 10 00 00000001 00000000 00000001 00000010 0040 0000 00000000 00000004 01020304", PduStatus.Complete)]
    [InlineData("01 63 10 00 00000001 00000000 00000001 00000004 01020304", PduStatus.Complete)]
    public void What_is_wrong_has_a_name(string octets, PduStatus expected) => Read(Hex(octets)).Status.ShouldBe(expected);

    [Fact]
    public void The_longest_identifier_is_read_and_a_longer_one_is_not()
    {
        var longest = Oid.Of([1, 3, 6, 1, 4, .. new uint[Oid.MaxLength - 5]]);
        var octets = Write(new AgentXPdu(1, 0, 1, new PduBody.Get([new SearchRange(longest, false, Oid.Null)])));
        PduText.Of(Read(octets).Pdu!).ShouldBe($"Get {longest}");
        // One number more behind the same prefix.
        byte[] longer = [.. octets[..20], 124, 4, 0, 0, .. octets[24..], 0, 0, 0, 0];
        longer[19] += 4;
        Read(longer).Status.ShouldBe(PduStatus.Malformed);
    }
}
