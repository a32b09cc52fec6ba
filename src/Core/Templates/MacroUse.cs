namespace Amavis.Core.Templates;

/// <summary>Which macros a template calls.</summary>
public static class MacroUse
{
    /// <summary>Names that no macro has and that the template does not define; each once, in order. What is put together while expanding is not seen.</summary>
    public static IReadOnlyList<string> Unknown(Template template)
    {
        ArgumentNullException.ThrowIfNull(template);
        var used = new List<string>();
        var own = new HashSet<string>(StringComparer.Ordinal);
        Collect(template.Nodes, used, own);
        return [.. used.Where(n => !MacroNames.All.Contains(n) && !own.Contains(n) && n is not [>= '0' and <= '9']).Distinct(StringComparer.Ordinal)];
    }

    private static void Collect(IEnumerable<TemplateNode> nodes, List<string> used, HashSet<string> own)
    {
        foreach (var node in nodes)
        {
            switch (node)
            {
                case MacroNode macro:
                    used.Add(macro.Name);
                    break;
                case UnderscoreNode call:
                    used.Add(call.Name);
                    break;
                case QuotedNode quoted:
                    Collect(quoted.Content, used, own);
                    break;
                case CallNode call:
                    if (FixedName(call.Arguments) is { } name)
                        used.Add(name);
                    CollectAll(call.Arguments, used, own);
                    break;
                case SelectorNode selector:
                    Collect(selector.Condition, used, own);
                    CollectAll(selector.Choices, used, own);
                    break;
                case MatchNode match:
                    CollectAll(match.Arguments, used, own);
                    break;
                case DefinitionNode definition:
                    if (FixedName(definition.Arguments) is { } defined)
                        own.Add(defined);
                    CollectAll(definition.Arguments, used, own);
                    break;
                case IteratorNode iterator:
                    Loop(iterator, used, own);
                    break;
            }
        }
    }

    private static void Loop(IteratorNode iterator, List<string> used, HashSet<string> own)
    {
        if (iterator.List is { } list)
            used.Add(list);
        var inside = new List<string>();
        Collect(iterator.Body, inside, own);
        Collect(iterator.Separator, inside, own);
        used.AddRange(inside.Where(n => n != iterator.Variable));
    }

    private static void CollectAll(IEnumerable<TemplateNode[]> arguments, List<string> used, HashSet<string> own)
    {
        foreach (var nodes in arguments)
            Collect(nodes, used, own);
    }

    private static string? FixedName(IReadOnlyList<TemplateNode[]> arguments) =>
        arguments.Count > 0 && Fixed.Is(arguments[0]) && Fixed.Text(arguments[0]).Trim() is { Length: > 0 } name ? name : null;
}
