using System.Buffers;
using System.IO.Pipelines;
using Amavis.Protocols.Proxy;
using Amavis.Protocols.Tests.Smtp.Client;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests.Proxy;

/// <summary>Headers of load balancers, both versions.</summary>
public sealed class ProxyHeaderTests
{
    private const string Signature = "\r\n\r\n\0\r\nQUIT\n";

    public static TheoryData<string, string?, string?> Good() => new()
    {
        { "PROXY TCP4 192.0.2.9 198.51.100.1 45678 25\r\n", "192.0.2.9:45678", "198.51.100.1:25" },
        { "PROXY TCP6 2001:db8::1 2001:db8::2 45678 25\r\n", "[2001:db8::1]:45678", "[2001:db8::2]:25" },
        { "PROXY TCP6 ::ffff:192.0.2.9 ::1 1 2\r\n", "192.0.2.9:1", "[::1]:2" },
        { "PROXY UNKNOWN\r\n", null, null },
        { "PROXY UNKNOWN whatever it says\r\n", null, null },
        { Signature + "\x21\x11\0\x0c\xc0\0\x02\x09\xc6\x33\x64\x01\xb2\x6e\0\x19", "192.0.2.9:45678", "198.51.100.1:25" },
        { Signature + "\x21\x21\0\x24\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\x01\0\x02", "[2001:db8::1]:1", "[::1]:2" },
        { Signature + "\x21\x11\0\x10\xc0\0\x02\x09\xc6\x33\x64\x01\xb2\x6e\0\x19\x04\0\x01x", "192.0.2.9:45678", "198.51.100.1:25" },
        { Signature + "\x20\0\0\0", null, null },
        { Signature + "\x20\x11\0\x0c\xc0\0\x02\x09\xc6\x33\x64\x01\xb2\x6e\0\x19", null, null },
        { Signature + "\x21\0\0\0", null, null },
        { Signature + "\x21\x31\0\x02xx", null, null },
    };

    [Theory]
    [MemberData(nameof(Good))]
    public void Header_tells_both_ends_and_is_taken_off_however_it_comes(string octets, string? peer, string? local)
    {
        var input = Octets.Of(octets + "EHLO x\r\n");
        for (var size = 1; size <= octets.Length; size++)
        {
            var held = input.AsMemory(0, size);
            var buffer = new ReadOnlySequence<byte>(held);
            var expected = size < octets.Length ? ProxyHeaderStatus.Incomplete : ProxyHeaderStatus.Complete;
            ProxyHeader.Read(ref buffer, out _).ShouldBe(expected);
        }
        var whole = Octets.Cut(input, 3, 9, 7);
        ProxyHeader.Read(ref whole, out var header).ShouldBe(ProxyHeaderStatus.Complete);
        (header.Peer?.ToString(), header.Local?.ToString()).ShouldBe((peer, local));
        Octets.Text(whole.ToArray()).ShouldBe("EHLO x\r\n");
    }

    [Theory]
    [InlineData("EHLO mta.example.net\r\n")]
    [InlineData("PROXY\r\n")]
    [InlineData("PROXY TCP4 192.0.2.9\r\n")]
    [InlineData("PROXY TCP4 192.0.2.9 198.51.100.1 45678 70000\r\n")]
    [InlineData("PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n")]
    [InlineData("PROXY TCP6 192.0.2.9 192.0.2.8 1 2\r\n")]
    [InlineData("PROXY TCP4  192.0.2.9 198.51.100.1 1 2\r\n")]
    [InlineData("PROXY TCP4 192.0.2.9 198.51.100.1 1 2 3\r\n")]
    [InlineData("PRXOY TCP4 192.0.2.9 198.51.100.1 1 2\r\n")]
    [InlineData("\r\n\r\nQUIT")]
    [InlineData(Signature + "\x11\x11\0\x0c")]
    [InlineData(Signature + "\x22\x11\0\x0c")]
    [InlineData(Signature + "\x21\x11\xff\xff")]
    [InlineData(Signature + "\x21\x11\0\x02xx")]
    public void Anything_else_is_no_header(string octets)
    {
        var buffer = new ReadOnlySequence<byte>(Octets.Of(octets));
        ProxyHeader.Read(ref buffer, out _).ShouldBe(ProxyHeaderStatus.Malformed);
    }

    [Fact]
    public void Line_without_end_is_not_waited_for()
    {
        var buffer = new ReadOnlySequence<byte>(Octets.Of("PROXY " + new string('x', ProxyHeader.MaxLineOctets)));
        ProxyHeader.Read(ref buffer, out _).ShouldBe(ProxyHeaderStatus.Malformed);
    }

    [Fact]
    public void Reading_survives_any_octets() =>
        Prop.ForAll(Gen.Choose(0, 255).Select(i => (byte)i).ListOf().ToArbitrary(), octets =>
        {
            foreach (var start in (string[])["", "PROXY ", "PROXY TCP4 ", Signature, Signature + "\x21\x11\0\x0c"])
            {
                var buffer = new ReadOnlySequence<byte>([.. Octets.Of(start), .. octets]);
                ProxyHeader.Read(ref buffer, out _);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public async Task Reader_leaves_what_follows_and_gives_up_in_time()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(Octets.Of("PROXY TCP4 192.0.2.9 198.51.100.1 45678 25\r\nEHLO x\r\n"));
        (await ProxyHeaderReader.ReadAsync(pipe.Reader, TimeProvider.System, CancellationToken.None))!.Value.Peer!.Port.ShouldBe(45678);
        pipe.Reader.TryRead(out var rest).ShouldBeTrue();
        Octets.Text(rest.Buffer.ToArray()).ShouldBe("EHLO x\r\n");

        var time = new ManualTime();
        var silent = new Pipe();
        var waiting = ProxyHeaderReader.ReadAsync(silent.Reader, time, CancellationToken.None);
        time.Advance(ProxyHeaderReader.Limit);
        (await waiting.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBeNull();

        var gone = new Pipe();
        await gone.Writer.WriteAsync("PROXY"u8.ToArray());
        await gone.Writer.CompleteAsync();
        (await ProxyHeaderReader.ReadAsync(gone.Reader, time, CancellationToken.None)).ShouldBeNull();
    }
}
