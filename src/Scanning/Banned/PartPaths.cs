using System.Text;
using Amavis.Core.Parts;

namespace Amavis.Scanning.Banned;

/// <summary>How the way from the top part to a part is written: for patterns, for the log, for people.</summary>
public static class PartPaths
{
    private static readonly (PartAttributes Attribute, char Letter)[] Letters =
    [
        (PartAttributes.Undecipherable, 'U'), (PartAttributes.Encrypted, 'C'), (PartAttributes.Ambiguous, 'B'),
        (PartAttributes.Directory, 'D'), (PartAttributes.Link, 'L'), (PartAttributes.Special, 'S'),
    ];

    /// <summary>
    /// The parts the rules look at: all without children, those of higher levels first.
    /// </summary>
    public static IEnumerable<MessagePart> Leaves(PartTree tree)
    {
        ArgumentNullException.ThrowIfNull(tree);
        var queue = new Queue<MessagePart>(tree.Parts.Where(p => p.Parent is null));
        while (queue.TryDequeue(out var part))
        {
            if (part.IsLeaf)
                yield return part;
            foreach (var child in part.Children)
                queue.Enqueue(child);
        }
    }

    /// <summary>Subject of <c>banned_namepath_re</c>: fields separated by TAB, parts by LF.</summary>
    public static string NamePath(MessagePart part) => Join(part, '\t', "\n", AppendFields);

    /// <summary>The form of the log: fields separated by commas, parts by <c> | </c>.</summary>
    public static string AttributeForm(MessagePart part) => Join(part, ',', " | ", AppendFields);

    /// <summary>Bare values: fields separated by commas, parts by <c> | </c>.</summary>
    public static string TraditionalForm(MessagePart part) => Join(part, ',', " | ", AppendTraditional);

    /// <summary><see cref="TraditionalForm"/> of this part alone.</summary>
    public static string SimpleForm(MessagePart part) => string.Join(',', TraditionalValues(part));

    /// <summary>What ordinary rules are matched against: types as declared, found types with a dot, names.</summary>
    public static IReadOnlyList<string> TraditionalValues(MessagePart part)
    {
        ArgumentNullException.ThrowIfNull(part);
        var values = new List<string>(part.DeclaredTypes.Count + part.ShortTypes.Count + part.Names.Count + 1);
        foreach (var type in part.DeclaredTypes)
            Add(values, "", type);
        foreach (var type in part.ShortTypes)
            Add(values, ".", type);
        foreach (var name in part.Names)
            Add(values, "", name);
        if (part.Attributes.HasFlag(PartAttributes.Undecipherable))
            values.Add("UNDECIPHERABLE");
        return values;
    }

    private static void Add(List<string> values, string prefix, string value)
    {
        if (value.Length > 0)
            values.Add(prefix + OnOneLine(value));
    }

    private static string Join(MessagePart part, char betweenFields, string betweenParts, Action<StringBuilder, MessagePart, char> append)
    {
        ArgumentNullException.ThrowIfNull(part);
        var text = new StringBuilder();
        foreach (var step in part.Path)
        {
            var before = text.Length;
            if (before > 0)
                text.Append(betweenParts);
            var start = text.Length;
            append(text, step, betweenFields);
            // A part may have nothing to show in the traditional form.
            if (text.Length == start)
                text.Length = before;
        }
        return text.ToString();
    }

    private static void AppendTraditional(StringBuilder text, MessagePart part, char separator) =>
        text.AppendJoin(separator, TraditionalValues(part));

    private static void AppendFields(StringBuilder text, MessagePart part, char separator)
    {
        text.Append("P=").Append(part.BaseName);
        AppendField(text, separator, "L=", part.Placement);
        foreach (var type in part.DeclaredTypes)
            AppendField(text, separator, "M=", type);
        foreach (var type in part.ShortTypes)
            AppendField(text, separator, "T=", type);
        foreach (var name in part.Names)
            AppendField(text, separator, "N=", name);
        foreach (var (attribute, letter) in Letters)
            if (part.Attributes.HasFlag(attribute))
                text.Append(separator).Append("A=").Append(letter);
    }

    private static void AppendField(StringBuilder text, char separator, string key, string value)
    {
        if (value.Length > 0)
            text.Append(separator).Append(key).Append(OnOneLine(value));
    }

    /// <summary>TAB and LF separate fields and parts; names keep every other character, the patterns have to see them.</summary>
    private static string OnOneLine(string value) => value.AsSpan().ContainsAny('\t', '\n') ? value.Replace('\t', ' ').Replace('\n', ' ') : value;
}
