using System.Net;
using System.Text;
using Amavis.Dns.Messages;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Dns.Tests.Messages;

public sealed class DnsMessageTests
{
    private static readonly Gen<string> Names =
        Gen.Elements("example.com", "a.example.com", "", "s1._domainkey.example.org", "odd\\.label.example", "\\000x.example", "EXAMPLE.com");

    private static readonly Gen<uint> Lives = Gen.Elements<uint>(0, 1, 300, 86400, int.MaxValue);

    private static readonly Gen<byte[]> Octets = Gen.Choose(0, 255).Select(i => (byte)i).ArrayOf();

    private static readonly Gen<DnsRecord> Records = Gen.OneOf(
        from name in Names from life in Lives from a in Gen.Choose(0, int.MaxValue) select (DnsRecord)new DnsRecord.Address(name, life, new IPAddress(BitConverter.GetBytes(a))),
        from name in Names from life in Lives from a in Gen.Choose(0, 255) select (DnsRecord)new DnsRecord.Address(name, life, new IPAddress([.. Enumerable.Repeat((byte)a, 16)])),
        from name in Names from life in Lives from to in Names from kind in Gen.Elements(RecordType.CNAME, RecordType.NS, RecordType.PTR) select (DnsRecord)new DnsRecord.Named(name, life, kind, to),
        from name in Names from life in Lives from to in Names from p in Gen.Choose(0, 65535) select (DnsRecord)new DnsRecord.MailExchange(name, life, p, to),
        from name in Names from life in Lives from text in Octets.ListOf()
        select (DnsRecord)new DnsRecord.Text(name, life, [.. text.Select(t => (ReadOnlyMemory<byte>)t.AsMemory(0, Math.Min(t.Length, 255)))]),
        from name in Names from life in Lives from serial in Lives select (DnsRecord)new DnsRecord.StartOfAuthority(name, life, "ns.example", "hostmaster.example", serial, life),
        from name in Names from life in Lives from data in Octets select (DnsRecord)new DnsRecord.Other(name, life, (RecordType)257, data));

    private static readonly Gen<DnsMessage> Messages =
        from id in Gen.Choose(0, 65535)
        from flags in Gen.Choose(0, 31)
        from code in Gen.Choose(0, 4000)
        from answers in Records.ListOf()
        from authorities in Records.ListOf()
        from additionals in Records.ListOf()
        select new DnsMessage
        {
            Id = (ushort)id,
            IsResponse = (flags & 1) != 0,
            Authoritative = (flags & 2) != 0,
            Truncated = (flags & 4) != 0,
            RecursionDesired = (flags & 8) != 0,
            RecursionAvailable = (flags & 16) != 0,
            Opcode = flags & 15,
            Code = (ResponseCode)code,
            UdpPayload = 1232,
            Questions = [new DnsQuestion("Example.com", RecordType.TXT)],
            Answers = answers,
            Authorities = authorities,
            Additionals = additionals,
        };

    [Fact]
    public void Writing_and_reading_gives_the_same_message() =>
        Prop.ForAll(Arb.From(Messages), message =>
        {
            var read = DnsMessageReader.TryRead(DnsMessageWriter.Write(message), out var fault);
            fault.ShouldBe("");
            read.ShouldNotBeNull();
            read.Answers.Select(Shown).ShouldBe(message.Answers.Select(Shown));
            read.Authorities.Select(Shown).ShouldBe(message.Authorities.Select(Shown));
            read.Additionals.Select(Shown).ShouldBe(message.Additionals.Select(Shown));
            read.Questions.ShouldBe(message.Questions);
            (read with { Questions = [], Answers = [], Authorities = [], Additionals = [] })
                .ShouldBe(message with { Questions = [], Answers = [], Authorities = [], Additionals = [] });
        }).QuickCheckThrowOnFailure();

    /// <summary>Compression may take the letters' case from an earlier name.</summary>
    private static object Shown(DnsRecord record) => record with { Name = record.Name.ToLowerInvariant() };

