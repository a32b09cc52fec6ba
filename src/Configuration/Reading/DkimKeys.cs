using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>dkim_keys</c>. Checked only: this version does not sign.</summary>
internal static class DkimKeys
{
    public static bool Read(Node node, BindContext context, out bool value)
    {
        value = true;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of keys");
        var good = true;
        var seen = new HashSet<(string, string)>();
        foreach (var item in list.Items)
        {
            var key = new SectionReader(item, context, "domain", "selector", "key", "h", "k", "n", "s", "t", "g", "v");
            var domain = key.Required<string>("domain", Scalars.RequiredLine, "").ToLowerInvariant();
            var selector = key.Required<string>("selector", Scalars.RequiredLine, "").ToLowerInvariant();
            key.Required<string>("key", Scalars.RequiredLine, "");
            foreach (var option in (string[])["h", "k", "n", "s", "t", "g", "v"])
                key.Get<string?>(option, Scalars.Line, null);
            if (key.IsGood && !seen.Add((domain, selector)))
                key.Fault($"a second key for selector {selector} of {domain}");
            good &= key.IsGood;
        }
        if (good && list.Items.Count > 0)
            context.Session.WithoutEffect.Add(context.Key);
        return good;
    }
}
