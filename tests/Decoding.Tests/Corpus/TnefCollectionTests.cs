using Amavis.Testing;

namespace Amavis.Decoding.Tests.Corpus;

/// <summary>TNEF files of the collection, with the names and contents another program found in them.</summary>
public class TnefCollectionTests
{
    [Fact]
    public void Attachments_have_the_contents_others_extract()
    {
        var comparison = new Comparison("mimekit", "contents of TNEF attachments");
        foreach (var path in Samples.Files("mimekit", "*.tnef").Where(p => Directory.Exists(Path.ChangeExtension(p, null))))
        {
            using var unpacked = Mails.UnpackFile("winmail.dat", File.ReadAllBytes(path));
            // Some of the texts of the collection have lost their CRs.
            var found = unpacked[2].Children.Where(part => part.Content is not null).Select(part => WithoutCr(Unpacked.Text(part))).ToHashSet();
            foreach (var file in Directory.GetFiles(Path.ChangeExtension(path, null)).Order(StringComparer.Ordinal))
            {
                var wanted = WithoutCr(Octets.Text(File.ReadAllBytes(file)));
                // An embedded object stands in the collection with the identifier of its interface.
                var same = found.Any(text => text == wanted || (wanted.Length == text.Length + 16 && wanted.EndsWith(text, StringComparison.Ordinal)));
                comparison.Add($"{Path.GetFileName(path)}/{Path.GetFileName(file)}", same ? null : $"no content of {wanted.Length} octets is it");
            }
        }
        comparison.Finish();
    }

    [Fact]
    public void Attachments_have_the_names_others_list()
    {
        var comparison = new Comparison("mimekit", "names of TNEF attachments");
        foreach (var path in Samples.Files("mimekit", "*.tnef"))
        {
            using var unpacked = Mails.UnpackFile("winmail.dat", File.ReadAllBytes(path));
            var names = unpacked[2].Children.SelectMany(part => part.Names).ToHashSet();
            // Names it makes up for what has none are not in the file.
            var missing = File.ReadAllLines(Path.ChangeExtension(path, ".list")).Where(name => name.Length > 0 && !name.StartsWith("body.", StringComparison.Ordinal) && !name.StartsWith("Untitled", StringComparison.Ordinal) && !names.Contains(name)).ToList();
            comparison.Add(Path.GetFileName(path), missing.Count == 0 ? null : "without " + string.Join(", ", missing));
        }
        comparison.Finish();
    }

    private static string WithoutCr(string text) => text.Replace("\r", "", StringComparison.Ordinal);
}
