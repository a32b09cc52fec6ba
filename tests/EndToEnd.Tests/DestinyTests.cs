using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>The destinies over SMTP and LMTP, with bounces arriving at the next hop.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class DestinyTests(Lab lab)
{
    private const string NoQuarantine = """
        local_domains_maps: [[.example.com]]
        virus_quarantine_method: null
        viruses_that_fake_sender_maps: [0]

        """;

    [Fact]
    public async Task A_rejected_virus_is_refused_in_the_session()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "final_virus_destiny: D_REJECT");
        (await SendAsync(filter, ["user1@example.com"])).ShouldMatch(@"^554 5\.7\.0 Reject, id=\d+-01 - INFECTED: Eicar-Test-Signature\.UNOFFICIAL$");
        (await filter.WaitForLogAsync("Blocked INFECTED")).ShouldContain("{RejectedInbound}");
        sink.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_bounced_virus_brings_the_sender_a_delivery_status_notification()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "final_virus_destiny: D_BOUNCE");
        (await SendAsync(filter, ["user1@example.com"])).ShouldMatch(@"^250 2\.5\.0 Ok, id=\d+-01, BOUNCE$");
        var bounce = (await sink.WaitForAsync(1)).Single();
        bounce.MailArguments.ShouldStartWith("<> ");
        bounce.RcptArguments.ShouldBe(["<ann@example.org> ORCPT=rfc822;ann@example.org"]);
        var tree = MimeReader.Read(bounce.Octets);
        tree.Errors.ShouldBeEmpty();
        tree.Root.MediaType.ShouldBe("multipart/report");
        tree.Root.Children.Select(c => c.MediaType).ShouldBe(["text/plain", "message/delivery-status", "text/rfc822-headers"]);
        bounce.Text.ShouldContain("\r\nReporting-MTA: dns; filter.example.net\r\n");
        bounce.Text.ShouldContain("\r\nFinal-Recipient: rfc822;user1@example.com\r\nAction: failed\r\nStatus: 5.7.0\r\n");
        bounce.Text.ShouldContain("Eicar-Test-Signature.UNOFFICIAL");
        (await filter.WaitForLogAsync("Blocked INFECTED")).ShouldContain("{BouncedInbound}");
    }

    [Fact]
    public async Task A_temporary_destiny_leaves_the_message_with_the_client()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "final_virus_destiny: D_TEMPFAIL");
        (await SendAsync(filter, ["user1@example.com"])).ShouldMatch(@"^450 4\.7\.0 Temporary failure, id=\d+-01 - INFECTED:");
    }

    [Fact]
    public async Task A_lover_gets_the_mail_that_is_discarded_for_others()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "virus_lovers_maps: [{user2@example.com: 1}]");
        (await SendAsync(filter, ["user1@example.com", "user2@example.com"])).ShouldMatch(@"^250 2\.0\.0 from MTA\(.*\): 250 2\.0\.0 Ok: queued as SINK\w+, but 1 DISCARD$");
        var copy = (await sink.WaitForAsync(1)).Single();
        copy.RcptArguments.ShouldBe(["<user2@example.com>"]);
        copy.Text.ShouldContain("\r\nSubject: ***INFECTED*** your invoice\r\n");
        copy.Text.ShouldContain("X-Amavis-Alert: INFECTED, message contains virus:\r\n Eicar-Test-Signature.UNOFFICIAL\r\n");
        await filter.WaitForLogAsync("Passed INFECTED (Eicar-Test-Signature.UNOFFICIAL) {DiscardedInbound,RelayedTaggedInbound}");
        await filter.WaitForLogAsync("Blocked INFECTED");
    }

    [Fact]
    public async Task Lmtp_answers_each_recipient()
    {
        await using var sink = new MailSink();
        await using var filter = await StartAsync(sink, "final_virus_destiny: D_REJECT\nvirus_lovers_maps: [{user2@example.com: 1}]");
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("LHLO mta.example.net");
        var first = await client.DeliverAsync("ann@example.org", ["user1@example.com", "user2@example.com"], Mail.Eicar());
        first.ShouldStartWith("554 5.7.0 Reject");
        (await client.ReadReplyAsync()).ShouldStartWith("250 2.0.0 from MTA(");
    }

    [Fact]
    public async Task The_next_hops_refusal_is_handed_back_with_its_own_words()
    {
        await using var sink = new MailSink { Answer = (verb, _) => verb == "RCPT" ? "550 5.1.1 No such user" : "" };
        await using var filter = await FilterProcess.StartAsync(sink.Port, Lab.NoScanners);
        (await SendAsync(filter, ["user1@example.com"], Mail.Clean()))
            .ShouldMatch(@"^550 5\.1\.1 id=\d+-01 - Rejected by next-hop MTA on relaying, from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): 550 5\.1\.1 No such user$");
        (await filter.WaitForLogAsync("Blocked MTA-BLOCKED")).ShouldContain("{RejectedOpenRelay}");
    }

    [Fact]
    public async Task A_next_hop_that_is_down_leaves_the_message_with_the_client()
    {
        var port = FreePorts.Next();
        await using var filter = await FilterProcess.StartAsync(port, Lab.NoScanners);
        (await SendAsync(filter, ["user1@example.com"], Mail.Clean())).ShouldMatch(
            $@"^451 4\.5\.0 id=(\d+-01) - Temporary MTA failure on relaying, From MTA\(\) during fwd-connect \(All attempts \(1\) failed connecting to smtp:\[127\.0\.0\.1\]:{port}\): id=\1$");
    }

    [Fact]
    public async Task Without_a_virus_scanner_that_answers_mail_is_tempfailed_and_not_passed()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"av_scanners: [{{name: gone, protocol: clamd, address: 127.0.0.1:{FreePorts.Next()}}}]\nspam_scanners: []");
        (await SendAsync(filter, ["user1@example.com"], Mail.Clean()))
            .ShouldMatch(@"^451 4\.5\.0 Error in processing, id=\d+-01, virus_scan FAILED: AV: ALL VIRUS SCANNERS FAILED$");
        sink.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_next_hop_that_serves_some_and_not_others_gets_no_second_copy_for_the_first()
    {
        await using var sink = new MailSink { Answer = (verb, argument) => verb == "RCPT" && argument.Contains("far.example", StringComparison.Ordinal) ? "450 4.2.0 not now" : "" };
        // A local recipient's copy has spam fields, a foreign one's has not: two transactions.
        await using var filter = await FilterProcess.StartAsync(sink.Port, "local_domains_maps: [[.example.com]]\n" + Lab.NoScanners);
        (await SendAsync(filter, ["user1@example.com", "bob@far.example"], Mail.Clean())).ShouldMatch(@"^250 2\.0\.0 from MTA\(.*queued as SINK\w+, but 1 BOUNCE$");
        var messages = await sink.WaitForAsync(2);
        messages.Select(m => m.RcptArguments.Single()).ShouldBe(["<user1@example.com>", "<ann@example.org> ORCPT=rfc822;ann@example.org"]);
        messages[1].Text.ShouldContain("Final-Recipient: rfc822;bob@far.example\r\nAction: failed\r\nStatus: 5.4.7");
    }

    private Task<FilterProcess> StartAsync(MailSink sink, string settings) =>
        FilterProcess.StartAsync(sink.Port, $"{NoQuarantine}\nav_scanners: [{{name: ClamAV-clamd, protocol: clamd, address: \"{lab.Clamd.UnixAddress}\"}}]\nspam_scanners: []\n{settings}");

    private static async Task<string> SendAsync(FilterProcess filter, string[] recipients, byte[]? message = null)
    {
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        return await client.DeliverAsync("ann@example.org", recipients, message ?? Mail.Eicar());
    }
}
