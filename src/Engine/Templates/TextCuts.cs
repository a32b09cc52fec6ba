namespace Amavis.Engine.Templates;

/// <summary>Cuts that never part the two halves of a character.</summary>
internal static class TextCuts
{
    private const string Mark = "[...]";

    /// <summary>At most that many characters from the start.</summary>
    public static string Head(string text, int characters)
    {
        if (characters >= text.Length)
            return text;
        if (characters <= 0)
            return "";
        return text[..(IsInside(text, characters) ? characters - 1 : characters)];
    }

    /// <summary>A longer text loses its end for a mark; limits of five and less are none.</summary>
    public static string Limit(string text, int characters) =>
        characters <= Mark.Length || text.Length <= characters ? text : Head(text, characters - Mark.Length) + Mark;

    /// <summary>A part of a text; the ends move outside of characters.</summary>
    public static string Slice(string text, int start, int end)
    {
        if (IsInside(text, start))
            start++;
        if (IsInside(text, end))
            end--;
        return start < end ? text[start..end] : "";
    }

    private static bool IsInside(string text, int at) =>
        at > 0 && at < text.Length && char.IsLowSurrogate(text[at]) && char.IsHighSurrogate(text[at - 1]);
}
