using System.Diagnostics;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Postfix in front of the filter and behind it: a message from swaks ends in a mailbox file.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class PostfixTests(Lab lab)
{
    [Fact]
    public async Task Mail_goes_through_Postfix_the_filter_and_Postfix_into_a_mailbox()
    {
        var ports = FreePorts.Take(2);
        await using var filter = await FilterProcess.StartAsync(ports[1], $"local_domains_maps: [[.example.com]]\nvirus_quarantine_method: null\n{lab.Scanners}");
        await using var postfix = await PostfixServer.StartAsync(ports[0], ports[1], filter.SmtpPort);

        (await SwaksAsync(ports[0], "a clean message")).ShouldBe(0);
        (await SwaksAsync(ports[0], "an infected message", attachVirus: true)).ShouldBe(0);

        await filter.WaitForLogAsync("Blocked INFECTED");
        var passed = await filter.WaitForLogAsync("Passed CLEAN");
        passed.ShouldMatch(@"Queue-ID: [0-9A-F]+, .*queued_as: [0-9A-F]+,");
        var mail = await postfix.WaitForMailAsync("a clean message");
        mail.ShouldContain("X-Virus-Scanned: amavis at example.com");
        mail.ShouldContain("(amavis, port ");
        mail.ShouldNotContain("an infected message");
    }

    [Fact]
    public async Task A_sender_hears_of_a_refusal_when_Postfix_asks_before_its_queue()
    {
        var ports = FreePorts.Take(2);
        await using var filter = await FilterProcess.StartAsync(ports[1], $"local_domains_maps: [[.example.com]]\nfinal_virus_destiny: D_REJECT\nvirus_quarantine_method: null\n{lab.Scanners}");
        await using var postfix = await PostfixServer.StartAsync(ports[0], ports[1], $"smtpd_proxy_filter=127.0.0.1:{filter.SmtpPort}", "smtpd_proxy_options=speed_adjust");
        await using var client = await SmtpProbe.ConnectAsync(ports[0]);
        await client.SayAsync("EHLO mta.example.net");

        (await client.DeliverAsync("ann@example.org", ["box@example.com"], Mail.Eicar())).ShouldMatch(@"^554 5\.7\.0 Reject, id=\d+-\d+ - INFECTED: ");
        (await client.DeliverAsync("ann@example.org", ["box@example.com"], Mail.Clean("proxy.clean"))).ShouldMatch(@"^250 2\.0\.0 from MTA\(.*queued as [0-9A-F]+$");

        (await postfix.WaitForMailAsync("proxy.clean@example.org")).ShouldContain("X-Virus-Scanned: ");
    }

    private static async Task<int> SwaksAsync(int port, string subject, bool attachVirus = false)
    {
        var arguments = new List<string> { "--server", $"127.0.0.1:{port}", "--from", "ann@example.org", "--to", "box@example.com", "--header", "Subject: " + subject };
        if (attachVirus)
            arguments.AddRange(["--attach-type", "text/plain", "--attach-name", "readme.txt", "--attach-body", System.Text.Encoding.ASCII.GetString(TestVirus.Eicar)]);
        using var swaks = Process.Start(new ProcessStartInfo("swaks", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = swaks.StandardError.ReadToEndAsync();
        await swaks.StandardOutput.ReadToEndAsync();
        await error;
        await swaks.WaitForExitAsync();
        return swaks.ExitCode;
    }
}
