using System.Text.RegularExpressions;
using Amavis.Core.Templates;

namespace Amavis.Engine.Templates;

public sealed partial class TemplateExpander
{
    /// <summary>What a pattern costs that is compiled while expanding, in steps.</summary>
    private const int PatternCost = 2000;

    /// <summary>Characters of a pattern made while expanding.</summary>
    private const int MaxPattern = 1000;

    private void Call(CallNode call, ExpansionSink sink)
    {
        if (call.FixedName is { } fixedName)
        {
            Invoke(fixedName, call.IsActive, call.FixedArguments, null, sink);
            return;
        }
        var arguments = Arguments(call.Arguments, splits: true);
        var texts = new string[arguments.Count - 1];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = arguments[i + 1].Text;
        Invoke(arguments[0].Text.Trim(), call.IsActive, texts, arguments, sink);
    }

    /// <param name="nodes">The arguments as nodes, the name first; null: they are plain text.</param>
    private void Invoke(string name, bool isActive, IReadOnlyList<string> arguments, List<Argument>? nodes, ExpansionSink sink)
    {
        foreach (var argument in arguments)
            Work(argument.Length);
        if (_isSpent)
            return;
        if (_definitions is null || !_definitions.TryGetValue(name, out var body))
        {
            Emit(sink, TextOf(name, arguments));
            return;
        }
        var expanded = Substitute(body, macro => Parameter(macro, name, arguments, nodes));
        if (isActive)
            Evaluate(expanded, sink);
        else
            Emit(sink, TemplateNode.SourceOf(expanded));
    }

    private static TemplateNode[]? Parameter(string macro, string name, IReadOnlyList<string> arguments, List<Argument>? nodes)
    {
        if (macro is not [>= '0' and <= '9'])
            return null;
        var index = macro[0] - '0';
        if (index == 0)
            return [new LiteralNode(name)];
        if (index > arguments.Count)
            return [];
        return nodes is null ? [new LiteralNode(arguments[index - 1])] : nodes[index].Nodes;
    }

    private void Define(DefinitionNode definition)
    {
        var arguments = Arguments(definition.Arguments, splits: true);
        if (arguments[0].Text.Trim() is { Length: > 0 } name)
            (_definitions ??= [])[name] = arguments.Count > 1 ? arguments[1].Nodes : [];
    }

    private void Match(MatchNode match, ExpansionSink sink)
    {
        var arguments = Arguments(match.Arguments, splits: true);
        var isAsWritten = arguments.Count == match.Arguments.Count;
        var subject = arguments[0].Text;
        for (var i = 1; i + 1 < arguments.Count && !_isSpent; i += 2)
        {
            var pattern = isAsWritten ? match.Patterns[i] : null;
            if ((pattern ?? Compiled(arguments[i].Text)) is not { } regex || TryMatch(regex, subject) is not { } found)
                continue;
            Evaluate(Substitute(arguments[i + 1].Nodes, macro => Capture(macro, subject, found)), sink);
            return;
        }
        if (arguments.Count % 2 == 0)
            Evaluate(arguments[^1].Nodes, sink);
    }

    private static TemplateNode[]? Capture(string macro, string subject, Match found)
    {
        if (macro is not [>= '0' and <= '9'])
            return null;
        return [new LiteralNode(macro == "0" ? subject : found.Groups[macro[0] - '0'].Value)];
    }

    private Regex? Compiled(string pattern) =>
        pattern.Length <= MaxPattern && Step(PatternCost) ? _template.Pattern(pattern) : null;

    private Match? TryMatch(Regex regex, string subject)
    {
        if (_timeouts >= _limits.PatternTimeouts)
            return null;
        Work(subject.Length);
        try
        {
            var match = regex.Match(TextCuts.Head(subject, _limits.PatternInput));
            return match.Success ? match : null;
        }
        catch (RegexMatchTimeoutException)
        {
            _timeouts++;
            return null;
        }
    }

    private List<Argument> Arguments(IReadOnlyList<TemplateNode[]> arguments, bool splits)
    {
        var sink = Rent(splits);
        foreach (var nodes in arguments)
        {
            if (nodes is [LiteralNode only])
                sink.Text(only.Text);
            else
                Evaluate(nodes, sink);
            _inComment = false;
            sink.End();
        }
        _sinks.Push(sink);
        return sink.Done;
    }

    private string TextOf(TemplateNode[] nodes)
    {
        switch (nodes)
        {
            case []:
                return "";
            case [LiteralNode only]:
                return only.Text;
            case [MacroNode { Counts: false } macro]:
                return TextOf(macro.Name, []);
            case [MacroNode macro]:
                return Number(ValueOf(macro.Name, []).Count);
            case [CallNode { FixedName: { } name } call] when _definitions is null:
                return TextOf(name, call.FixedArguments);
        }
        var sink = Rent(splits: false);
        Evaluate(nodes, sink);
        _inComment = false;
        var text = sink.TakeText();
        _sinks.Push(sink);
        return text;
    }

    private ArgumentSink Rent(bool splits)
    {
        if (!_sinks.TryPop(out var sink))
            sink = new ArgumentSink();
        sink.Begin(splits);
        return sink;
    }

    private string TextOf(string name, IReadOnlyList<string> arguments) =>
        name.Length > 1 && FunctionMacros.TryCall(name, arguments, out var result) && _definitions?.ContainsKey(name) != true
            ? result
            : Guarded(ValueOf(name, arguments).Text);

    private MacroValue ValueOf(string name, IReadOnlyList<string> arguments)
    {
        if (_definitions is not null && _definitions.TryGetValue(name, out var body))
            return TemplateNode.SourceOf(Substitute(body, macro => Parameter(macro, name, arguments, null)));
        return _macros.Get(name, arguments);
    }

    private string Guarded(string value) =>
        _marksLineEnds && value.Contains('\n') ? value.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\n', ValueLineEnd) : value;
}