    [Fact]
    public void Any_octets_are_read_or_refused() =>
        Prop.ForAll(Arb.From(Octets), octets =>
        {
            DnsMessageReader.TryRead(octets, out _);
            DnsMessageReader.TryRead([0, 0, 0x81, 0x80, 0, 1, 0, 2, 0, 1, 0, 1, .. octets], out _);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_changed_octet_never_breaks_the_reader() =>
        Prop.ForAll(Arb.From(Messages), Arb.From(Gen.Choose(0, int.MaxValue)), (message, change) =>
        {
            var octets = DnsMessageWriter.Write(message);
            octets[change % octets.Length] ^= (byte)(1 << (change % 8));
            DnsMessageReader.TryRead(octets, out _);
            DnsMessageReader.TryRead(octets.AsSpan(0, change % octets.Length), out _);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("c00c")] // to itself
    [InlineData("01610c00c00c")]
    [InlineData("c010c00c0000")] // forward
    public void Pointers_that_lead_in_circles_end_the_reading(string name) =>
        DnsMessageReader.TryRead([.. Convert.FromHexString("000081800001000000000000" + name), 0, 1, 0, 1], out var fault).ShouldBeNull(fault);

    [Fact]
    public void Pointers_back_are_followed()
    {
        var octets = Convert.FromHexString("0000818000010001000000000161016200" + "00050001" + "c00c00050001000000050004" + "0163c00e");
        var message = DnsMessageReader.TryRead(octets, out _);
        message!.Answers.ShouldBe([new DnsRecord.Named("a.b", 5, RecordType.CNAME, "c.b")]);
    }

    [Fact]
    public void A_chain_of_pointers_does_not_make_a_name_longer_than_names_are()
    {
        // Each name is a label of 63 octets and a pointer to the one before.
        var octets = new List<byte>(Convert.FromHexString("000081800000000500000000"));
        var before = -1;
        for (var i = 0; i < 5; i++)
        {
            var at = octets.Count;
            octets.AddRange([63, .. Enumerable.Repeat((byte)'a', 63)]);
            octets.AddRange(before < 0 ? [0] : [(byte)(0xc0 | (before >> 8)), (byte)before]);
            octets.AddRange([0, 16, 0, 1, 0, 0, 0, 0, 0, 0]);
            before = at;
        }
        DnsMessageReader.TryRead([.. octets], out var fault).ShouldBeNull();
        fault.ShouldBe("a record can't be read");
    }

    [Fact]
    public void Of_a_truncated_message_what_is_whole_is_given()
    {
        var whole = new DnsMessage
        {
            IsResponse = true,
            Truncated = true,
            Questions = [new DnsQuestion("a.example", RecordType.A)],
            Answers = [new DnsRecord.Address("a.example", 5, IPAddress.Loopback), new DnsRecord.Address("a.example", 5, IPAddress.Any)],
        };
        var octets = DnsMessageWriter.Write(whole);
        DnsMessageReader.TryRead(octets.AsSpan(0, octets.Length - 3), out _)!.Answers.Count.ShouldBe(1);
        octets[2] &= 0xfd;
        DnsMessageReader.TryRead(octets.AsSpan(0, octets.Length - 3), out _).ShouldBeNull();
    }

    [Fact]
    public void Strings_of_a_text_record_are_joined_without_a_gap() =>
        new DnsRecord.Text("a", 1, [Encoding.ASCII.GetBytes("v=DKIM1; p=ab"), Encoding.ASCII.GetBytes("cd")]).Joined.ShouldBe("v=DKIM1; p=abcd");

    [Fact]
    public void Data_that_do_not_fit_their_type_are_kept_as_they_are()
    {
        var octets = DnsMessageWriter.Write(new DnsMessage { Answers = [new DnsRecord.Other("a", 1, RecordType.A, new byte[] { 1, 2, 3 })] });
        DnsMessageReader.TryRead(octets, out _)!.Answers[0].ShouldBeOfType<DnsRecord.Other>();
        octets = DnsMessageWriter.Write(new DnsMessage { Answers = [new DnsRecord.Other("a", 1, RecordType.TXT, new byte[] { 9, 2, 3 })] });
        DnsMessageReader.TryRead(octets, out _)!.Answers[0].ShouldBeOfType<DnsRecord.Other>();
    }
}
