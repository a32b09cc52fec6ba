using System.Reflection;

namespace Amavis.Daemon.Monitoring;

/// <summary>The version of this program and its date, from Directory.Build.props.</summary>
internal static class ProductVersion
{
    private static readonly Assembly Own = typeof(ProductVersion).Assembly;

    public static string Text { get; } = Own.GetName().Version?.ToString(3) ?? "?";

    /// <summary>Year, month and day: <c>20261122</c>.</summary>
    public static string Date { get; } =
        Own.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == "VersionDate")?.Value ?? "?";
}
