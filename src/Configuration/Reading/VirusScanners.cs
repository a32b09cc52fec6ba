using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>av_scanners</c>. An entry this version can't ask stays in the list, where it counts as a scanner that fails.</summary>
internal static class VirusScanners
{
    private static readonly string[] Keys =
        ["name", "protocol", "address", "by_path", "query", "command", "arguments", "directory", "clean", "infected", "virus_name"];

    public static bool Read(Node node, BindContext context, out IReadOnlyList<VirusScannerSettings> value)
    {
        var scanners = new List<VirusScannerSettings>();
        value = scanners;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of scanners");
        var good = true;
        foreach (var item in list.Items)
        {
            var entry = new SectionReader(item, context, Keys);
            if (item is MapNode)
                scanners.Add(Scanner(entry, context));
            good &= entry.IsGood;
        }
        return good;
    }

    private static VirusScannerSettings Scanner(SectionReader entry, BindContext context)
    {
        var name = entry.Required<string>("name", Scalars.RequiredLine, "");
        var protocol = entry.Get("protocol", Scalars.OneOf([.. Implemented.VirusProtocols, .. Implemented.LaterVirusProtocols]), null);
        var commands = entry.Get<IReadOnlyList<string>>("command", Scalars.Lines, []);
        entry.Get<IReadOnlyList<string>>("arguments", Scalars.Lines, []);
        entry.Get<string?>("directory", Scalars.Line, null);
        entry.Get<string?>("query", Text, null);
        foreach (var key in (string[])["clean", "infected"])
            entry.Get<bool>(key, StatusOrPattern, false);
        entry.Get<bool>("virus_name", Pattern, false);
        if (entry.Has("protocol") == entry.Has("command"))
            entry.Fault("expects either protocol and address, or command");
        var addresses = entry.Has("protocol")
            ? entry.Required<IReadOnlyList<string>>("address", Sockets.Addresses, [])
            : entry.Get<IReadOnlyList<string>>("address", Sockets.Addresses, []);
        if (entry.IsGood && (commands.Count > 0 || !Implemented.VirusProtocols.Contains(protocol)))
            context.Session.WithoutEffect.Add($"{context.Key}: {name} ({(commands.Count > 0 ? "command" : protocol)}; it counts as a scanner that fails)");
        return new VirusScannerSettings(name, protocol, addresses, entry.Get<bool>("by_path", Scalars.Truth, false));
    }

    private static bool Text(Node node, BindContext context, out string? value)
    {
        value = (node as ScalarNode)?.Text;
        return value is not null || context.Expects(node, "a text");
    }

    /// <summary>Exit statuses, or a pattern over the output.</summary>
    private static bool StatusOrPattern(Node node, BindContext context, out bool value)
    {
        value = true;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return Pattern(node, context, out value);
        var good = true;
        foreach (var item in list.Items)
            good &= Scalars.Integer(0, 255)(item, context, out _);
        return good;
    }

    private static bool Pattern(Node node, BindContext context, out bool value)
    {
        value = true;
        if (node is not ScalarNode scalar)
            return context.Expects(node, "a pattern");
        return scalar.IsNull || PerlPattern.TryCompile(scalar.Text, out _, out var fault, System.Text.RegularExpressions.RegexOptions.Multiline)
            || context.Fault(node, fault);
    }
}
