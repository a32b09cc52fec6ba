using Amavis.Testing;

namespace Amavis.Fuzz;

/// <summary>Inputs that once were findings; each is tried again in every run of the tests.</summary>
internal static class KeptCases
{
    public static string FolderOf(FuzzTarget target) => Path.Combine(Samples.Root, "tests", "Fuzz", "cases", target.Name);

    public static IEnumerable<string> Of(FuzzTarget target) =>
        Directory.Exists(FolderOf(target)) ? Directory.EnumerateFiles(FolderOf(target)).Order(StringComparer.Ordinal) : [];

    public static string Keep(Finding finding)
    {
        var path = Path.Combine(Directory.CreateDirectory(FolderOf(finding.Target)).FullName, finding.FileName);
        File.WriteAllBytes(path, finding.Input);
        return path;
    }
}
