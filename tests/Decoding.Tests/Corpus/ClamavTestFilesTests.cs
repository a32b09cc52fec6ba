using Amavis.Core.Parts;
using Amavis.Testing;

namespace Amavis.Decoding.Tests.Corpus;

/// <summary>
/// One harmless program in the many packers of the package clamav-testfiles. The list beside this file says of each whether the
/// program comes out, whether the file is marked, or whether it is an ordinary file; it is checked where the package is installed.
/// </summary>
public class ClamavTestFilesTests
{
    private static readonly string Folder = Environment.GetEnvironmentVariable("AMAVIS_CLAMAV_TESTFILES") ?? "/usr/share/clamav-testfiles";

    private static IReadOnlyDictionary<string, string> Listed { get; } =
        File.ReadLines(Path.Combine(Samples.Root, "tests", "Decoding.Tests", "Corpus", "clamav-testfiles.txt"))
            .Where(line => line.Length > 0 && line[0] != '#').ToDictionary(line => line.Split(' ')[0], line => line.Split(' ')[1] is "helper" ? File.Exists("/usr/bin/7zz") ? "opened" : "marked" : line.Split(' ')[1]);

    [Fact]
    public void Each_file_is_opened_or_marked_as_listed()
    {
        Listed.Count.ShouldBe(44);
        if (!Directory.Exists(Folder))
            return;
        var program = File.ReadAllBytes(Path.Combine(Folder, "clam.exe"));
        Listed.Keys.ToDictionary(name => name, name => Outcome(Path.Combine(Folder, name), program)).ShouldBe(Listed, ignoreOrder: true);
    }

    private static string Outcome(string path, byte[] program)
    {
        using var unpacked = Mails.UnpackFile(Path.GetFileName(path), File.ReadAllBytes(path));
        return unpacked.Members.Any(part => part.Content is not null && Octets.Text(Unpacked.Read(part)).Contains(Octets.Text(program), StringComparison.Ordinal)) ? "opened"
            : unpacked.Tree.Parts.Any(part => part.Attributes.HasFlag(PartAttributes.Undecipherable)) ? "marked"
            : unpacked.Members.Count > 0 ? "unpacked"
            : "plain";
    }
}
