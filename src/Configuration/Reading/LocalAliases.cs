using System.Collections.Frozen;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>local_delivery_aliases</c>: a name to a path, to <c>[path, file name]</c>, or to null; laid over the built-in ones.</summary>
internal static class LocalAliases
{
    public static bool Read(Node node, BindContext context, out Func<FrozenDictionary<string, LocalMailbox>, FrozenDictionary<string, LocalMailbox>> value)
    {
        value = known => known;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of names to places");
        var good = true;
        var (read, replaces) = (new Dictionary<string, LocalMailbox>(), false);
        foreach (var (name, place) in map.Entries)
        {
            var inner = context.For(name.Text);
            if (name.Text == ByCategories.Replace)
                good &= Scalars.Truth(place, inner, out replaces);
            else if (Mailbox(place, inner) is { } mailbox)
                read[name.Text.ToLowerInvariant()] = mailbox;
            else
                good = false;
        }
        value = known => known.Where(_ => !replaces).Where(k => !read.ContainsKey(k.Key)).Concat(read).ToFrozenDictionary();
        return good;
    }

    private static LocalMailbox? Mailbox(Node node, BindContext context)
    {
        if (node is ListNode { Items: [var path, var file] })
            return Scalars.Line(path, context, out var directory) && Scalars.Line(file, context, out var name)
                ? new LocalMailbox(directory, string.IsNullOrEmpty(name) ? null : name) : null;
        if (node is not ScalarNode)
        {
            context.Expects(node, "a path, or [path, file name]");
            return null;
        }
        return Scalars.Line(node, context, out var text) ? new LocalMailbox(text) : null;
    }
}
