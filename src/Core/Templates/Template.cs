using System.Text.RegularExpressions;

namespace Amavis.Core.Templates;

/// <summary>
/// A text in the macro language of log lines, notices and replies, read once. Any text can be read; what is wrong with it is
/// told in <see cref="Problems"/>, and brackets that are never closed give nothing.
/// </summary>
public sealed class Template
{
    public static readonly Template Empty = Parse("");

    private readonly TemplatePatterns _patterns;

    private Template(string text, TemplateNode[] nodes, IReadOnlyList<TemplateProblem> problems, TemplatePatterns patterns)
    {
        Text = text;
        Nodes = nodes;
        Problems = problems;
        _patterns = patterns;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    public TemplateNode[] Nodes { get; }

    /// <summary>In the order of their places.</summary>
    public IReadOnlyList<TemplateProblem> Problems { get; }

    /// <summary>Nothing comes of it: it stands for "no line" or "no notice".</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text);

    /// <param name="patterns">Compiles patterns; null: .NET's dialect.</param>
    public static Template Parse(string text, TemplatePatterns? patterns = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var compile = patterns ?? PlainPatterns.Compile;
        var parser = new TemplateParser(text, compile);
        var nodes = parser.Run();
        return new Template(text, nodes, parser.Problems, compile);
    }

    /// <summary>A pattern that came up while expanding; null when it is faulty.</summary>
    public Regex? Pattern(string pattern) => _patterns(pattern, out _);

    public override string ToString() => Text;
}
