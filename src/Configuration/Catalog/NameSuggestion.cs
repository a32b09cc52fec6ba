namespace Amavis.Configuration.Catalog;

/// <summary>Finds the known name a mistyped one was probably meant to be.</summary>
internal static class NameSuggestion
{
    /// <summary>The nearest name, or null when none is near: more than half of the letters would have to change.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        var (best, distance) = (default(string), int.MaxValue);
        foreach (var candidate in known)
        {
            if (Math.Abs(candidate.Length - name.Length) >= distance)
                continue;
            var found = Distance(name.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (found < distance)
                (best, distance) = (candidate, found);
        }
        return distance <= Math.Max(2, name.Length / 2) ? best : null;
    }

    /// <summary>Letters added, dropped, changed or swapped with their neighbour.</summary>
    public static int Distance(string left, string right)
    {
        var (before, last, row) = (new int[right.Length + 1], new int[right.Length + 1], new int[right.Length + 1]);
        for (var j = 0; j <= right.Length; j++)
            last[j] = j;
        for (var i = 1; i <= left.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                row[j] = Math.Min(Math.Min(row[j - 1] + 1, last[j] + 1), change);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[right.Length];
    }

    public static string Words(string name, IEnumerable<string> known) =>
        Nearest(name, known) is { } near ? $"; did you mean \"{near}\"?" : "";
}
