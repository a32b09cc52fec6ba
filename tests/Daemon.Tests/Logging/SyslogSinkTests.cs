using System.Net.Sockets;
using Amavis.Daemon.Logging;
using Amavis.Testing;

namespace Amavis.Daemon.Tests.Logging;

/// <summary>Lines as the local syslog gets them.</summary>
public sealed class SyslogSinkTests
{
    private const int Mail = 2 * 8;

    [Theory]
    [InlineData(-4, 2)]
    [InlineData(-3, 2)]
    [InlineData(-2, 3)]
    [InlineData(-1, 4)]
    [InlineData(0, 5)]
    [InlineData(1, 6)]
    [InlineData(2, 6)]
    [InlineData(3, 7)]
    [InlineData(5, 7)]
    public async Task Levels_have_their_priorities(int level, int priority)
    {
        using var directory = new TestDirectory();
        using var syslog = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        syslog.Bind(new UnixDomainSocketEndPoint(directory.FilePath("log")));
        await using var sink = new SyslogSink("amavis", "mail", 980, directory.FilePath("log"));

        sink.Write(Entry("(00421-07) ", "Passed CLEAN", level));

        var line = new byte[2000];
        Octets.Text(line.AsSpan(0, syslog.Receive(line))).ShouldMatch($@"^<{Mail + priority}>Nov 22 12:00:00 amavis\[\d+\]: \(00421-07\) Passed CLEAN$");
    }

    [Fact]
    public void Long_lines_go_on_with_their_id()
    {
        var text = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"word{i:00}"));

        var pieces = SyslogSink.Split(Entry("(00421-07) (!)", text), 100).ToList();

        pieces.Count.ShouldBeGreaterThan(3);
        pieces.ShouldAllBe(p => p.Length <= 100);
        pieces.SkipLast(1).ShouldAllBe(p => p.EndsWith("...", StringComparison.Ordinal));
        pieces.Skip(1).ShouldAllBe(p => p.StartsWith("(00421-07) (!)...", StringComparison.Ordinal));
        string.Concat(pieces.Select((p, i) => (i == 0 ? p : p["(00421-07) (!)...".Length..])[..^(i == pieces.Count - 1 ? 0 : 3)])).ShouldBe("(00421-07) (!)" + text);
    }

    [Fact]
    public void A_line_that_fits_stays_whole() => SyslogSink.Split(Entry("", new string('x', 100)), 100).ShouldBe([new string('x', 100)]);

    [Fact]
    public void A_character_of_two_units_is_not_torn()
    {
        var text = string.Concat(Enumerable.Repeat("\U0001F600", 80));

        var pieces = SyslogSink.Split(Entry("", text), 60).Select(p => p.Replace("...", "", StringComparison.Ordinal)).ToList();

        string.Concat(pieces).ShouldBe(text);
        pieces.ShouldAllBe(p => !char.IsLowSurrogate(p.First()) && !char.IsHighSurrogate(p.Last()));
    }

    private static LogEntry Entry(string prefix, string text, int level = 0) => new(new DateTimeOffset(2026, 11, 22, 12, 0, 0, TimeSpan.Zero), level, prefix + text, prefix);
}
