using System.Text;

namespace Amavis.Engine.Templates;

/// <summary>Breaks text into lines at blanks.</summary>
internal static class TextWrapping
{
    public const int DefaultWidth = 78;

    private const int MaxWidth = 100_000;

    /// <summary>
    /// Lines of at most <paramref name="width"/> characters, save where a word alone is longer. Every line begins with the prefix, all
    /// but the first also with the indent. Line ends in the text stay.
    /// </summary>
    public static string Wrap(string text, int width, string prefix, string indent)
    {
        width = Math.Clamp(width, 1, MaxWidth);
        var result = new StringBuilder(text.Length + 64).Append(prefix);
        var column = prefix.Length;
        var at = 0;
        while (at < text.Length)
        {
            if (text[at] is '\n' or TemplateExpander.ValueLineEnd)
            {
                result.Append(text[at]).Append(prefix).Append(indent);
                column = prefix.Length + indent.Length;
                at++;
                continue;
            }
            var word = at;
            while (word < text.Length && text[word] is ' ' or '\t')
                word++;
            var end = word;
            while (end < text.Length && !IsBreak(text[end]))
                end++;
            var atLineStart = at == 0 || text[at - 1] is '\n' or TemplateExpander.ValueLineEnd;
            // Blanks alone at the end of a line are no word to be moved to the next.
            if (end > word && word > at && !atLineStart && column + end - at > width)
            {
                result.Append('\n').Append(prefix).Append(indent);
                column = prefix.Length + indent.Length;
                at = word;
            }
            if (end == word && end < text.Length)
            {
                at = end; // Trailing blanks of a line.
                continue;
            }
            result.Append(text, at, end - at);
            column += end - at;
            at = end;
        }
        return result.ToString();
    }

    private static bool IsBreak(char c) => c is ' ' or '\t' or '\n' or TemplateExpander.ValueLineEnd;
}
