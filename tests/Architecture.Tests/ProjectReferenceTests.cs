using System.Xml.Linq;
using Amavis.Testing;

namespace Amavis.Architecture.Tests;

/// <summary>References between projects point one way, and packages stand where they may.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Mime"] = ["Core"],
        ["Dns"] = ["Core"],
        ["Snmp"] = ["Core"],
        ["Dkim"] = ["Core", "Mime", "Dns"],
        ["Authentication"] = ["Core", "Mime", "Dns", "Dkim"],
        ["Protocols"] = ["Core"],
        ["Programs"] = [],
        ["Decoding"] = ["Core", "Mime", "Programs"],
        ["Scanning"] = ["Core", "Mime", "Programs"],
        ["Configuration"] = ["Core"],
        ["Data"] = ["Core"],
        ["Engine"] = ["Core", "Mime", "Dns", "Dkim", "Authentication", "Snmp", "Protocols", "Decoding", "Scanning", "Programs"],
        ["Daemon"] = ["Core", "Configuration", "Engine", "Data", "Protocols", "Snmp", "Scanning", "Decoding", "Mime"],
        ["Web"] = ["Core", "Configuration", "Data", "Protocols", "Mime"],
        ["Cli"] = ["Core", "Configuration", "Data", "Protocols", "Engine", "Scanning", "Decoding", "Mime", "Dns", "Dkim"],
        ["Demo"] = ["Core", "Protocols"],
    };

    private static readonly string[] WithoutPackages = ["Core", "Mime", "Dns", "Dkim", "Authentication", "Snmp", "Protocols"];

    public static TheoryData<string> Projects() =>
        [.. Directory.EnumerateDirectories(Path.Combine(Samples.Root, "src")).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_refers_only_to_what_lies_before_it(string project)
    {
        Allowed.ShouldContainKey(project, "a new project needs a place in the order of references");
        References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r).Replace("Amavis.", "", StringComparison.Ordinal))
            .Where(r => !r.StartsWith("Migrations", StringComparison.Ordinal))
            .ShouldBeSubsetOf(Allowed[project]);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Terms_and_codecs_need_no_package(string project)
    {
        if (WithoutPackages.Contains(project))
            References(project, "PackageReference").ShouldBeEmpty();
        else
            References(project, "PackageReference").ShouldAllBe(p => p.Length > 0);
    }

    [Fact]
    public void Versions_stand_in_one_place()
    {
        var own = Directory.EnumerateFiles(Samples.Root, "*.csproj", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/node_modules/", StringComparison.Ordinal))
            .SelectMany(f => XDocument.Load(f).Descendants("PackageReference").Where(e => e.Attribute("Version") is not null).Select(e => $"{f}: {e}"));
        own.ShouldBeEmpty();
    }

    private static List<string> References(string project, string kind) =>
        [.. XDocument.Load(Path.Combine(Samples.Root, "src", project, $"Amavis.{project}.csproj")).Descendants(kind).Select(e => e.Attribute("Include")!.Value)];
}
