using Amavis.Protocols.Smtp;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.Smtp.Server;

public class TranscriptTests
{
    private static readonly string Folder = Path.Combine(Samples.Root, "tests", "Protocols.Tests", "Smtp", "transcripts");

    /// <summary>Each transcript whole, in sevens and octet by octet.</summary>
    public static TheoryData<string, int> Replays()
    {
        var replays = new TheoryData<string, int>();
        foreach (var path in Directory.EnumerateFiles(Folder, "*.txt").Order(StringComparer.Ordinal))
            foreach (var octets in (int[])[int.MaxValue, 7, 1])
                replays.Add(Path.GetFileNameWithoutExtension(path), octets);
        return replays;
    }

    [Theory]
    [MemberData(nameof(Replays))]
    public void Session_goes_as_its_transcript_says(string name, int octetsAtOnce)
    {
        var transcript = Transcript.Read(Path.Combine(Folder, name + ".txt"));
        using var session = new SessionHarness(transcript.Settings, transcript.Lmtp, transcript.Unix);
        session.Start();
        foreach (var piece in transcript.Sent.Chunk(octetsAtOnce))
        {
            if (session.IsOver)
                break;
            session.Send(piece);
        }
        session.Vanish();

        session.IsOver.ShouldBeTrue();
        var replies = session.Replies();
        replies.ShouldEndWith("\r\n");
        var lines = replies[..^2].Split("\r\n");
        for (var i = 0; i < Math.Max(lines.Length, transcript.Replies.Count); i++)
        {
            var (expected, reply) = (transcript.Replies.ElementAtOrDefault(i) ?? "(nothing)", lines.ElementAtOrDefault(i) ?? "(nothing)");
            Transcript.Matches(expected, reply).ShouldBeTrue($"{name}, reply line {i + 1}: expected \"{expected}\", was \"{reply}\"");
        }
        if (transcript.LogLines.Count > 0)
            session.Log.Lines.Select(l => $"{l.Level} {l.LogId} {SmtpLine.Escape(l.Text)}").ShouldBe(transcript.LogLines);
        session.Spools.Open.ShouldBe(0);
    }
}
