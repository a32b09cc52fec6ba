using Amavis.Testing;
using Amavis.Testing.Evasion;

namespace Amavis.EndToEnd.Tests;

/// <summary>The EICAR test file, hidden in many ways, on its way through the daemon with a real clamd.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class EvasionTests(Lab lab)
{
    private string Settings => $"""
        local_domains_maps: [[.example.com]]
        spam_scanners: []
        av_scanners: [{"{"}name: ClamAV-clamd, protocol: clamd, address: "{lab.Clamd.UnixAddress}"{"}"}]
        final_virus_destiny: D_REJECT
        final_banned_destiny: D_PASS
        final_bad_header_destiny: D_PASS
        virus_quarantine_method: null
        banned_files_quarantine_method: null
        bad_header_quarantine_method: null
        """;

    [Fact]
    public async Task Hidden_files_are_found_by_clamd()
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Settings);
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        var missed = new List<string>();
        foreach (var one in EvasionCase.AllFiles)
            if (await client.DeliverAsync("a@far.example", ["b@example.com"], one.Octets) is var reply && !reply.Contains("INFECTED", StringComparison.Ordinal))
                missed.Add($"{one}: {reply}");

        missed.ShouldBeEmpty();
    }
}
