using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Delivery.Methods;
using Amavis.Engine.Hooks;
using Amavis.Engine.Rehearsing;
using Amavis.Engine.Tests.Flow;
using Amavis.Testing;

namespace Amavis.Engine.Tests.Rehearsing;

public sealed class MessageRehearserTests : IAsyncDisposable
{
    private readonly FlowHarness _harness = new();

    public ValueTask DisposeAsync() => _harness.DisposeAsync();

    private async Task<RehearsalReport> RunAsync(string message, params string[] recipients)
    {
        var order = new RehearsalOrder
        {
            Sender = MailAddress.FromUnquoted("sender@example.org"),
            Recipients = [.. recipients.DefaultIfEmpty("user1@example.com").Select(MailAddress.FromUnquoted)],
            Client = new ClientFacts { Address = IPAddress.Parse("192.0.2.10") },
            Socket = new ListenSocket(IPAddress.Loopback, 10024, null),
        };
        using var octets = new MemoryStream(Octets.Of(message));
        return (await new MessageRehearser(_harness.Services).RunAsync(_harness.Settings, order, octets, CancellationToken.None)).ShouldNotBeNull();
    }

    private void NothingHappened()
    {
        _harness.Sink.Count.ShouldBe(0);
        Directory.EnumerateFileSystemEntries(_harness.Quarantine).ShouldBeEmpty();
        _harness.Lines(5).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(_harness.Services.WorkDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_clean_message_shows_its_copy_and_reaches_nobody()
    {
        var report = await RunAsync(FlowMail.Clean, "user1@example.com", "far@example.net");
        report.Replies.Single.IsSuccess.ShouldBeTrue();
        report.Mails.Select(m => (m.Purpose, m.Recipients[0])).ShouldBe([(MailPurpose.Forward, "<user1@example.com>")]);
        report.Mails[0].AddedFields.ShouldContain(f => f.StartsWith("Received: from"));
        report.Mails[0].RemovedFields.ShouldBeEmpty();
        report.Explanation.ShouldNotBeNull().Recipients.Select(r => r.Direction).ShouldBe(["Inbound", "OpenRelay"]);
        report.Log.ShouldContain(l => l.Text.StartsWith("Passed CLEAN"));
        NothingHappened();
    }

    [Fact]
    public async Task A_virus_shows_the_copy_for_the_quarantine_and_the_notices_but_makes_none()
    {
        _harness.Settings = _harness.Settings with { VirusAdminMaps = LookupMaps.Constant("admin@example.com") };
        var report = await RunAsync(FlowMail.Virus);
        report.Explanation.ShouldNotBeNull().Virus.ShouldNotBeNull().Names.ShouldBe(["Test.Sig-1"]);
        var kept = report.Mails.Single(m => m.Purpose == MailPurpose.Quarantine);
        kept.Method.ShouldStartWith("local:");
        kept.Locations.ShouldHaveSingleItem().ShouldStartWith("virus-");
        kept.AddedFields.ShouldContain("X-Envelope-From: <sender@example.org>");
        report.Mails.ShouldContain(m => m.Purpose == MailPurpose.Notice && m.Recipients.Contains("<admin@example.com>"));
        foreach (var counter in (string[])["InMsgs", "QuarMsgs", "OutMsgs", "ContentVirusMsgs"])
            _harness.Counters.Get(counter).ShouldBe(0);
        NothingHappened();
    }

    [Fact]
    public async Task A_quarantine_without_its_directory_shows_as_the_tempfail_it_would_be()
    {
        _harness.Settings = _harness.Settings with { QuarantineDir = Path.Combine(_harness.Path, "missing") };
        var report = await RunAsync(FlowMail.Virus);
        report.Replies.Single.ToString().ShouldContain("quarantine directory");
        report.Replies.Single.IsTempFail.ShouldBeTrue();
        report.Explanation.ShouldBeNull();
    }

    [Fact]
    public async Task The_banks_are_named_with_what_led_to_them()
    {
        var settings = _harness.Settings;
        var banks = new Dictionary<string, PolicyBank>
        {
            ["IN"] = new("IN", s => s),
            ["MYNETS"] = new("MYNETS", s => s),
        };
        _harness.Settings = settings with
        {
            PolicyBanks = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(banks),
            InterfacePolicy = System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(new Dictionary<string, string> { ["10024"] = "IN" }),
            ClientIpaddrPolicyOrNull = [(Core.Lookups.IpNetworks.Parse("192.0.2.0/24"), ["MYNETS"])],
        };
        var report = await RunAsync(FlowMail.Clean);
        report.Explanation.ShouldNotBeNull().Banks.Select(b => $"{b.Name}: {b.Reason}").ShouldBe(
            ["IN: interface_policy for 10024", "MYNETS: client_ipaddr_policy has the client's address 192.0.2.10"]);
        report.Explanation.Originating.ShouldBeTrue();
    }

    [Fact]
    public async Task Hooks_are_told_that_it_is_not_in_earnest()
    {
        var hook = new AskingHook();
        _harness.Hooks.Use([hook]);
        await RunAsync(FlowMail.Clean);
        await _harness.SendAsync(FlowMail.Clean);
        hook.Rehearsals.ShouldBe([true, false]);
    }

    private sealed class AskingHook : IMailHook
    {
        public List<bool> Rehearsals { get; } = [];

        public string Name => "asking";

        public ValueTask<MailHookRun?> BeginAsync(HookMessage message, CancellationToken cancellationToken)
        {
            Rehearsals.Add(message.IsRehearsal);
            return ValueTask.FromResult<MailHookRun?>(null);
        }
    }
}
