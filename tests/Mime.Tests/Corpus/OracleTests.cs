using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;
using Shouldly;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>
/// Compares with what the parser of amavisd-new sees in the public collection. Where we differ, oracle-differences.txt says
/// why, one file a line; a line that is no longer true fails as well.
/// </summary>
public sealed class OracleTests
{
    private const string Differing = "Mime.Tests/Corpus/oracle-differences.txt";

    [Fact]
    public void Leaves_are_those_of_the_reference_parser_but_for_the_listed_files()
    {
        var comparison = new Comparison("oracle", "parts, their types, lengths and digests", Differing);
        foreach (var (file, expected, message) in Expectations())
        {
            var (theirs, ours) = (Theirs(expected), Ours(message));
            var differs = ours.Count != theirs.Count || ours.Zip(theirs).Any(pair => !pair.First.Contains(pair.Second));
            comparison.Add(file, differs ? $"{string.Join(", ", ours.Where(o => !o.Intersect(theirs).Any()).Select(o => o[0]))} instead of {string.Join(", ", theirs.Where(t => !ours.Any(o => o.Contains(t))))}" : null);
        }
        comparison.Finish();
    }

    [Fact]
    public void Every_name_the_reference_parser_finds_is_among_ours()
    {
        var comparison = new Comparison("oracle", "names of parts");
        foreach (var (file, expected, message) in Expectations())
        {
            var ours = MimeReader.Read(message).Entities.SelectMany(e => e.FileNames).ToHashSet();
            var theirs = expected.GetProperty("parts").EnumerateArray().SelectMany(p => p.TryGetProperty("names", out var names) ? names.EnumerateArray().Select(n => n.GetString()!) : []);
            var missing = theirs.Where(n => !ours.Contains(n) && !IsTheirFault(n)).ToList();
            comparison.Add(file, missing.Count == 0 ? null : "without " + string.Join(", ", missing));
        }
        comparison.Finish();
    }

    /// <summary>A character cut in two between encoded words, and a list where a string belongs.</summary>
    private static bool IsTheirFault(string name) => name.Contains('\ufffd', StringComparison.Ordinal) || name.StartsWith("ARRAY(", StringComparison.Ordinal);

    /// <summary>Only for mail whose parts are the same: where they differ, so may the complaints.</summary>
    [Fact]
    public void What_the_reference_parser_complains_of_is_an_error_for_us_but_for_the_listed_files()
    {
        var excused = File.ReadLines(Path.Combine(Samples.Root, "tests", Differing)).Select(l => l.Split(' ')[0]).ToHashSet();
        var comparison = new Comparison("oracle", "mail it complains of is faulty for us");
        foreach (var (file, expected, message) in Expectations())
            if (expected.TryGetProperty("errors", out var errors) && !excused.Contains(file))
                comparison.Add(file, MimeReader.Read(message).Errors.Count > 0 ? null : errors.ToString());
        comparison.Finish();
    }

    private static IEnumerable<(string File, JsonElement Expected, byte[] Message)> Expectations()
    {
        foreach (var line in Samples.Files("oracle", "mimeparser-*.jsonl").SelectMany(File.ReadLines))
        {
            using var expected = JsonDocument.Parse(line);
            var name = expected.RootElement.GetProperty("file").GetString()!;
            yield return (name, expected.RootElement, File.ReadAllBytes(Path.Combine(Samples.Corpus!, name)));
        }
    }

    private static List<string> Theirs(JsonElement message)
    {
        var leaves = new List<string>();
        foreach (var part in message.GetProperty("parts").EnumerateArray())
        {
            if (!part.TryGetProperty("sha256", out var digest))
                continue;
            leaves.Add($"{part.GetProperty("n").GetString()} {part.GetProperty("type").GetString()} {part.GetProperty("len").GetInt64()} {digest.GetString()![..8]}");
        }
        return leaves;
    }

    /// <summary>For each leaf the ways it may be listed: the other parser drops CRs here and there in mail with CRLF, which we never do.</summary>
    private static List<List<string>> Ours(byte[] message)
    {
        var tree = MimeReader.Read(message);
        var leaves = new List<List<string>>();
        var places = new Dictionary<int, string> { [0] = "1" };
        foreach (var entity in tree.Entities)
        {
            if (entity.Parent is not null)
                places[entity.Index] = $"{places[entity.Parent.Index]}.{entity.Parent.Children.ToList().IndexOf(entity) + 1}";
            // Where no delimiter was found the other parser has nothing, we have the body.
            if (!entity.IsLeaf || entity.IsMultipart)
                continue;
            var body = Octets.Text(message.AsSpan((int)entity.Body.Offset, (int)entity.Body.Length));
            var decoded = Decode(entity, body);
            var forms = new[] { decoded, decoded.EndsWith("\r\n", StringComparison.Ordinal) ? decoded[..^2] + "\n" : decoded, WithoutCr(decoded), Decode(entity, WithoutCr(body)) };
            leaves.Add([.. forms.Select(form => $"{places[entity.Index]} {entity.MediaType} {form.Length} {Digest(form)}").Distinct()]);
        }
        return leaves;
    }

    private static string Decode(MimeEntity entity, string body) => Octets.Text(TransferDecoder.DecodeAll(entity.Encoding, Octets.Of(body)));

    private static string WithoutCr(string text) => text.Replace("\r\n", "\n", StringComparison.Ordinal);

    private static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Octets.Of(text)))[..8];
}
