using System.Text;
using System.Text.RegularExpressions;

namespace Amavis.Core.Templates;

/// <summary>
/// Makes the tree of a template. Quoting decides what a comment and a bar mean: outside of quotation a comment takes away everything
/// up to the line end, brackets included; inside it is only a mark until the piece is used.
/// </summary>
internal sealed class TemplateParser(string template, TemplatePatterns patterns)
{
    /// <summary>Brackets inside of brackets; deeper ones are plain text.</summary>
    private const int MaxDepth = 60;

    /// <summary>Problems told of one template.</summary>
    private const int MaxProblems = 20;

    private readonly List<TemplateToken> _tokens = TemplateLexer.Read(template);
    private readonly List<TemplateProblem> _problems = [];
    private int _at;
    private int _depth;
    private int _quotations;

    public IReadOnlyList<TemplateProblem> Problems => [.. _problems.OrderBy(p => p.Line).ThenBy(p => p.Column)];

    public TemplateNode[] Run()
    {
        var nodes = new List<TemplateNode>();
        while (_at < _tokens.Count)
        {
            var token = _tokens[_at];
            if (token.Kind is TokenKind.Close or TokenKind.Separator or TokenKind.QuoteClose)
            {
                nodes.Add(new LiteralNode(token.Text));
                _at++;
            }
            else
            {
                Node(nodes, quoted: false);
            }
        }
        return Joined(nodes);
    }

    /// <summary>One node of what is not an end of anything.</summary>
    private void Node(List<TemplateNode> nodes, bool quoted)
    {
        var token = _tokens[_at++];
        switch (token.Kind)
        {
            case TokenKind.Text or TokenKind.Close:
                nodes.Add(new LiteralNode(token.Text));
                break;
            case TokenKind.Newline:
                nodes.Add(NewlineNode.Instance);
                break;
            case TokenKind.Hash when quoted:
                nodes.Add(CommentNode.Instance);
                break;
            case TokenKind.Hash:
                SkipLine();
                break;
            case TokenKind.Separator:
                nodes.Add(SeparatorNode.Instance);
                break;
            case TokenKind.Macro or TokenKind.Count:
                nodes.Add(new MacroNode(token.Text, token.Kind == TokenKind.Count));
                break;
            case TokenKind.Underscore:
                nodes.Add(new UnderscoreNode(token.Text, token.Argument));
                break;
            default:
                Bracket(token, nodes, quoted);
                break;
        }
    }

    private void SkipLine()
    {
        while (_at < _tokens.Count && _tokens[_at++].Kind != TokenKind.Newline)
        {
        }
    }

    private void Bracket(TemplateToken open, List<TemplateNode> nodes, bool quoted)
    {
        if (_depth >= MaxDepth)
        {
            Problem(open, $"brackets are nested more than {MaxDepth} deep; this one is taken as text");
            nodes.Add(new LiteralNode(open.Text));
            return;
        }
        _depth++;
        if (open.Kind == TokenKind.QuoteOpen)
            Quotation(open, nodes);
        else if (Arguments(open, quoted) is { } arguments)
            nodes.Add(Construct(open, arguments));
        _depth--;
    }

    private void Quotation(TemplateToken open, List<TemplateNode> nodes)
    {
        var content = new List<TemplateNode>();
        _quotations++;
        while (_at < _tokens.Count)
        {
            if (_tokens[_at].Kind == TokenKind.QuoteClose)
            {
                _at++;
                _quotations--;
                nodes.Add(new QuotedNode(Joined(content)));
                return;
            }
            Node(content, quoted: true);
        }
        _quotations--;
        Problem(open, "[\" is never closed by \"], and everything after it is lost; write \\[ for a bracket");
    }

