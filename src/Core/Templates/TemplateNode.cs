using System.Text;
using System.Text.RegularExpressions;

namespace Amavis.Core.Templates;

/// <summary>A piece of a template. The family is closed; nodes never change once they are made.</summary>
public abstract class TemplateNode
{
    private protected TemplateNode()
    {
    }

    /// <summary>The piece as it is written, with escapes already resolved: what a quoted piece gives when it is used as text.</summary>
    public abstract void WriteSource(StringBuilder text);

    /// <summary>The source text of several nodes.</summary>
    public static string SourceOf(IReadOnlyList<TemplateNode> nodes)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        if (nodes is [LiteralNode only])
            return only.Text;
        var text = new StringBuilder();
        foreach (var node in nodes)
            node.WriteSource(text);
        return text.ToString();
    }

    private protected static void WriteArguments(StringBuilder text, string open, IReadOnlyList<TemplateNode[]> arguments)
    {
        text.Append(open);
        for (var i = 0; i < arguments.Count; i++)
        {
            if (i > 0)
                text.Append('|');
            foreach (var node in arguments[i])
                node.WriteSource(text);
        }
        text.Append(']');
    }
}

/// <summary>Text that stands for itself.</summary>
public sealed class LiteralNode(string text) : TemplateNode
{
    public string Text => text;

    public override void WriteSource(StringBuilder text) => text.Append(Text);
}

/// <summary>A line end of the template itself, where a comment ends.</summary>
public sealed class NewlineNode : TemplateNode
{
    public static readonly NewlineNode Instance = new();

    public override void WriteSource(StringBuilder text) => text.Append('\n');
}

/// <summary><c>#</c> inside of something quoted: takes effect when the piece around it is used.</summary>
public sealed class CommentNode : TemplateNode
{
    public static readonly CommentNode Instance = new();

    public override void WriteSource(StringBuilder text) => text.Append('#');
}

/// <summary><c>|</c> inside of a quotation: parts arguments when the quotation is used inside of a call.</summary>
public sealed class SeparatorNode : TemplateNode
{
    public static readonly SeparatorNode Instance = new();

    public override void WriteSource(StringBuilder text) => text.Append('|');
}

/// <summary><c>%x</c>, or <c>%#x</c> for the number of elements.</summary>
public sealed class MacroNode(string name, bool counts) : TemplateNode
{
    /// <summary>One character.</summary>
    public string Name => name;

    public bool Counts => counts;

    public override void WriteSource(StringBuilder text) => text.Append(Counts ? "%#" : "%").Append(Name);
}

/// <summary><c>_NAME_</c> or <c>_NAME(argument)_</c>.</summary>
public sealed class UnderscoreNode(string name, string? argument) : TemplateNode
{
    public string Name => name;

    /// <summary>None or one.</summary>
    public IReadOnlyList<string> Arguments { get; } = argument is null ? [] : [argument];

    public override void WriteSource(StringBuilder text)
    {
        text.Append('_').Append(Name);
        if (Arguments is [var argument])
            text.Append('(').Append(argument).Append(')');
        text.Append('_');
    }
}

/// <summary><c>["…"]</c>: taken over as it is, without the brackets.</summary>
public sealed class QuotedNode(TemplateNode[] content) : TemplateNode
{
    public TemplateNode[] Content => content;

    public override void WriteSource(StringBuilder text)
    {
        text.Append("[\"");
        foreach (var node in Content)
            node.WriteSource(text);
        text.Append("\"]");
    }
}

/// <summary><c>[:name|…]</c>, or <c>[@name|…]</c> whose result is evaluated again.</summary>
public sealed class CallNode : TemplateNode
{
    public CallNode(bool active, IReadOnlyList<TemplateNode[]> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        IsActive = active;
        Arguments = arguments;
        if (arguments.Count > 0 && arguments.All(Templates.Fixed.Is))
        {
            FixedName = Templates.Fixed.Text(arguments[0]).Trim();
            FixedArguments = [.. arguments.Skip(1).Select(Templates.Fixed.Text)];
        }
    }

    public bool IsActive { get; }

    /// <summary>The name first.</summary>
    public IReadOnlyList<TemplateNode[]> Arguments { get; }

    /// <summary>The name, when it and all arguments are plain text; else null.</summary>
    public string? FixedName { get; }

    public IReadOnlyList<string> FixedArguments { get; } = [];

    public override void WriteSource(StringBuilder text) => WriteArguments(text, IsActive ? "[@" : "[:", Arguments);
}

