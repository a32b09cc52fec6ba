using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Amavis.Mime.Structure;
using Amavis.Mime.Transfer;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>What Apache mime4j makes of its own test messages; nested messages are opened for this.</summary>
public sealed partial class Mime4jTests
{
    private static readonly MimeReaderOptions Opened = MimeReaderOptions.Default with { OpenMessages = true, ExtractEmbedded = false };

    [Fact]
    public void Structure_is_the_one_mime4j_sees()
    {
        var comparison = new Comparison("mime4j", "structure", "Mime.Tests/Corpus/mime4j-structure-differing.txt");
        foreach (var (name, message, expected) in Cases(".xml"))
            comparison.Add(name, Difference(Outline(expected.Root!), Outline(MimeReader.Read(message, Opened).Root)));
        comparison.Finish();
    }

    [Fact]
    public void Fields_and_bodies_are_those_mime4j_sees()
    {
        var comparison = new Comparison("mime4j", "header fields and bodies as they stand", "Mime.Tests/Corpus/mime4j-content-differing.txt");
        foreach (var (name, message, expected) in Cases(".xml"))
            comparison.Add(name, Difference(Theirs(expected.Root!).ToList(), Ours(MimeReader.Read(message, Opened), message).ToList()));
        comparison.Finish();
    }

    [Fact]
    public void Decoded_bodies_are_those_mime4j_gives()
    {
        var comparison = new Comparison("mime4j", "decoded bodies", "Mime.Tests/Corpus/mime4j-decoded-differing.txt");
        foreach (var (name, message, expected) in Cases("_decoded.xml"))
        {
            var folder = Path.GetDirectoryName(Samples.Files("mime4j", name + "_decoded.xml").First())!;
            var wanted = expected.Descendants().Where(e => e.Name.LocalName is "text-body" or "binary-body").Select(e => WithoutCr(Octets.Text(File.ReadAllBytes(Path.Combine(folder, e.Attribute("name")!.Value))))).ToList();
            var found = MimeReader.Read(message, Opened).DepthFirst().Where(e => e.IsLeaf).Select(e => WithoutCr(Octets.Text(TransferDecoder.DecodeAll(e.Encoding, Of(message, e.Body))))).ToList();
            comparison.Add(name, Difference(wanted, found));
        }
        comparison.Finish();
    }

    /// <summary>mime4j writes a message back with encodings and delimiters of its own; what is in it stays the same.</summary>
    [Fact]
    public void What_mime4j_writes_back_is_the_same_message()
    {
        var comparison = new Comparison("mime4j", "messages as written back", "Mime.Tests/Corpus/mime4j-written-differing.txt");
        foreach (var file in Samples.Files("mime4j", "*.out"))
        {
            var written = File.ReadAllBytes(file);
            var message = File.ReadAllBytes(Path.ChangeExtension(file, ".msg"));
            comparison.Add(Path.GetFileNameWithoutExtension(file), Difference(Leaves(message), Leaves(written)));
        }
        comparison.Finish();
    }

    private static IEnumerable<(string Name, byte[] Message, XDocument Expected)> Cases(string suffix)
    {
        foreach (var file in Samples.Files("mime4j", "*" + suffix))
        {
            if (suffix == ".xml" && file.EndsWith("_decoded.xml", StringComparison.Ordinal))
                continue;
            yield return (Path.GetFileName(file)[..^suffix.Length], File.ReadAllBytes(file[..^suffix.Length] + ".msg"), Load(file));
        }
    }

    private static string? Difference(string wanted, string found) => found == wanted ? null : $"{found} instead of {wanted}";

    private static string? Difference(List<string> wanted, List<string> found)
    {
        if (wanted.Count != found.Count)
            return $"{found.Count} pieces instead of {wanted.Count}";
        var at = wanted.Zip(found).ToList().FindIndex(pair => pair.First != pair.Second);
        return at < 0 ? null : $"piece {at}: {Shown(found[at], wanted[at])}";
    }

    private static string Shown(string found, string wanted)
    {
        var same = found.Zip(wanted).TakeWhile(p => p.First == p.Second).Count();
        string Piece(string text) => text[Math.Max(0, same - 20)..Math.Min(text.Length, same + 60)].Replace("\n", "\\n", StringComparison.Ordinal);
        return $"\"{Piece(found)}\" ({found.Length}) instead of \"{Piece(wanted)}\" ({wanted.Length}) at {same}";
    }

    private static string Outline(MimeEntity entity)
    {
        if (entity.Children.Count == 0)
            return entity.IsMultipart ? "multipart()" : "body";
        var inner = string.Join(',', entity.Children.Select(Outline));
        return entity.IsMultipart ? $"multipart({inner})" : $"message({inner})";
    }

    /// <summary>A message or body part is its body, a message in it, or its multipart.</summary>
    private static string Outline(XElement element)
    {
        var content = element.Elements().Last(e => e.Name.LocalName is "body" or "multipart" or "message");
        return content.Name.LocalName switch
        {
            "body" => "body",
            "message" => $"message({Outline(content)})",
            _ => $"multipart({string.Join(',', content.Elements("body-part").Select(Outline))})",
        };
    }

    /// <summary>Fields and bodies in their order; the files begin each with a line end.</summary>
    private static IEnumerable<string> Theirs(XElement root) =>
        root.Descendants().Where(e => e.Name.LocalName is "field" or "body").Select(e => e.Value[1..]);

    private static IEnumerable<string> Ours(MimeTree tree, byte[] message)
    {
        foreach (var entity in tree.DepthFirst())
        {
            foreach (var field in Amavis.Mime.Headers.HeaderSection.Parse(message.AsMemory((int)entity.Header.Offset, (int)entity.Header.Length)).Fields)
                if (field.Name.Length > 0)
                    yield return Shape(message.AsSpan((int)(entity.Header.Offset + field.Offset), (int)field.Length)).TrimEnd('\n');
            if (entity.IsLeaf && !entity.IsMultipart)
                yield return Shape(Of(message, entity.Body));
        }
    }

    private static List<string> Leaves(byte[] message) =>
        [.. MimeReader.Read(message, Opened).DepthFirst().Where(e => e.IsLeaf).Select(e => WithoutCr(Octets.Text(TransferDecoder.DecodeAll(e.Encoding, Of(message, e.Body)))).TrimEnd('\n'))];

    private static ReadOnlySpan<byte> Of(byte[] message, OctetRange range) => message.AsSpan((int)range.Offset, (int)range.Length);

    private static string WithoutCr(string text) => text.Replace("\r", "", StringComparison.Ordinal);

    /// <summary>As it comes out of a file in XML.</summary>
    private static string Shape(ReadOnlySpan<byte> octets) => NoCharacter().Replace(Octets.Text(octets).ReplaceLineEndings("\n"), "?");

    /// <summary>The files hold octets that are no characters of XML.</summary>
    private static XDocument Load(string file) =>
        XDocument.Parse(NoCharacter().Replace(Encoding.Latin1.GetString(File.ReadAllBytes(file)), "?"), LoadOptions.PreserveWhitespace);

    [GeneratedRegex("&#(x[0-9a-fA-F]+|[0-9]+);|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")]
    private static partial Regex NoCharacter();
}
