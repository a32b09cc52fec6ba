namespace Amavis.Testing;

/// <summary>
/// Where mail samples lie: our own in tests/samples, and beside the checkout (or at AMAVIS_TEST_CORPUS) a collection of public
/// test messages, used as well when it is there.
/// </summary>
public static class Samples
{
    /// <summary>Root of the checkout.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>Our own samples.</summary>
    public static string Own { get; } = Path.Combine(Root, "tests", "samples");

    /// <summary>The public collection, or null when it is not on this machine.</summary>
    public static string? Corpus { get; } = FindCorpus();

    /// <summary>Files of the public collection and our own below a folder name, in a fixed order.</summary>
    public static IEnumerable<string> Files(string folder, string pattern = "*")
    {
        string?[] roots = [Own, Corpus];
        return roots.OfType<string>().Select(root => Path.Combine(root, folder)).Where(Directory.Exists)
            .SelectMany(root => Directory.EnumerateFiles(root, pattern, SearchOption.AllDirectories)).Order(StringComparer.Ordinal);
    }

    private static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "Amavis.Web.sln")))
                return at.FullName;
        throw new InvalidOperationException("the tests run outside a checkout");
    }

    private static string? FindCorpus()
    {
        var given = Environment.GetEnvironmentVariable("AMAVIS_TEST_CORPUS");
        var path = string.IsNullOrEmpty(given) ? Path.GetFullPath(Path.Combine(Root, "..", "shared", "corpus")) : given;
        return Directory.Exists(path) ? path : null;
    }
}
