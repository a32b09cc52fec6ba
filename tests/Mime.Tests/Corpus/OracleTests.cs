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
    public static TheoryData<string> Listings()
    {
        var data = new TheoryData<string>();
        foreach (var file in Samples.Files("oracle", "mimeparser-*.jsonl"))
            data.Add(file);
        if (data.Count == 0)
            data.Add("");
        return data;
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void Leaves_are_those_of_the_reference_parser_but_for_the_listed_files(string listing)
    {
        var differences = Differences();
        differences.ShouldNotBeEmpty();
        if (listing.Length == 0)
            return; // The collection is not on this machine.
        var wrong = new List<string>();
        foreach (var line in File.ReadLines(listing))
        {
            using var expected = JsonDocument.Parse(line);
            var name = expected.RootElement.GetProperty("file").GetString()!;
            var message = File.ReadAllBytes(Path.Combine(Samples.Corpus!, name));
            var theirs = Theirs(expected.RootElement);
            var ours = Ours(message);
            var differs = ours.Count != theirs.Count || ours.Zip(theirs).Any(pair => !pair.First.Contains(pair.Second));
            if (differs != differences.ContainsKey(name))
                wrong.Add($"{name}:\n  ours:   {string.Join("\n          ", ours.Where(o => !o.Intersect(theirs).Any()).Select(o => o[0]))}\n  theirs: {string.Join("\n          ", theirs.Where(t => !ours.Any(o => o.Contains(t))))}");
        }
        string.Join("\n", wrong).ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(Listings))]
    public void Every_name_the_reference_parser_finds_is_among_ours(string listing)
    {
        if (listing.Length == 0)
            return; // The collection is not on this machine.
        var missing = new List<string>();
        foreach (var line in File.ReadLines(listing))
        {
            using var expected = JsonDocument.Parse(line);
            var file = expected.RootElement.GetProperty("file").GetString()!;
            var ours = MimeReader.Read(File.ReadAllBytes(Path.Combine(Samples.Corpus!, file))).Entities.SelectMany(e => e.FileNames).ToHashSet();
            foreach (var part in expected.RootElement.GetProperty("parts").EnumerateArray())
                if (part.TryGetProperty("names", out var names))
                    missing.AddRange(names.EnumerateArray().Select(n => n.GetString()!).Where(n => !ours.Contains(n) && !IsTheirFault(n)).Select(n => $"{file}: {n}"));
        }
        string.Join("\n", missing).ShouldBeEmpty();
    }

    /// <summary>A character cut in two between encoded words, and a list where a string belongs.</summary>
    private static bool IsTheirFault(string name) => name.Contains('\ufffd', StringComparison.Ordinal) || name.StartsWith("ARRAY(", StringComparison.Ordinal);

    [Theory]
    [MemberData(nameof(Listings))]
    public void What_the_reference_parser_complains_of_is_an_error_for_us_but_for_the_listed_files(string listing)
    {
        if (listing.Length == 0)
            return; // The collection is not on this machine.
        var wrong = new List<string>();
        var differences = Differences();
        foreach (var line in File.ReadLines(listing))
        {
            using var expected = JsonDocument.Parse(line);
            var file = expected.RootElement.GetProperty("file").GetString()!;
            var tree = MimeReader.Read(File.ReadAllBytes(Path.Combine(Samples.Corpus!, file)));
            if (expected.RootElement.TryGetProperty("errors", out var errors) && tree.Errors.Count == 0 && !differences.ContainsKey(file))
                wrong.Add($"{file}: {errors}");
        }
        string.Join("\n", wrong).ShouldBeEmpty();
    }

    private static Dictionary<string, string> Differences() =>
        File.ReadLines(Path.Combine(Samples.Root, "tests", "Mime.Tests", "Corpus", "oracle-differences.txt"))
            .Where(line => line.Length > 0 && line[0] != '#')
            .ToDictionary(line => line[..line.IndexOf(' ', StringComparison.Ordinal)], line => line);

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
