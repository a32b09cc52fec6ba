using Amavis.Configuration.Files;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>hooks</c>: assemblies with code of the administrator's own.</summary>
internal static class HookList
{
    public static bool Read(Node node, BindContext context, out IReadOnlyList<HookSettings> value)
    {
        var hooks = new List<HookSettings>();
        value = hooks;
        if (node is ScalarNode { IsNull: true })
            return true;
        var good = true;
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            if (item is ScalarNode)
            {
                good &= Assembly(item, context, out var alone);
                hooks.Add(new HookSettings(alone, null, new Dictionary<string, string>()));
                continue;
            }
            var entry = new SectionReader(item, context, "path", "type", "options");
            var path = entry.Required<string>("path", Assembly, "");
            var type = entry.Get<string?>("type", Scalars.Line, null);
            var options = entry.Get<IReadOnlyDictionary<string, string>>("options", Options, new Dictionary<string, string>());
            hooks.Add(new HookSettings(path, string.IsNullOrEmpty(type) ? null : type, options));
            good &= entry.IsGood;
        }
        return good;
    }

    private static bool Assembly(Node node, BindContext context, out string value)
    {
        if (!Scalars.RequiredLine(node, context, out value))
            return false;
        value = TextFiles.Beside(node.Position.File, value);
        return File.Exists(value) || context.Fault(node, $"{value} does not exist; build the hook first, or take the entry out");
    }

    private static bool Options(Node node, BindContext context, out IReadOnlyDictionary<string, string> value)
    {
        var options = new Dictionary<string, string>();
        value = options;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of names to texts");
        var good = true;
        foreach (var (name, text) in map.Entries)
        {
            good &= Scalars.LineOrEmpty(text, context.For(name.Text), out var line);
            options[name.Text] = line;
        }
        return good;
    }
}
