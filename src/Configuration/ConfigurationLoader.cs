using Amavis.Configuration.Catalog;
using Amavis.Configuration.Files;
using Amavis.Configuration.Reading;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration;

/// <summary>
/// Reads a configuration. Loading changes nothing outside of its result, so a running process reads its configuration again by
/// loading it and, when it is good, taking the new settings for what begins from then on.
/// </summary>
public static class ConfigurationLoader
{
    public static ConfigurationResult Load(string path, ConfigurationEnvironment environment)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(environment);
        var mistakes = new MistakeList();
        var files = new IncludeReader(environment, mistakes);
        files.Read(path);
        return Bind(files.Documents, files.Files, mistakes, environment);
    }

    /// <summary>Reads a configuration of one file that is not written yet.</summary>
    internal static ConfigurationResult Check(string file, string text, ConfigurationEnvironment environment)
    {
        var mistakes = new MistakeList();
        var document = YamlReader.Read(file, text, mistakes);
        return Bind(document is null ? [] : [new EnvironmentText(environment.Variable, mistakes).Expand(document)], [file], mistakes, environment);
    }

    private static ConfigurationResult Bind(IReadOnlyList<MapNode> documents, IReadOnlyList<string> files, MistakeList mistakes, ConfigurationEnvironment environment)
    {
        var assignments = DocumentMerge.Merge(documents, mistakes);
        var session = new BindSession(mistakes, Rules(assignments), IsTrue(assignments, "trim_trailing_space_in_lookup_result_fields")) { Given = assignments, SigningKeyCheck = environment.SigningKeys };
        var bound = new Binder(assignments, session).Bind(ConfigurationDefaults.Create(environment.HostName));
        var notices = new Notices(assignments, session, bound.Settings);
        return new ConfigurationResult(
            mistakes.Count == 0 ? bound.Settings : null,
            mistakes.Sorted(files),
            [.. notices.All(files, environment.HostName)],
            bound.Values,
            files,
            bound.Settings.PidFile);
    }

    /// <summary>How addresses in tables are normalised has to be known before the tables are read; mistakes are noted later.</summary>
    private static AddressRules Rules(Dictionary<string, Assignment> assignments) =>
        new("", IsTrue(assignments, "localpart_is_case_sensitive"));

    private static bool IsTrue(Dictionary<string, Assignment> assignments, string name) =>
        assignments.GetValueOrDefault(name)?.Value is ScalarNode scalar && Scalars.TruthOf(scalar) == true;
}
