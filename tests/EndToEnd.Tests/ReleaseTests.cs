using System.Diagnostics;
using Amavis.Testing;
using Microsoft.EntityFrameworkCore;

namespace Amavis.EndToEnd.Tests;

/// <summary>Debian's amavisd-release as the client of our release socket.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class ReleaseTests(Lab lab)
{
    /// <summary>The one place Debian's program looks at.</summary>
    private const string OriginalSocket = "/var/lib/amavis/amavisd.sock";

    [Theory]
    [InlineData("postgres", "sql:")]
    [InlineData("sqlite", "sql:")]
    [InlineData("sqlite", "local:virus-%m")]
    [InlineData("sqlite", "local:virus-%m.gz")]
    public async Task The_originals_own_tool_releases_from_our_quarantine(string provider, string method)
    {
        await using var sink = new MailSink();
        using var directory = new TestDirectory();
        var dsn = await lab.NewDatabaseAsync(provider, directory.Path);
        Directory.CreateDirectory(Path.GetDirectoryName(OriginalSocket)!);
        await using var filter = await FilterProcess.StartAsync(sink.Port, $"""
            local_domains_maps: [[.example.com]]
            unix_socketname: {OriginalSocket}
            virus_quarantine_method: "{method}"
            spam_quarantine_method: "{(method == "sql:" ? "sql:" : "local:spam-%m.gz")}"
            storage_sql_dsn: ["{dsn}"]
            av_scanners: [{"{"}name: ClamAV-clamd, protocol: clamd, address: "{lab.Clamd.UnixAddress}"{"}"}]
            spam_scanners: []
            """);
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        (await client.DeliverAsync("ann@example.org", ["user1@example.com"], Mail.Eicar())).ShouldStartWith("250 2.7.0 Ok, discarded");

        await using var database = Lab.Open(dsn);
        var row = (await Rows.WaitForAsync(database, 1)).Single();
        row.QuarType.ShouldBe(method == "sql:" ? "Q" : method.EndsWith(".gz", StringComparison.Ordinal) ? "Z" : "F");
        (await ReleaseAsync(row.QuarLoc!, "WRONGwrong12")).ShouldContain("450 4.5.0 Failure:");
        sink.Messages.ShouldBeEmpty();
        (await ReleaseAsync(row.QuarLoc!, row.SecretId!)).ShouldContain("250 2.0.0 from MTA(smtp:[127.0.0.1]:");

        var released = (await sink.WaitForAsync(1)).Single();
        released.MailArguments.ShouldStartWith("<ann@example.org>");
        released.RcptArguments.ShouldBe(["<user1@example.com>"]);
        released.Text.ShouldStartWith("Resent-From: \"Content-filter at filter.example.net\"\r\n <postmaster@filter.example.net>\r\nResent-To: <user1@example.com>\r\nResent-Date: ");
        released.Octets.AsSpan().EndsWith(Mail.Eicar()).ShouldBeTrue();
        await using var context = await database.CreateContextAsync(CancellationToken.None);
        (await context.Msgrcpt.SingleAsync()).Rs.ShouldBe(" ");
    }

    private static async Task<string> ReleaseAsync(string location, string secret)
    {
        using var process = Process.Start(new ProcessStartInfo("/usr/sbin/amavisd-release", [location, secret]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output + await error;
    }
}
