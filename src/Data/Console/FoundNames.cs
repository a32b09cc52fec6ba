namespace Amavis.Data.Console;

/// <summary>Names of viruses and banned parts in an answer, <c>550 5.7.0 id=1-1 - INFECTED: Eicar, Other</c>.</summary>
public static class FoundNames
{
    private static readonly string[] Marks = ["INFECTED: ", "BANNED: "];

    /// <summary>In the order they stand there; none when the answer is of another kind. The last may be cut off, as answers are.</summary>
    public static IReadOnlyList<string> In(string answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        foreach (var mark in Marks)
        {
            var at = answer.IndexOf(mark, StringComparison.Ordinal);
            if (at < 0)
                continue;
            var names = answer[(at + mark.Length)..];
            // A banned name is a path of parts with commas of its own; it is one name.
            return mark == Marks[1]
                ? [names.Trim()]
                : [.. names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct()];
        }
        return [];
    }
}
