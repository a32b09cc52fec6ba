using System.Text;
using System.Text.RegularExpressions;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Real and torture mail through the daemon with clamd: nothing lost, nothing changed but by the fields we add.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed partial class CorpusTests(Lab lab)
{
    private static readonly string[] Folders = ["mail", "mime4j", "mimekit", "cpython", "enmime", "spamassassin", "sisimai-bounces", "mailauth", "chasquid-dkim"];
    private static readonly string[] OurFields = ["X-Virus-Scanned:", "X-Amavis-Alert:", "X-Amavis-Hold:", "Received:"];

    // Every octet is to arrive, so nobody's mail is blocked, tagged, defanged or mended.
    private const string PassEverything = """
        virus_lovers_maps: [1]
        banned_files_lovers_maps: [1]
        unchecked_lovers_maps: [1]
        bad_header_lovers_maps: [1]
        virus_quarantine_method: null
        banned_files_quarantine_method: null
        bad_header_quarantine_method: null
        spam_quarantine_method: null
        spam_lovers_maps: [1]
        sa_tag_level_deflt: 9999
        sa_tag2_level_deflt: 9999
        sa_kill_level_deflt: 9999
        remove_existing_spam_headers: false
        allow_fixing_improper_header: false

        """;

    [Fact]
    public Task Every_message_arrives_as_it_was_sent() => SendAllAsync("spam_scanners: []\n", every: 1);

    /// <summary>SpamAssassin takes some tenths of a second for each, so one in forty; AMAVIS_TEST_SPAMD_EVERY=1 sends all.</summary>
    [Fact]
    public Task Every_message_arrives_as_it_was_sent_with_spamd_asked() => SendAllAsync(
        $"spam_scanners: [{{name: SpamAssassin, protocol: spamd, address: \"{lab.Spamd.Address}\"}}]\n",
        int.Parse(Environment.GetEnvironmentVariable("AMAVIS_TEST_SPAMD_EVERY") ?? "40", System.Globalization.CultureInfo.InvariantCulture));

    private async Task SendAllAsync(string spamScanners, int every)
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            PassEverything + spamScanners + $"av_scanners: [{{name: ClamAV-clamd, protocol: clamd, address: \"{lab.Clamd.UnixAddress}\"}}]");
        var files = Folders.SelectMany(f => Samples.Files(f)).Where(IsMessage).Where((_, i) => i % every == 0).ToList();
        files.Count.ShouldBeGreaterThan(3 / every);
        var failures = new List<string>();
        await using var client = await SmtpProbe.ConnectAsync(filter.SmtpPort);
        await client.SayAsync("EHLO mta.example.net");
        foreach (var file in files)
        {
            var original = await File.ReadAllBytesAsync(file);
            foreach (var form in (byte[][])[original, ToCrlf(original)])
            {
                sink.Clear();
                var reply = await client.DeliverAsync("a@far.example", ["b@other.example"], form);
                if (!reply.StartsWith("250 2.0.0 from MTA", StringComparison.Ordinal))
                    failures.Add($"{file}: {reply}");
                else if (Difference(form, sink.Messages.Single().Octets) is { } difference)
                    failures.Add($"{file}: {difference}");
            }
        }
        failures.ShouldBeEmpty();
        filter.Log.ShouldNotContain("TROUBLE");
        Directory.EnumerateFileSystemEntries(Path.Combine(filter.Directory, "tmp", "amavisd-work")).ShouldBeEmpty();
    }

    /// <summary>Message files of the collection; its other files (expected results, keys, zones) are not mail.</summary>
    private static bool IsMessage(string file) =>
        Path.GetExtension(file).ToLowerInvariant() is ".eml" or ".msg" or ".txt" or ".raw" or "" && Path.GetFileName(file) is not ("ORIGIN.md" or "README.md")
        && new FileInfo(file).Length is > 0 and < 4 << 20 && !file.Contains("_decoded_", StringComparison.Ordinal);

    /// <summary>Null when only our own fields were put on top.</summary>
    private static string? Difference(byte[] sent, byte[] arrived)
    {
        var expected = WithoutUnreadableResults(Canonical(sent));
        // A header section that nothing ends gets its end.
        var tail = arrived.AsSpan();
        if (!tail.EndsWith(expected) && tail.EndsWith((byte[])[.. expected, .. "\r\n"u8]))
            expected = [.. expected, .. "\r\n"u8];
        if (!tail.EndsWith(expected))
            return $"{expected.Length} octets were sent, the {arrived.Length} that arrived do not end with them";
        var added = Encoding.Latin1.GetString(arrived.AsSpan(0, arrived.Length - expected.Length));
        foreach (var line in added.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
            if (!line.StartsWith(' ') && !line.StartsWith('\t') && !OurFields.Any(f => line.StartsWith(f, StringComparison.Ordinal)))
                return "added: " + line;
        return null;
    }

    /// <summary>Authentication-Results that don't begin with who gives them can be anybody's, so they are taken out (RFC 8601 §5).</summary>
    private static byte[] WithoutUnreadableResults(byte[] canonical)
    {
        var text = Encoding.Latin1.GetString(canonical);
        var end = text.StartsWith("\r\n", StringComparison.Ordinal) ? 0 : text.IndexOf("\r\n\r\n", StringComparison.Ordinal) is var at and >= 0 ? at + 2 : text.Length;
        return Encoding.Latin1.GetBytes(AuthenticationResults().Replace(text[..end], field => NamedResults().IsMatch(field.Value) ? field.Value : "") + text[end..]);
    }

    [GeneratedRegex(@"^Authentication-Results[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*", RegexOptions.IgnoreCase | RegexOptions.Multiline)]
    private static partial Regex AuthenticationResults();

    [GeneratedRegex(@"^Authentication-Results[ \t]*:(?:\s|\([^()]*\))*[a-z0-9._-]+(?:\s+[0-9]+)?(?:\s|\([^()]*\))*(?:;|$)", RegexOptions.IgnoreCase)]
    private static partial Regex NamedResults();

    /// <summary>The form mail is brought into: LF is a line end, a lone CR is dropped, the last line has its end.</summary>
    private static byte[] Canonical(byte[] octets)
    {
        var canonical = new List<byte>(octets.Length + 64);
        foreach (var octet in octets)
        {
            if (octet == '\r')
                continue;
            if (octet == '\n')
                canonical.Add((byte)'\r');
            canonical.Add(octet);
        }
        if (octets.Length == 0 || octets[^1] != '\n')
            canonical.AddRange("\r\n"u8);
        return [.. canonical];
    }

    private static byte[] ToCrlf(byte[] octets) => Canonical(octets);
}