/// <summary><c>[?condition|…|…]</c>; what may be chosen is quoted.</summary>
public sealed class SelectorNode(TemplateNode[] condition, IReadOnlyList<TemplateNode[]> choices) : TemplateNode
{
    public TemplateNode[] Condition => condition;

    /// <summary>The condition without blanks around it, which do not count.</summary>
    public TemplateNode[] Question { get; } = [.. condition.SkipWhile(IsBlank).Reverse().SkipWhile(IsBlank).Reverse()];

    public IReadOnlyList<TemplateNode[]> Choices => choices;

    public override void WriteSource(StringBuilder text) => WriteArguments(text, "[?", [Condition, .. Choices]);

    private static bool IsBlank(TemplateNode node) => node is NewlineNode || (node is LiteralNode literal && string.IsNullOrWhiteSpace(literal.Text));
}

/// <summary><c>[~text|pattern|then|…|else]</c>.</summary>
/// <param name="patterns">By position in the arguments: patterns known when the template was read; null: not a pattern, not known yet, or faulty.</param>
public sealed class MatchNode(IReadOnlyList<TemplateNode[]> arguments, IReadOnlyList<Regex?> patterns) : TemplateNode
{
    public IReadOnlyList<TemplateNode[]> Arguments => arguments;

    public IReadOnlyList<Regex?> Patterns => patterns;

    public override void WriteSource(StringBuilder text) => WriteArguments(text, "[~", Arguments);
}

/// <summary><c>[=name|body]</c>.</summary>
public sealed class DefinitionNode(IReadOnlyList<TemplateNode[]> arguments) : TemplateNode
{
    public IReadOnlyList<TemplateNode[]> Arguments => arguments;

    public override void WriteSource(StringBuilder text) => WriteArguments(text, "[=", Arguments);
}

/// <summary><c>[variable|body|separator]</c>, <c>[body|separator]</c>, <c>[body]</c>: the body for each element of a list. All of it is quoted.</summary>
public sealed class IteratorNode : TemplateNode
{
    private const string VariableOfNames = "x";

    private readonly IReadOnlyList<TemplateNode[]> _arguments;

    public IteratorNode(IReadOnlyList<TemplateNode[]> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        _arguments = arguments;
        Body = arguments[arguments.Count >= 3 ? 1 : 0];
        Separator = arguments.Count switch { 1 => [], 2 => arguments[1], _ => arguments[2] };
        var variable = FirstMacro(arguments[0]);
        List = Variable = variable?.Name;
        if (variable is null && arguments.Count >= 3 && SourceOf(arguments[0]).Trim() is { Length: > 0 } name)
            (List, Variable) = (name, VariableOfNames);
        IsFlat = Body.All(n => n is LiteralNode or NewlineNode or MacroNode);
    }

    /// <summary>Macro whose elements are gone through; null: none is named, and nothing comes out.</summary>
    public string? List { get; }

    /// <summary>What stands for the element inside of the body.</summary>
    public string? Variable { get; }

    public TemplateNode[] Body { get; }

    public TemplateNode[] Separator { get; }

    /// <summary>The body has no brackets.</summary>
    public bool IsFlat { get; }

    public IReadOnlyList<TemplateNode[]> Arguments => _arguments;

    public override void WriteSource(StringBuilder text) => WriteArguments(text, "[", _arguments);

    private static MacroNode? FirstMacro(IEnumerable<TemplateNode> nodes) => nodes.Select(node => node switch
    {
        MacroNode { Counts: false } macro => macro,
        _ => Inside(node).Select(FirstMacro).FirstOrDefault(m => m is not null),
    }).FirstOrDefault(m => m is not null);

    private static IEnumerable<IEnumerable<TemplateNode>> Inside(TemplateNode node) => node switch
    {
        QuotedNode quoted => [quoted.Content],
        CallNode call => call.Arguments,
        SelectorNode selector => selector.Choices.Prepend(selector.Condition),
        MatchNode match => match.Arguments,
        DefinitionNode definition => definition.Arguments,
        IteratorNode iterator => iterator.Arguments,
        _ => [],
    };
}

/// <summary>Arguments whose text is known without evaluating anything.</summary>
internal static class Fixed
{
    public static bool Is(TemplateNode[] nodes) => nodes.All(n => n is LiteralNode or NewlineNode);

    public static string Text(TemplateNode[] nodes) => TemplateNode.SourceOf(nodes);
}
