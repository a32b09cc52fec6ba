using Amavis.Testing;

namespace Amavis.Decoding.Tests.Corpus;

/// <summary>TNEF files of the collection, with the names and contents another program found in them.</summary>
public class TnefCollectionTests
{
    [Fact]
    public void Attachments_have_the_contents_others_extract()
    {
        foreach (var path in Samples.Files("mimekit", "*.tnef"))
        {
            using var unpacked = Mails.UnpackFile("winmail.dat", File.ReadAllBytes(path));
            // Some of the texts of the collection have lost their CRs.
            var found = unpacked[2].Children.Where(part => part.Content is not null).Select(part => WithoutCr(Unpacked.Text(part))).ToHashSet();
            var folder = Path.ChangeExtension(path, null);
            if (!Directory.Exists(folder))
                continue;
            foreach (var file in Directory.GetFiles(folder))
            {
                var wanted = WithoutCr(Octets.Text(File.ReadAllBytes(file)));
                // An embedded object stands in the collection with the identifier of its interface.
                found.Any(text => text == wanted || (wanted.Length == text.Length + 16 && wanted.EndsWith(text, StringComparison.Ordinal)))
                    .ShouldBeTrue($"{Path.GetFileName(path)}: {Path.GetFileName(file)}");
            }
        }
    }

    [Fact]
    public void Attachments_have_the_names_others_list()
    {
        foreach (var path in Samples.Files("mimekit", "*.tnef"))
        {
            using var unpacked = Mails.UnpackFile("winmail.dat", File.ReadAllBytes(path));
            var names = unpacked[2].Children.SelectMany(part => part.Names).ToHashSet();
            var listed = File.ReadAllLines(Path.ChangeExtension(path, ".list"));
            foreach (var name in listed.Where(name => name.Length > 0 && !name.StartsWith("body.", StringComparison.Ordinal) && !name.StartsWith("Untitled", StringComparison.Ordinal)))
                names.ShouldContain(name, Path.GetFileName(path));
        }
    }

    private static string WithoutCr(string text) => text.Replace("\r", "", StringComparison.Ordinal);
}
