using System.Text.RegularExpressions;

namespace Amavis.Configuration.Yaml;

/// <summary>
/// Puts environment variables into strings: <c>${NAME}</c> of capitals, digits and underscores. Other forms, such as
/// <c>${helo-name}</c> or <c>${1}</c>, belong to banners, methods and addresses and stay. <c>$${NAME}</c> is the text <c>${NAME}</c>.
/// </summary>
internal sealed partial class EnvironmentText(Func<string, string?> variable, MistakeList mistakes)
{
    public MapNode Expand(MapNode root) => (MapNode)Expand(root, "");

    private Node Expand(Node node, string key) => node switch
    {
        ScalarNode scalar when scalar.Text.Contains("${", StringComparison.Ordinal) => scalar with { Text = Expand(scalar, key) },
        ListNode list => list with { Items = [.. list.Items.Select(item => Expand(item, key))] },
        MapNode map => map with
        {
            Entries = [.. map.Entries.Select(e => e with { Value = Expand(e.Value, key.Length == 0 ? e.Key.Text : key + "." + e.Key.Text) })],
        },
        _ => node,
    };

    private string Expand(ScalarNode scalar, string key) => Reference().Replace(scalar.Text, match =>
    {
        if (match.Value.StartsWith("$$", StringComparison.Ordinal))
            return match.Value[1..];
        var name = match.Groups[1].Value;
        if (variable(name) is { } value)
            return value;
        mistakes.AddLast(scalar.Position, key, $"the environment variable {name} is not set");
        return "";
    });

    [GeneratedRegex(@"\$?\$\{([A-Z][A-Z0-9_]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Reference();
}
