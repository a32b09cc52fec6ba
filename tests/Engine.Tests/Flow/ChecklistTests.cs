using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Points of the checklist that no other test names.</summary>
public sealed class ChecklistTests
{
    [Fact]
    public async Task Without_levels_the_worst_spam_passes_marked_for_local_recipients_and_without_a_tag()
    {
        await using var flow = new FlowHarness();
        var defaults = new Settings();
        flow.Settings = flow.Settings with
        {
            SpamTagLevelMaps = defaults.SpamTagLevelMaps,
            SpamTag2LevelMaps = defaults.SpamTag2LevelMaps,
            SpamKillLevelMaps = defaults.SpamKillLevelMaps,
        };

        await flow.SendAsync(FlowMail.Score(99), "user1@example.com", "bob@far.example");

        flow.Lines().Single(l => l.StartsWith("Passed ", StringComparison.Ordinal)).ShouldStartWith("Passed CLEAN {RelayedInbound,RelayedOpenRelay}, ");
        var copies = flow.Sink.Messages.ToDictionary(m => m.RcptArguments.Single()[..m.RcptArguments.Single().IndexOf('>')], m => m.Text);
        copies["<user1@example.com"].ShouldContain("\r\nX-Spam-Flag: NO\r\nX-Spam-Score: 99\r\n");
        copies["<bob@far.example"].ShouldNotContain("X-Spam-");
        copies.Values.ShouldAllBe(c => c.Contains("\r\nSubject: a plain message\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("all", false)]
    [InlineData("one", true)]
    public async Task A_scanner_is_asked_unless_all_recipients_bypass_it(string whose, bool asked)
    {
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            BypassVirusChecksMaps = whose == "all" ? LookupMaps.Constant(1) : new LookupMaps([new HashTable([new("user1@example.com", LookupValue.True)])]),
            // Nobody listens: whoever asks fails.
            AvScanners = [new VirusScannerSettings("gone", "clamd", [$"127.0.0.1:{FreePorts.Next()}"])],
        };

        var reply = (await flow.SendAsync(FlowMail.Clean, "user1@example.com", "user2@example.com")).Single.ToString();

        if (asked)
            reply.ShouldContain("virus_scan FAILED");
        else
            reply.ShouldStartWith("250 2.0.0 from MTA(");
    }

    [Fact]
    public async Task A_scanner_slower_than_child_timeout_leaves_the_message_with_the_client_and_nothing_behind()
    {
        await using var silent = FakeServer.Silent();
        await using var flow = new FlowHarness();
        flow.Settings = flow.Settings with
        {
            ChildTimeout = TimeSpan.FromSeconds(2),
            AvScanners = [new VirusScannerSettings("silent", "clamd", [silent.Address])],
        };

        var reply = (await flow.SendAsync(FlowMail.Clean, "user1@example.com")).Single.ToString();

        reply.ShouldMatch($@"^451 4\.5\.0 Error in processing, id={FlowHarness.LogId}, virus_scan FAILED");
        flow.Sink.Messages.ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(Path.Combine(flow.Path, "work")).ShouldBeEmpty();
    }

    [Fact]
    public async Task The_directory_of_a_message_is_gone_when_it_is_answered()
    {
        await using var flow = new FlowHarness();

        await flow.SendAsync(FlowMail.Banned, "user1@example.com");
        await flow.SendAsync(FlowMail.Encrypted, "user1@example.com");

        Directory.EnumerateFileSystemEntries(Path.Combine(flow.Path, "work")).ShouldBeEmpty();
    }
}
