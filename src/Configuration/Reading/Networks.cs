using Amavis.Configuration.Files;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>Reads lists of networks and the policy banks that belong to them.</summary>
internal static class Networks
{
    /// <summary>A list of addresses and networks; nested lists and <c>{cidr: file}</c> are taken in at their place.</summary>
    public static bool List(Node node, BindContext context, out IpNetworks value)
    {
        var elements = new List<IpNetworkElement>();
        var good = Collect(node, context, elements);
        value = new IpNetworks(elements);
        return good;
    }

    /// <summary>Pairs of networks and banks, first match decides. The word <c>mynetworks</c> stands for that list.</summary>
    public static bool Policy(Node node, BindContext context, out IReadOnlyList<(IpNetworks? Networks, IReadOnlyList<string> Banks)>? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode and not MapNode)
            return context.Expects(node, "a list of [networks, policy banks]");
        var pairs = new List<(IpNetworks?, IReadOnlyList<string>)>();
        var good = true;
        foreach (var (networks, banks) in node is MapNode map ? Entries(map) : ((ListNode)node).Items.SelectMany(i => Pairs(i, context, ref good)))
        {
            good &= BankNames(banks, context, out var names);
            IpNetworks? list = null;
            if (networks is not ScalarNode { Text: "mynetworks" or "mynetworks_maps" })
                good &= List(networks, context, out list);
            pairs.Add((list, names));
        }
        value = pairs;
        return good;
    }

    /// <summary>A list of lists of networks. The word <c>mynetworks</c> stands for that list, and null in the value.</summary>
    public static bool Tables(Node node, BindContext context, out IReadOnlyList<IpNetworks?>? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of lists of networks");
        var tables = new List<IpNetworks?>();
        var good = true;
        foreach (var item in list.Items)
        {
            IpNetworks? networks = null;
            if (item is not ScalarNode { Text: "mynetworks" })
                good &= List(item, context, out networks);
            tables.Add(networks);
        }
        value = tables;
        return good;
    }

    private static IEnumerable<(Node, Node)> Entries(MapNode map) => map.Entries.Select(e => ((Node)e.Key, e.Value));

    private static IEnumerable<(Node, Node)> Pairs(Node item, BindContext context, ref bool good)
    {
        if (item is MapNode map)
            return Entries(map);
        if (item is ListNode { Items: [var networks, var banks] })
            return [(networks, banks)];
        good = context.Expects(item, "a pair [networks, policy banks]");
        return [];
    }

    private static bool BankNames(Node node, BindContext context, out IReadOnlyList<string> names)
    {
        var good = Scalars.Lines(node, context, out var lines);
        names = [.. lines.SelectMany(l => l.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))];
        foreach (var name in names)
            context.Session.BankReferences.Add(new BankReference(node.Position, context.Key, name));
        return good;
    }

    private static bool Collect(Node node, BindContext context, List<IpNetworkElement> elements)
    {
        switch (node)
        {
            case ScalarNode { IsNull: true }:
                return true;
            case ScalarNode scalar:
                return Element(scalar.Text, scalar.Position, context, elements);
            case ListNode list:
                var good = true;
                foreach (var item in list.Items)
                    good &= Collect(item, context, elements);
                return good;
            case MapNode { Entries: [{ Key.Text: "cidr" or "array" or "file", Value: ScalarNode { IsNull: false } named }] }:
                return FromFile(named, context, elements);
            default:
                return context.Expects(node, "addresses and networks such as 192.0.2.0/24");
        }
    }

    private static bool FromFile(ScalarNode named, BindContext context, List<IpNetworkElement> elements)
    {
        var path = TextFiles.Beside(named.Position.File, named.Text);
        if (TextFiles.Read(path, out var reason) is not { } text)
            return context.Fault(named, $"{path} {reason}");
        var good = true;
        foreach (var entry in HashFile.Read(text, trimValues: true))
            good &= Element(entry.Key, new SourcePosition(path, entry.Line, 1), context, elements);
        return good;
    }

    private static bool Element(string text, SourcePosition position, BindContext context, List<IpNetworkElement> elements)
    {
        if (!IpNetworks.TryParseElement(text, out var element, out var fault))
            return context.Fault(position, fault);
        elements.Add(element!);
        return true;
    }
}
