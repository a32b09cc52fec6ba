using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>What another program finds in a message is among what we show to scanners (property P7).</summary>
public sealed class ViewsTests
{
    private static readonly string[] Folders = ["mime4j", "mimekit", "cpython", "enmime", "spamassassin", "sisimai-bounces"];

    [Fact]
    public void Contents_the_parser_of_the_original_finds_are_among_ours()
    {
        var comparison = new Comparison("oracle", "every content the parser of amavisd-new finds is among ours", "Mime.Tests/Corpus/views-oracle-differing.txt");
        foreach (var line in Samples.Files("oracle", "mimeparser-*.jsonl").SelectMany(File.ReadLines))
        {
            using var expected = JsonDocument.Parse(line);
            var file = expected.RootElement.GetProperty("file").GetString()!;
            var message = File.ReadAllBytes(Path.Combine(Samples.Corpus!, file));
            var ours = Views.Of(message).SelectMany(Forms).ToHashSet();
            var missing = expected.RootElement.GetProperty("parts").EnumerateArray().Where(p => p.TryGetProperty("sha256", out var digest) && !ours.Contains(digest.GetString()!))
                .Select(p => $"{p.GetProperty("n").GetString()} {p.GetProperty("type").GetString()} {p.GetProperty("len").GetInt64()}").ToList();
            comparison.Add(file, missing.Count == 0 ? null : "without " + string.Join(", ", missing));
        }
        comparison.Finish();
    }

    /// <summary>Asked where Python 3.11 is installed (others may read some of this mail otherwise); its reading is that of many programs.</summary>
    [Fact]
    public void Contents_and_names_the_email_package_of_Python_finds_are_among_ours()
    {
        var comparison = new Comparison("all messages", "every content and name Python's email package finds is among ours", "Mime.Tests/Corpus/views-python-differing.txt");
        foreach (var line in AskPython())
        {
            using var answer = JsonDocument.Parse(line);
            var path = answer.RootElement.GetProperty("file").GetString()!;
            var message = File.ReadAllBytes(path);
            var contents = Views.Of(message).Select(v => Digest(v.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n'))).ToHashSet();
            var names = Views.NamesOf(message);
            var missing = new List<string>();
            foreach (var leaf in answer.RootElement.GetProperty("leaves").EnumerateArray())
            {
                if (!leaf.TryGetProperty("sha256", out var digest))
                    continue;
                // Python makes parts without a body of the groups of fields in a delivery status.
                if (leaf.GetProperty("len").GetInt64() > 0 && !contents.Contains(digest.GetString()!))
                    missing.Add($"{leaf.GetProperty("type").GetString()} of {leaf.GetProperty("len").GetInt64()} octets");
                if (leaf.GetProperty("name").GetString() is { Length: > 0 } name && !names.Contains(name))
                    missing.Add($"name {name}");
            }
            comparison.Add(Path.GetRelativePath(Samples.Corpus!, path), missing.Count == 0 ? null : "without " + string.Join(", ", missing));
        }
        comparison.Finish();
    }

    private static List<string> AskPython()
    {
        const string Python = "/usr/bin/python3.11";
        if (Samples.Corpus is null || !File.Exists(Python))
            return [];
        var files = Folders.SelectMany(f => Samples.Files(f)).Where(f => Path.GetExtension(f) is ".eml" or ".msg" or ".txt" or ".raw" or "" && !f.Contains("_decoded_", StringComparison.Ordinal) && Path.GetFileName(f) is not ("LICENSE.txt" or "NOTICE.txt") && new FileInfo(f).Length < 2_000_000);
        var start = new ProcessStartInfo(Python) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        start.ArgumentList.Add(Path.Combine(Samples.Root, "tests", "Mime.Tests", "Corpus", "python-email.py"));
        using var python = Process.Start(start)!;
        python.StandardInput.Write(string.Join('\n', files));
        python.StandardInput.Close();
        var answers = python.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToList();
        python.WaitForExit();
        python.ExitCode.ShouldBe(0);
        return answers;
    }

    /// <summary>The other parser drops CRs here and there in mail with CRLF, which we never do.</summary>
    private static IEnumerable<string> Forms(string view)
    {
        yield return Digest(view);
        yield return Digest(view.Replace("\r\n", "\n", StringComparison.Ordinal));
        if (view.EndsWith("\r\n", StringComparison.Ordinal))
            yield return Digest(view[..^2] + "\n");
    }

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Octets.Of(text)));
}
