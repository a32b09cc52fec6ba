namespace Amavis.Core.Templates;

/// <summary>Something wrong with a template.</summary>
/// <param name="Line">In the template, from 1.</param>
/// <param name="Column">In the line, from 1.</param>
/// <param name="What">What is wrong and how to mend it.</param>
public sealed record TemplateProblem(int Line, int Column, string What)
{
    /// <summary>The place of an offset.</summary>
    public static TemplateProblem At(string template, int offset, string what)
    {
        ArgumentNullException.ThrowIfNull(template);
        var before = template.AsSpan(0, Math.Min(offset, template.Length));
        return new TemplateProblem(before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'), what);
    }
}
