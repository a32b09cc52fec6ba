using System.Diagnostics;
using System.Text.Json.Nodes;
using Amavis.Dkim.Keys;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary><c>amavis doctor</c> beside a daemon that works, and beside one that does not.</summary>
[Trait("Needs", "Server")]
public sealed class DoctorTests
{
    private static async Task<(int Status, JsonNode Document)> ExamineAsync(FilterProcess filter)
    {
        var start = new ProcessStartInfo("dotnet", [FilterProcess.Assembly("Cli", "amavis"), "doctor", "--json", "--config", filter.ConfigurationPath])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, JsonNode.Parse(output) ?? throw new InvalidOperationException(await error));
    }

    /// <summary>level, subject, what it says; broken ones always have a remedy.</summary>
    private static List<string> Findings(JsonNode document)
    {
        var all = document["findings"]!.AsArray();
        all.ShouldAllBe(f => f!["level"]!.GetValue<string>() != "broken" || f["remedy"] != null);
        return [.. all.Select(f => $"{f!["level"]} {f["subject"]}: {f["says"]}")];
    }

    [Fact]
    public async Task A_set_up_that_works_has_nothing_broken_and_one_that_is_down_is_told_by_its_parts()
    {
        var sink = new MailSink();
        await using var dns = new DnsServer();
        using var directory = new TestDirectory();
        using var key = SigningKey.GenerateRsa(1024);
        await File.WriteAllTextAsync(directory.FilePath("key.pem"), key.ToPem());
        File.SetUnixFileMode(directory.FilePath("key.pem"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        dns.AddText("s1._domainkey.example.com", "v=DKIM1; p=" + Convert.ToBase64String(key.PublicKey));
        await using var clamd = ScannerDoubles.Clamd();
        await using var spamd = ScannerDoubles.Spamd();
        await using var filter = await FilterProcess.StartAsync(sink.Port, $$"""
            av_scanners: [{name: double, protocol: clamd, address: "{{clamd.Address}}"}]
            spam_scanners: [{name: points, protocol: spamd, address: "{{spamd.Address}}"}]
            storage_sql_dsn: ["sqlite:{{directory.Path}}/amavis.db"]
            enable_dkim_verification: true
            dns_servers: "{{dns.EndPoint}}"
            dkim_keys: [{domain: example.com, selector: s1, key: {{directory.Path}}/key.pem}]
            """);

        var (status, document) = await ExamineAsync(filter);
        var findings = Findings(document);
        var broken = findings.Where(f => f.StartsWith("broken", StringComparison.Ordinal)).ToList();
        // The double knows no EICAR test file.
        broken.ShouldHaveSingleItem().ShouldBe("broken double: does not find the EICAR test file");
        status.ShouldBe(1);
        foreach (var expected in (string[])
            [$"good 127.0.0.1:{filter.SmtpPort}: answers as SMTP: 220 ", $"good 127.0.0.1:{filter.ReleasePort}: answers as AM.PDP: ", $"good 127.0.0.1:{filter.MilterPort}: answers as MILTER: version 6",
             $"good {filter.SocketPath}: answers as AM.PDP", "good points: scores a message: 0 points", "a test row could be written", $"good {dns.EndPoint}: answers",
             "good s1._domainkey.example.com: signatures verify, 1024 bits", $"good smtp:[127.0.0.1]:{sink.Port} (forward_method, notify_method", "good release path: ",
             $"good QUARANTINEDIR {filter.Directory}/quarantine: can be written", $"good {directory.Path}/key.pem: ", "good status: "])
            findings.ShouldContain(f => f.Contains(expected, StringComparison.Ordinal), expected);
        sink.Messages.ShouldBeEmpty();
        await using (var database = Lab.Open($"sqlite:{directory.Path}/amavis.db"))
        await using (var context = await database.CreateContextAsync(CancellationToken.None))
            context.Maddr.ShouldBeEmpty();

        await filter.StopAsync();
        var port = sink.Port;
        await sink.DisposeAsync();
        dns.Fail("s1._domainkey.example.com", Amavis.Dns.Messages.ResponseCode.NameError);
        Directory.Delete(Path.Combine(filter.Directory, "quarantine"));
        (status, document) = await ExamineAsync(filter);
        status.ShouldBe(1);
        findings = Findings(document);
        foreach (var expected in (string[])
            [$"broken 127.0.0.1:{filter.SmtpPort}: ", "broken status: ", "broken release path: ", $"broken smtp:[127.0.0.1]:{port} ",
             "broken s1._domainkey.example.com: signatures do not verify: there is no key", $"broken QUARANTINEDIR {filter.Directory}/quarantine: does not exist"])
            findings.ShouldContain(f => f.StartsWith(expected, StringComparison.Ordinal), expected);
    }

    [Fact]
    public async Task Real_scanners_find_the_test_file()
    {
        await using var sink = new MailSink();
        using var clamd = await ClamdProcess.StartAsync(CancellationToken.None);
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"av_scanners: [{{name: ClamAV, protocol: clamd, address: \"{clamd.UnixAddress}\"}}]\nspam_scanners: []");
        var (status, document) = await ExamineAsync(filter);
        status.ShouldBe(0, document.ToJsonString());
        Findings(document).ShouldContain($"good ClamAV: finds the EICAR test file ({TestVirus.EicarName}) and lets a harmless one pass");
    }
}
