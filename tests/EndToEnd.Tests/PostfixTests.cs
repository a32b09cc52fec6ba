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
