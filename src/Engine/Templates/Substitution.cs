using System.Text.RegularExpressions;
using Amavis.Core.Templates;

namespace Amavis.Engine.Templates;

/// <summary>Puts values in place of <c>%x</c> and <c>%0</c> to <c>%9</c> in quoted nodes, however deep they stand.</summary>
/// <param name="find">The nodes for a macro's name; null: it is left alone.</param>
/// <param name="charge">Called for each node copied; false ends the work.</param>
internal sealed class Substitution(Func<string, TemplateNode[]?> find, Func<bool> charge)
{
    /// <summary>The same array when nothing in it is replaced.</summary>
    public TemplateNode[] Apply(TemplateNode[] nodes)
    {
        List<TemplateNode>? changed = null;
        for (var i = 0; i < nodes.Length; i++)
        {
            if (!charge())
                return [];
            var node = nodes[i];
            var replaced = node is MacroNode { Counts: false } macro ? find(macro.Name) : null;
            var inner = replaced is null ? Inside(node) : node;
            if (changed is null && (replaced is not null || !ReferenceEquals(inner, node)))
            {
                changed = new List<TemplateNode>(nodes.Length + 4);
                changed.AddRange(nodes.AsSpan(0, i));
            }
            if (changed is null)
                continue;
            if (replaced is null)
            {
                changed.Add(inner);
                continue;
            }
            foreach (var piece in replaced)
            {
                if (!charge())
                    return [];
                changed.Add(piece);
            }
        }
        return changed is null ? nodes : [.. changed];
    }

    private TemplateNode Inside(TemplateNode node)
    {
        switch (node)
        {
            case QuotedNode quoted:
                var content = Apply(quoted.Content);
                return ReferenceEquals(content, quoted.Content) ? node : new QuotedNode(content);
            case CallNode call:
                return All(call.Arguments) is { } arguments ? new CallNode(call.IsActive, arguments) : node;
            case SelectorNode selector:
                var condition = Apply(selector.Condition);
                var choices = All(selector.Choices);
                return choices is null && ReferenceEquals(condition, selector.Condition) ? node : new SelectorNode(condition, choices ?? selector.Choices);
            case MatchNode match:
                return All(match.Arguments) is { } parts ? new MatchNode(parts, StillKnown(match, parts)) : node;
            case DefinitionNode definition:
                return All(definition.Arguments) is { } defined ? new DefinitionNode(defined) : node;
            case IteratorNode iterator:
                return All(iterator.Arguments) is { } looped ? new IteratorNode(looped) : node;
            default:
                return node;
        }
    }

    /// <summary>Null when nothing in them is replaced.</summary>
    private List<TemplateNode[]>? All(IReadOnlyList<TemplateNode[]> arguments)
    {
        List<TemplateNode[]>? changed = null;
        for (var i = 0; i < arguments.Count; i++)
        {
            var applied = Apply(arguments[i]);
            if (changed is null && !ReferenceEquals(applied, arguments[i]))
                changed = [.. arguments.Take(i)];
            changed?.Add(applied);
        }
        return changed;
    }

    private static Regex?[] StillKnown(MatchNode match, List<TemplateNode[]> arguments) =>
        [.. match.Patterns.Select((p, i) => ReferenceEquals(match.Arguments[i], arguments[i]) ? p : null)];
}
