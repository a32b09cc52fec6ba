using Amavis.Mime.Headers;

namespace Amavis.Mime.Editing;

/// <summary>One change as protocols ask for it. Bodies are folded with LF and have no blank at the front.</summary>
public abstract record HeaderChange(string Name)
{
    /// <summary>A new field.</summary>
    /// <param name="Index">Place from the top, from 0; to be applied in the order of the list.</param>
    public sealed record Insert(int Index, string Name, string Body) : HeaderChange(Name);

    /// <summary>A new field at the end.</summary>
    public sealed record Append(string Name, string Body) : HeaderChange(Name);

    /// <param name="Occurrence">Which of the original fields of this name, from 1 at the top.</param>
    public sealed record Replace(string Name, int Occurrence, string Body) : HeaderChange(Name);

    /// <param name="Occurrence">Which of the original fields of this name, from 1 at the top.</param>
    public sealed record Delete(string Name, int Occurrence) : HeaderChange(Name);
}

/// <summary>Turns edits into single changes, for AM.PDP and milter.</summary>
public static class HeaderChanges
{
    /// <summary>
    /// Changes of original fields first, from the bottom up, so that the numbers of those above stay true while they are
    /// carried out; then new fields from the top down, then those at the end.
    /// </summary>
    public static IReadOnlyList<HeaderChange> Of(HeaderEdits edits, HeaderSection original, HeaderRendering rendering)
    {
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(rendering);
        var changes = new List<HeaderChange>();
        if (edits.HasEdits)
            AddChangesOfOriginal(changes, edits, original, rendering);
        changes.Reverse();
        var index = 0;
        foreach (var field in edits.Prepended.Concat(edits.Added))
            changes.Add(new HeaderChange.Insert(index++, field.Name, Body(field, rendering)));
        foreach (var field in edits.Appended)
            changes.Add(new HeaderChange.Append(field.Name, Body(field, rendering)));
        return changes;
    }

    private static void AddChangesOfOriginal(List<HeaderChange> changes, HeaderEdits edits, HeaderSection original, HeaderRendering rendering)
    {
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        foreach (var field in original.Fields)
        {
            if (!field.IsField)
                continue;
            var name = field.Name;
            var occurrence = seen[name] = seen.GetValueOrDefault(name) + 1;
            var edit = edits.Apply(field, rendering);
            if (edit.IsDelete)
                changes.Add(new HeaderChange.Delete(name, occurrence));
            else if (edit.Body is not null)
                changes.Add(new HeaderChange.Replace(name, occurrence, FieldWriter.Body(name, edit.Body, edit.Folding, rendering)));
        }
    }

    private static string Body(NewField field, HeaderRendering rendering) => FieldWriter.Body(field.Name, field.Body, field.Folding, rendering);
}
