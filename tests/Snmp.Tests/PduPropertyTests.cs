using System.Buffers;
using Amavis.Core.Counters;
using Amavis.Core.Status;
using Amavis.Snmp.AgentX;
using Amavis.Snmp.Mib;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Snmp.Tests;

public sealed class PduPropertyTests
{
    private static readonly Gen<byte> AnyOctet = Gen.Choose(0, 255).Select(i => (byte)i);

    private static readonly Gen<byte[]> Octets = AnyOctet.ListOf().Select(l => l.ToArray());

    private static readonly Gen<uint> Number = Gen.OneOf(Gen.Choose(0, 20).Select(i => (uint)i), Gen.Elements(4u, 255u, 256u, 15312u, uint.MaxValue));

    private static readonly Gen<Oid> AnyOid = Gen.Frequency(
        (1, Gen.Constant(Oid.Null)),
        (3, Number.ListOf().Select(l => Oid.Of([.. l.Take(Oid.MaxLength)]))),
        (4, Number.ListOf().Select(l => Oid.Of([1, 3, 6, 1, .. l.Take(60)]))));

    private static readonly Gen<SnmpValue> Value = Gen.OneOf(
        Number.Select(n => SnmpValue.Integer(unchecked((int)n))),
        Number.Select(n => SnmpValue.Counter32(n)),
        Number.Select(n => SnmpValue.Gauge32(n)),
        Number.Select(n => SnmpValue.Of(SnmpType.TimeTicks, n)),
        Number.Two().Select(n => SnmpValue.Counter64(((long)n.Item1 << 32) + n.Item2)),
        Octets.Select(o => SnmpValue.Of(SnmpType.OctetString, o)),
        Octets.Select(o => SnmpValue.Of(SnmpType.Opaque, o)),
        AnyOctet.ListOf(4).Select(o => SnmpValue.Of(SnmpType.IpAddress, o.ToArray())),
        AnyOid.Select(SnmpValue.Of),
        Gen.Elements(SnmpValue.Null, SnmpValue.NoSuchObject, SnmpValue.NoSuchInstance, SnmpValue.EndOfMibView));

    private static readonly Gen<IReadOnlyList<VarBind>> Variables =
        AnyOid.SelectMany(name => Value.Select(value => new VarBind(name, value))).ListOf().Select(l => (IReadOnlyList<VarBind>)[.. l]);

    private static readonly Gen<IReadOnlyList<SearchRange>> Ranges =
        AnyOid.Two().SelectMany(o => Gen.Elements(true, false).Select(include => new SearchRange(o.Item1, include, o.Item2)))
            .ListOf().Select(l => (IReadOnlyList<SearchRange>)[.. l]);

    private static readonly Gen<Registration> AnyRegistration = AnyOid.SelectMany(oid => AnyOctet.Two().SelectMany(o => Number.Select(bound =>
        new Registration(oid, o.Item1, o.Item2, o.Item2 == 0 ? null : bound))));

    private static readonly Gen<PduBody> Body = Gen.OneOf(
        AnyOctet.SelectMany(t => AnyOid.Select(o => (PduBody)new PduBody.Open(t, o, "a subagent"))),
        Gen.Elements(Enum.GetValues<CloseReason>()).Select(r => (PduBody)new PduBody.Close(r)),
        AnyRegistration.SelectMany(r => AnyOctet.Select(t => (PduBody)new PduBody.Register(r, t))),
        AnyRegistration.Select(r => (PduBody)new PduBody.Unregister(r)),
        Ranges.Select(r => (PduBody)new PduBody.Get(r)),
        Ranges.Select(r => (PduBody)new PduBody.GetNext(r)),
        Ranges.SelectMany(r => Gen.Choose(0, 65535).Two().Select(n => (PduBody)new PduBody.GetBulk(n.Item1, n.Item2, r))),
        Variables.Select(v => (PduBody)new PduBody.TestSet(v)),
        Variables.Select(v => (PduBody)new PduBody.Notify(v)),
        Gen.Elements<PduBody>(new PduBody.CommitSet(), new PduBody.UndoSet(), new PduBody.CleanupSet(), new PduBody.Ping()),
        Variables.SelectMany(v => Gen.Elements(Enum.GetValues<ResponseError>()).SelectMany(e => Gen.Choose(0, 65535).Select(i =>
            (PduBody)new PduBody.Response(77, e, i, v)))));

