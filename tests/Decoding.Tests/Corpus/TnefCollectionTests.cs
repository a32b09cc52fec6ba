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
            var found = unpacked[2].Children.Where(part => part.Content is not null).Select(Unpacked.Text).ToHashSet();
            var folder = Path.ChangeExtension(path, null);
            if (!Directory.Exists(folder))
                continue;
            foreach (var file in Directory.GetFiles(folder).Where(file => !file.EndsWith(".rtf", StringComparison.Ordinal)))
                found.ShouldContain(Octets.Text(File.ReadAllBytes(file)), $"{Path.GetFileName(path)}: {Path.GetFileName(file)}");
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
}
