using System.Text;
using Amavis.Core.Logging;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Rehearsing;

/// <summary>How the header section of a copy differs from the original's. Fields are compared octet by octet; their order does not count.</summary>
internal static class FieldDifference
{
    public static (IReadOnlyList<string> Added, IReadOnlyList<string> Removed) Of(HeaderSection original, HeaderSection copy)
    {
        var left = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var field in original.Fields)
            left[Key(field)] = left.GetValueOrDefault(Key(field)) + 1;
        var added = new List<string>();
        foreach (var field in copy.Fields)
        {
            if (left.GetValueOrDefault(Key(field)) is > 0 and var count)
                left[Key(field)] = count - 1;
            else
                added.Add(Text(field));
        }
        var removed = new List<string>();
        foreach (var field in original.Fields)
        {
            if (left[Key(field)] == 0)
                continue;
            left[Key(field)]--;
            removed.Add(Text(field));
        }
        return (added, removed);
    }

    private static string Key(HeaderField field) => Encoding.Latin1.GetString(field.Octets.Span);

    /// <summary>For people: folded with LF, other control characters made harmless.</summary>
    private static string Text(HeaderField field)
    {
        var octets = field.Octets.Span;
        var text = System.Text.Unicode.Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
        var lines = text.Replace("\r\n", "\n", StringComparison.Ordinal).TrimEnd('\n').Split('\n');
        return string.Join('\n', lines.Select(line => LogText.Sanitize(line.Replace('\t', ' '))));
    }
}