    private static readonly Gen<AgentXPdu> Pdu = Body.SelectMany(body => Number.Three().SelectMany(ids =>
        Gen.Elements(null, "", "c", "länger").Select(context => new AgentXPdu(ids.Item1, ids.Item2, ids.Item3, body, context))));

    private static readonly AgentXResponder Responder = new(AmavisMib.Build(new MibSources
    {
        Counters = new CounterSet(),
        Daemon = () => new DaemonFacts("amavis-1", "mx.example.com", "", "", 1, TimeSpan.FromSeconds(1)),
        Slots = () => [],
    }));

    [Fact]
    public void P3_what_is_written_is_read_again_in_both_byte_orders() =>
        Prop.ForAll(Pdu.ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), (pdu, network) =>
        {
            var (status, header, read) = Read(new ReadOnlySequence<byte>(Write(pdu, network)));
            status.ShouldBe(PduStatus.Complete);
            header.IsNetworkByteOrder.ShouldBe(network);
            Text(read!).ShouldBe(Text(pdu));
            Write(read!, network).ShouldBe(Write(pdu, network));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void P4_a_PDU_is_the_same_however_it_is_cut() =>
        Prop.ForAll(Pdu.ToArbitrary(), Gen.Choose(1, 40).NonEmptyListOf().ToArbitrary(), (pdu, cuts) =>
        {
            var octets = Write(pdu, true);
            Text(Read(Testing.Octets.Cut(octets, [.. cuts])).Pdu!).ShouldBe(Text(pdu));
            foreach (var length in cuts.Where(c => c < octets.Length))
                Read(new ReadOnlySequence<byte>(octets, 0, length)).Status.ShouldBe(PduStatus.Incomplete);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reading_survives_any_octets_behind_a_header() =>
        Prop.ForAll(Octets.ToArbitrary(), Gen.Choose(0, 255).Two().ToArbitrary(), (payload, choice) =>
        {
            byte[] filled = [.. payload, .. new byte[-payload.Length & 3]];
            byte[] octets = [1, (byte)(choice.Item1 % 20), (byte)(choice.Item2 & 0x18), 0, .. new byte[12], 0, 0, 0, 0, .. filled];
            octets[(choice.Item2 & 0x10) != 0 ? 19 : 16] = (byte)filled.Length;
            Survive(octets);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Reading_and_answering_survive_damage() =>
        Prop.ForAll(Pdu.ToArbitrary(), AnyOctet.Three().ToArbitrary(), (pdu, damage) =>
        {
            var octets = Write(pdu, true);
            octets[(damage.Item1 << 8 | damage.Item2) % octets.Length] = damage.Item3;
            Survive(octets);
        }).QuickCheckThrowOnFailure();

    /// <summary>Reads until it can't go on, and answers what was read.</summary>
    private static void Survive(byte[] octets)
    {
        var buffer = new ReadOnlySequence<byte>(octets);
        while (PduCodec.TryRead(ref buffer, out _, out var pdu) is PduStatus.Complete or PduStatus.Malformed)
            if (pdu is not null && Responder.Answer(pdu) is { } answer)
                Write(new AgentXPdu(1, 2, 3, answer), true).Length.ShouldBeGreaterThanOrEqualTo(PduHeader.Octets);
    }

    private static string Text(AgentXPdu pdu) => $"{pdu.SessionId} {pdu.TransactionId} {pdu.PacketId} {PduText.Of(pdu)}";

    private static byte[] Write(AgentXPdu pdu, bool network)
    {
        var output = new ArrayBufferWriter<byte>();
        PduCodec.Write(output, pdu, network);
        return output.WrittenSpan.ToArray();
    }

    private static (PduStatus Status, PduHeader Header, AgentXPdu? Pdu) Read(ReadOnlySequence<byte> octets)
    {
        var status = PduCodec.TryRead(ref octets, out var header, out var pdu);
        return (status, header, pdu);
    }
}
