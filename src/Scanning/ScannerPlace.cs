namespace Amavis.Scanning;

/// <summary>Where scanners work that need files or are programs.</summary>
/// <param name="WorkDirectory">Where a scanner that is told a path finds its files.</param>
/// <param name="SearchPath">Directories in which programs are searched, parted by colons; null: our own.</param>
/// <param name="Home">HOME of programs; null: our own.</param>
public sealed record ScannerPlace(string WorkDirectory, string? SearchPath = null, string? Home = null);
