using System.Security.Cryptography;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>
/// One harmless program in the many packers of the package clamav-testfiles, each sent as an attachment through the daemon with a real
/// clamd that knows nothing but the digest of the program as it is.
/// </summary>
[Trait("Needs", "Server")]
public sealed class ClamavTestFilesTests
{
    private const string Folder = "/usr/share/clamav-testfiles";
    private const string VirusName = "Clam.Test.Program";

    private const string Settings = """
        final_virus_destiny: D_REJECT
        virus_quarantine_method: null
        spam_scanners: []
        banned_files_lovers_maps: [1]
        unchecked_lovers_maps: [1]
        bad_header_lovers_maps: [1]
        MAXLEVELS: 40

        """;

    private static string Signature
    {
        get
        {
            var program = File.ReadAllBytes(Path.Combine(Folder, "clam.exe"));
#pragma warning disable CA5351 // The form of clamd's signatures.
            return $"{Convert.ToHexStringLower(MD5.HashData(program))}:{program.Length}:{VirusName}";
#pragma warning restore CA5351
        }
    }

    /// <summary>Files that our decoders open, by the list beside their tests.</summary>
    private static IEnumerable<string> Opened => File.ReadLines(Path.Combine(Samples.Root, "tests", "Decoding.Tests", "Corpus", "clamav-testfiles.txt"))
        .Where(line => line.EndsWith(" opened", StringComparison.Ordinal) || line.EndsWith(" helper", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]);

    /// <summary>One of them is seventeen archives in each other, which is more than is unpacked as a rule.</summary>
    [Fact]
    public async Task All_44_files_are_found()
    {
        var files = Directory.GetFiles(Folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal).ToList();
        files.Count.ShouldBe(44);
        (await PassedAsync(files)).ShouldBeEmpty();
    }

    /// <summary>A clamd that opens no archives finds the program only where we have taken it out.</summary>
    [Fact]
    public async Task What_we_open_is_found_by_a_scanner_that_opens_nothing()
    {
        var opened = Opened.ToList();
        opened.Count.ShouldBeGreaterThan(14);
        (await PassedAsync(opened, "ScanArchive no", "ScanMail no", "ScanOLE2 no", "ScanHTML no", "ScanPDF no")).ShouldBeEmpty();
    }

    /// <summary>The files that were not rejected as infected, with the replies.</summary>
    private static async Task<List<string>> PassedAsync(IReadOnlyList<string> files, params string[] options)
    {
        using var clamd = await ClamdProcess.StartAsync([Signature], options, CancellationToken.None);
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, Settings + $"av_scanners: [{{name: ClamAV, protocol: clamd, address: \"{clamd.UnixAddress}\"}}]");
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        var passed = new List<string>();
        foreach (var file in files)
        {
            var mail = Mail.Attached("a file", file, "application/octet-stream", file, await File.ReadAllBytesAsync(Path.Combine(Folder, file)));
            var reply = await client.DeliverAsync("a@far.example", ["b@example.com"], mail);
            if (!reply.StartsWith("554 ", StringComparison.Ordinal) || !reply.Contains(VirusName, StringComparison.Ordinal))
                passed.Add($"{file}: {reply}");
        }
        return passed;
    }
}
