using Amavis.Core.Templates;

namespace Amavis.Engine.Templates;

/// <summary>
/// Expands a template. Values of macros are text and never read as template again, so nothing in a message can call a macro. Never
/// throws; what is over the limits is cut.
/// </summary>
public sealed partial class TemplateExpander
{
    /// <summary>
    /// Stands for a line end that came from a value while a notice is made: such a one can't begin another header field.
    /// </summary>
    public const char ValueLineEnd = '\uFDD0';

    private readonly Template _template;
    private readonly IMacroSource _macros;
    private readonly ExpansionLimits _limits;
    private readonly bool _marksLineEnds;
    private readonly OutputSink _output;
    private readonly Stack<ArgumentSink> _sinks = new();
    private Dictionary<string, TemplateNode[]>? _definitions;
    private bool _inComment;
    private bool _isSpent;
    private int _depth;
    private int _steps;
    private int _timeouts;
    private long _work;

    private TemplateExpander(Template template, IMacroSource macros, ExpansionLimits limits, bool marksLineEnds)
    {
        _template = template;
        _macros = macros;
        _limits = limits;
        _marksLineEnds = marksLineEnds;
        _output = new OutputSink(limits.Characters);
    }

    /// <param name="marksLineEnds">Line ends inside of values become <see cref="ValueLineEnd"/>.</param>
    public static Expansion Expand(Template template, IMacroSource macros, ExpansionLimits limits, bool marksLineEnds = false)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(macros);
        ArgumentNullException.ThrowIfNull(limits);
        var expander = new TemplateExpander(template, macros, limits, marksLineEnds);
        expander.Evaluate(template.Nodes, expander._output);
        return new Expansion(OctetText.Present(expander._output.ToString()), expander._isSpent);
    }

    private void Evaluate(ReadOnlySpan<TemplateNode> nodes, ExpansionSink sink)
    {
        if (_depth >= _limits.Depth)
        {
            _isSpent = true;
            return;
        }
        _depth++;
        foreach (var node in nodes)
        {
            if (_inComment)
            {
                _inComment = node is not NewlineNode;
                continue;
            }
            if (!Step())
                break;
            Evaluate(node, sink);
        }
        _depth--;
    }

    private void Evaluate(TemplateNode node, ExpansionSink sink)
    {
        switch (node)
        {
            case LiteralNode literal:
                Emit(sink, literal.Text);
                break;
            case NewlineNode:
                Emit(sink, "\n");
                break;
            case CommentNode:
                _inComment = true;
                break;
            case SeparatorNode:
                sink.Separator();
                break;
            case MacroNode { Counts: true } macro:
                Emit(sink, Number(ValueOf(macro.Name, []).Count));
                break;
            case MacroNode macro:
                Emit(sink, TextOf(macro.Name, []));
                break;
            case UnderscoreNode call:
                Emit(sink, TextOf(call.Name, call.Arguments));
                break;
            case QuotedNode quoted:
                Quote(quoted, sink);
                break;
            case SelectorNode selector:
                Select(selector, sink);
                break;
            case IteratorNode iterator:
                Iterate(iterator, sink);
                break;
            case CallNode call:
                Call(call, sink);
                break;
            case MatchNode match:
                Match(match, sink);
                break;
            case DefinitionNode definition:
                Define(definition);
                break;
        }
    }

    private static string Number(int value) => value.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private bool Step(int cost = 1)
    {
        _steps += cost;
        _isSpent |= _steps > _limits.Steps;
        return !_isSpent;
    }

    private void Work(int characters)
    {
        _work += characters;
        _isSpent |= _work > _limits.Work;
    }

    private void Emit(ExpansionSink sink, string text)
    {
        Work(text.Length);
        if (_isSpent)
            return;
        sink.Text(text);
        _isSpent |= _output.IsFull;
    }

    private void Quote(QuotedNode quoted, ExpansionSink sink)
    {
        foreach (var node in quoted.Content)
        {
            if (!Step())
                return;
            // Bars stay in the quotation until it is used.
            sink.Piece(node);
        }
    }

    private void Select(SelectorNode selector, ExpansionSink sink)
    {
        var choices = selector.Choices;
        if (choices.Count == 0)
            return;
        var index = IndexOf(TextOf(selector.Question).AsSpan().Trim());
        if (index > 0 && choices.Count == 1)
            return;
        Evaluate(choices[Math.Min(index, choices.Count - 1)], sink);
    }

    /// <summary>Nothing is 0, digits are their number, anything else is 1.</summary>
    private static int IndexOf(ReadOnlySpan<char> condition)
    {
        if (condition.IsEmpty)
            return 0;
        if (condition.ContainsAnyExceptInRange('0', '9'))
            return 1;
        return int.TryParse(condition, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;
    }

    private void Iterate(IteratorNode iterator, ExpansionSink sink)
    {
        if (iterator.List is not { } list)
            return;
        var elements = ValueOf(list, []).Elements;
        for (var i = 0; i < elements.Count && !_isSpent; i++)
        {
            if (i > 0)
                Evaluate(iterator.Separator, sink);
            var element = Guarded(elements[i]);
            if (iterator.IsFlat)
            {
                Repeat(iterator, element, sink);
                continue;
            }
            TemplateNode[] value = [new LiteralNode(element)];
            Evaluate(Substitute(iterator.Body, name => name == iterator.Variable ? value : null), sink);
        }
    }

    /// <summary>A body without brackets, for one element.</summary>
    private void Repeat(IteratorNode iterator, string element, ExpansionSink sink)
    {
        foreach (var node in iterator.Body)
        {
            if (_inComment)
                _inComment = node is not NewlineNode;
            else if (!Step())
                return;
            else if (node is MacroNode { Counts: false } macro && macro.Name == iterator.Variable)
                Emit(sink, element);
            else
                Evaluate(node, sink);
        }
    }

    private TemplateNode[] Substitute(TemplateNode[] nodes, Func<string, TemplateNode[]?> find) =>
        new Substitution(find, () => Step()).Apply(nodes);
}
