using Amavis.Configuration.Catalog;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;

namespace Amavis.Configuration.Reading;

/// <summary>Checks the form of values that nothing is done with, so that mistakes in them are found all the same.</summary>
internal static class Forms
{
    private static readonly MapsType AnyTables = new(ResultType.Any);

    public static bool Check(Node node, ValueKind kind, BindContext context)
    {
        if (node is ScalarNode { IsNull: true })
            return true;
        return kind switch
        {
            ValueKind.Truth => Scalars.Truth(node, context, out _),
            ValueKind.Integer => Scalars.Integer(long.MinValue)(node, context, out _),
            ValueKind.Number => Scalars.Number()(node, context, out _),
            ValueKind.Text or ValueKind.Template => node is ScalarNode || context.Expects(node, "a text"),
            ValueKind.TextOrList => node is ScalarNode || Scalars.Lines(node, context, out _),
            ValueKind.TextOrMap => node is not ListNode || context.Expects(node, "a text or a map"),
            ValueKind.List => node is ListNode || context.Expects(node, "a list"),
            ValueKind.Map or ValueKind.Section => node is MapNode || context.Expects(node, "a map"),
            ValueKind.Tables => Maps.Reader(AnyTables)(node, context, out _),
            ValueKind.Patterns => RegexTables.Reader(MapsType.FileNames)(node, context, out _),
            ValueKind.Networks or ValueKind.NetworkTables => Networks.List(node, context, out _),
            ValueKind.Method => Methods.Method(node, context, out _),
            ValueKind.Destiny => Scalars.DestinyOf(node, context, out _),
            ValueKind.ByCategory => ByCategories.Reader<Node>(Anything)(node, context, out _),
            _ => true,
        };
    }

    private static bool Anything(Node node, BindContext context, out Node value)
    {
        value = node;
        return true;
    }
}
