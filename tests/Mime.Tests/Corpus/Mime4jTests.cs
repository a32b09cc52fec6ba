using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Mime.Tests.Corpus;

/// <summary>Compares the structure with what Apache mime4j makes of its own test messages; nested messages are opened for this.</summary>
public sealed partial class Mime4jTests
{
    /// <summary>Where another reading is right, or as good.</summary>
    private static readonly Dictionary<string, string> Different = new()
    {
        ["weird-boundary"] = "the boundary ends in blanks, which we do not rely on",
        ["very-long-boundary"] = "the same",
        ["very-very-long-boundary"] = "the same",
        ["ending-boundaries"] = "text after the delimiters: only in our other reading",
        ["multi-2gifs-base64"] = "an encoded message: it is opened when decoded, not here",
        ["base64encoded-rfc822message"] = "the same",
        ["base64encoded-rfc822message-nested"] = "the same",
        ["bad-newlines-multiple-parts-base64"] = "the same",
    };

    public static TheoryData<string> Expectations()
    {
        var data = new TheoryData<string>();
        foreach (var file in Samples.Files("mime4j", "*.xml"))
            if (!file.EndsWith("_decoded.xml", StringComparison.Ordinal))
                data.Add(file);
        if (data.Count == 0)
            data.Add("");
        return data;
    }

    [Theory]
    [MemberData(nameof(Expectations))]
    public void Structure_is_the_one_mime4j_sees(string file)
    {
        if (file.Length == 0)
            return; // The collection is not on this machine.
        var name = Path.GetFileNameWithoutExtension(file);
        var message = File.ReadAllBytes(Path.ChangeExtension(file, ".msg"));
        var options = MimeReaderOptions.Default with { OpenMessages = true, ExtractEmbedded = false };
        var ours = Outline(MimeReader.Read(message, options).Root);
        var theirs = Outline(Load(file).Root!);
        if (Different.ContainsKey(name))
            ours.ShouldNotBe(theirs, $"{name} is listed as different");
        else
            ours.ShouldBe(theirs, name);
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

    /// <summary>The files hold octets that are no characters of XML; they stand in bodies, which are not looked at here.</summary>
    private static XDocument Load(string file) =>
        XDocument.Parse(NoCharacter().Replace(Encoding.Latin1.GetString(File.ReadAllBytes(file)), "?"));

    [GeneratedRegex("&#(x[0-9a-fA-F]+|[0-9]+);|[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\x7f-\\x9f]")]
    private static partial Regex NoCharacter();
}
