using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;
using Amavis.Protocols.Tests.AmPdp;
using Amavis.Protocols.Tests.Milter;
using Amavis.Protocols.Tests.Smtp.Server;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Protocols.Tests;

/// <summary>A session gives the same replies and takes the same messages for every way its octets are cut into segments (property P4).</summary>
public sealed class SplitTests
{
    private static readonly Arbitrary<int[]> Cuts = Gen.Choose(1, 90).NonEmptyListOf().Select(l => l.ToArray()).ToArbitrary();

    private static readonly Config Few = Config.QuickThrowOnFailure.WithMaxTest(30);

    public static TheoryData<string> Transcripts =>
        [.. Directory.EnumerateFiles(Path.Combine(Samples.Root, "tests", "Protocols.Tests", "Smtp", "transcripts"), "*.txt").Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Transcripts))]
    public void P4_sessions_of_SMTP_and_LMTP_go_the_same_way_for_every_cut(string path)
    {
        var transcript = Transcript.Read(path);
        var whole = RunSmtp(transcript, [transcript.Sent]);
        Prop.ForAll(Cuts, cuts => RunSmtp(transcript, Pieces(transcript.Sent, cuts)).ShouldBe(whole)).Check(Few);
    }

    [Fact]
    public void P4_milter_sessions_go_the_same_way_for_every_cut()
    {
        byte[] session =
        [
            .. MilterCodecTests.Packet('O', MilterHarness.OptionPayload(6, MilterHarness.AllActions, 0)), .. Packet('C', "mx.example\04\0\u0019192.0.2.1\0"), .. Packet('H', "mx\0"),
            .. Packet('D', "Mi\04QX\0"), .. Packet('M', "<a@b.example>\0SIZE=100\0"), .. Packet('R', "<c@d.example>\0"), .. Packet('T', ""), .. Packet('L', "Subject\0 hello\0"), .. Packet('N', ""),
            .. Packet('B', "one\r\n.two\r\n"), .. Packet('B', "three"), .. Packet('E', "four\r\n"), .. Packet('M', "<>\0"), .. Packet('R', "<c@d.example>\0"), .. Packet('A', ""), .. Packet('Q', ""),
        ];
        var whole = RunMilter([session]);
        whole.ShouldContain("hello");
        Prop.ForAll(Cuts, cuts => RunMilter(Pieces(session, cuts)).ShouldBe(whole)).Check(Few);
        RunMilter(session.Chunk(1)).ShouldBe(whole);
    }

    [Fact]
    public void P4_AMPDP_requests_are_answered_the_same_for_every_cut()
    {
        var requests = Octets.Of("request=release\r\nmail_id=abc\r\nrecipient=<a@b>\r\n\r\nrequest=AM.PDP\nsender=<a%20b@c>\nrecipient=<d@e>\n\n\r\nrequest=odd\r\nno attribute\r\n\r\n");
        var whole = ReadAmPdp([requests]);
        whole.Count.ShouldBe(3);
        Prop.ForAll(Cuts, cuts => ReadAmPdp(Pieces(requests, cuts)).ShouldBe(whole)).QuickCheckThrowOnFailure();
        ReadAmPdp(requests.Chunk(1)).ShouldBe(whole);
    }

    private static string RunSmtp(Transcript transcript, IEnumerable<byte[]> pieces)
    {
        using var session = new SessionHarness(transcript.Settings, transcript.Lmtp, transcript.Unix);
        session.Start();
        foreach (var piece in pieces)
            if (!session.IsOver)
                session.Send(piece);
        session.Vanish();
        session.IsOver.ShouldBeTrue();
        return session.Replies() + string.Concat(session.Processor.Messages.Select(m => $"[{m.Message.Envelope.Sender} {string.Join(' ', m.Message.Envelope.Recipients.Select(r => r.Address.Smtp))}]{m.Text}"));
    }

    private static string RunMilter(IEnumerable<byte[]> pieces)
    {
        using var milter = new MilterHarness();
        foreach (var piece in pieces)
            milter.Send(piece);
        milter.Vanish();
        milter.Session.IsCompletedSuccessfully.ShouldBeTrue();
        return milter.Replies() + string.Concat(milter.Processor.Messages.Select(m => m.Text));
    }

    /// <summary>As a pipe gives it: what was not taken is there again, with what came since.</summary>
    private static List<string> ReadAmPdp(IEnumerable<byte[]> pieces)
    {
        var reader = new AmPdpReader();
        var found = new List<string>();
        byte[] held = [];
        foreach (var piece in pieces)
        {
            held = [.. held, .. piece];
            var buffer = new System.Buffers.ReadOnlySequence<byte>(held);
            while (reader.Read(ref buffer, out var message) != AmPdpReadStatus.Incomplete)
                found.Add(message is null ? "faulty" : string.Join('|', message.Attributes.Select(a => $"{a.Name}={a.Value}")));
            held = System.Buffers.BuffersExtensions.ToArray(buffer);
        }
        return found;
    }

    private static byte[] Packet(char command, string payload) => MilterCodecTests.Packet(command, Octets.Of(payload));

    private static IEnumerable<byte[]> Pieces(byte[] octets, int[] cuts)
    {
        for (int at = 0, i = 0; at < octets.Length; i++)
        {
            var length = Math.Min(cuts[i % cuts.Length], octets.Length - at);
            yield return octets[at..(at + length)];
            at += length;
        }
    }
}