    /// <summary>The arguments up to the closing bracket; null when there is none.</summary>
    private List<TemplateNode[]>? Arguments(TemplateToken open, bool quoted)
    {
        var arguments = new List<TemplateNode[]>();
        var current = new List<TemplateNode>();
        var inComment = false;
        while (_at < _tokens.Count)
        {
            var token = _tokens[_at];
            var isQuotedArgument = open.Kind == TokenKind.Iterator || (open.Kind == TokenKind.Selector && arguments.Count > 0);
            switch (token.Kind)
            {
                case TokenKind.QuoteClose:
                    current.Add(new LiteralNode("\""));
                    goto case TokenKind.Close;
                case TokenKind.Close:
                    _at++;
                    arguments.Add(Joined(current));
                    return arguments;
                case TokenKind.Separator when !inComment:
                    _at++;
                    arguments.Add(Joined(current));
                    current.Clear();
                    continue;
                case TokenKind.Newline:
                    inComment = false;
                    break;
                // When the piece is used, the comment comes before the bars behind it.
                case TokenKind.Hash when quoted && !isQuotedArgument:
                    inComment = true;
                    break;
            }
            Node(current, quoted || isQuotedArgument);
        }
        Problem(open, $"{open.Text} is never closed by ], and everything after it is lost; write \\[ for a bracket");
        return null;
    }

    private TemplateNode Construct(TemplateToken open, List<TemplateNode[]> arguments) => open.Kind switch
    {
        TokenKind.Selector => new SelectorNode(arguments[0], arguments[1..]),
        TokenKind.Match => new MatchNode(arguments, Patterns(open, arguments)),
        TokenKind.Definition => new DefinitionNode(arguments),
        TokenKind.Iterator => Iterator(open, arguments),
        _ => new CallNode(open.Kind == TokenKind.ActiveCall, arguments),
    };

    private IteratorNode Iterator(TemplateToken open, List<TemplateNode[]> arguments)
    {
        var iterator = new IteratorNode(arguments);
        // Inside of a quotation it may be the set of a pattern.
        if (iterator.List is null && _quotations == 0)
            Problem(open, "[ begins a loop over a list, but no macro is named in it; write \\[ for a bracket");
        return iterator;
    }

    /// <summary>Patterns that are known already are compiled once, and their faults are found.</summary>
    private Regex?[] Patterns(TemplateToken open, List<TemplateNode[]> arguments)
    {
        var compiled = new Regex?[arguments.Count];
        for (var i = 1; i + 1 < arguments.Count; i += 2)
        {
            if (FixedPattern(arguments[i]) is not { } pattern)
                continue;
            compiled[i] = patterns(pattern, out var fault);
            if (compiled[i] is null)
                Problem(open, fault.Contains(pattern, StringComparison.Ordinal) ? fault : $"pattern \"{pattern}\": {fault}");
        }
        return compiled;
    }

    /// <summary>The text of an argument without macros, quoted or not; else null.</summary>
    private static string? FixedPattern(TemplateNode[] nodes)
    {
        var text = new StringBuilder();
        foreach (var node in nodes)
        {
            if (node is LiteralNode or NewlineNode)
                node.WriteSource(text);
            else if (node is QuotedNode quoted)
                text.Append(TemplateNode.SourceOf(quoted.Content));
            else
                return null;
        }
        return text.ToString();
    }

    private void Problem(TemplateToken token, string what)
    {
        if (_problems.Count < MaxProblems)
            _problems.Add(TemplateProblem.At(template, token.Offset, what));
    }

    /// <summary>Neighbouring texts as one node.</summary>
    private static TemplateNode[] Joined(List<TemplateNode> nodes)
    {
        var joined = new List<TemplateNode>(nodes.Count);
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i] is not LiteralNode first || i + 1 == nodes.Count || nodes[i + 1] is not LiteralNode)
            {
                joined.Add(nodes[i]);
                continue;
            }
            var text = new StringBuilder(first.Text);
            while (i + 1 < nodes.Count && nodes[i + 1] is LiteralNode next)
            {
                text.Append(next.Text);
                i++;
            }
            joined.Add(new LiteralNode(text.ToString()));
        }
        return [.. joined];
    }
}
