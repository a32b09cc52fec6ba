using System.Buffers;
using System.Text;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Structure;

/// <summary>
/// Collects every name a mail reader might give a part. Hiding a name from a filter works by making it read another one, so
/// all readings are kept, the usual ones first.
/// </summary>
public static class FileNames
{
    /// <summary>Names kept for a part.</summary>
    public const int MaxNames = 64;

    /// <summary>Longest name, in characters; of a longer one the beginning and the end are kept, where the extension is.</summary>
    public const int MaxLength = 8192;

    /// <summary>
    /// For each field, Content-Disposition before Content-Type: the readings of its own parameter, decoded then raw. After
    /// these the other field's parameter name, then what the names become on a file system.
    /// </summary>
    public static IReadOnlyList<string> Collect(IReadOnlyList<ContentField> dispositions, IReadOnlyList<ContentField> types)
    {
        ArgumentNullException.ThrowIfNull(dispositions);
        ArgumentNullException.ThrowIfNull(types);
        List<string>? names = null;
        Add(ref names, dispositions, "filename");
        Add(ref names, types, "name");
        Add(ref names, dispositions, "name");
        Add(ref names, types, "filename");
        foreach (var field in dispositions.Concat(types))
            foreach (var name in field.LooseNames)
                AddOne(names ??= [], name);
        if (names is null)
            return [];
        var given = names.Count;
        for (var i = 0; i < given; i++)
            AddDerived(names, names[i]);
        return names;
    }

    private static void Add(ref List<string>? names, IReadOnlyList<ContentField> fields, string parameter)
    {
        foreach (var field in fields)
        {
            foreach (var reading in ParameterValue.Readings(field, parameter))
            {
                names ??= [];
                AddOne(names, reading.Decoded);
                AddOne(names, reading.Raw);
            }
        }
    }

    /// <summary>Also for names from elsewhere (begin lines, archives): the name and what it becomes on a file system.</summary>
    public static IReadOnlyList<string> Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var names = new List<string>(1);
        AddOne(names, name);
        if (names.Count > 0)
            AddDerived(names, names[0]);
        return names;
    }

    private static void AddDerived(List<string> names, string name)
    {
        var nul = name.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
            AddOne(names, name[..nul]);
        var visible = Visible(name);
        AddOne(names, visible);
        AddOne(names, visible.TrimEnd('.', ' ', '\u3000', '\u00a0'));
        var slash = visible.LastIndexOfAny(['/', '\\']);
        if (slash >= 0)
            AddOne(names, visible[(slash + 1)..].TrimEnd('.', ' '));
        if (visible.Contains('%', StringComparison.Ordinal))
        {
            var decoded = PercentDecoded(visible);
            var end = decoded.IndexOf('\0', StringComparison.Ordinal);
            if (end >= 0)
                AddOne(names, Visible(decoded[..end]));
            AddOne(names, Visible(decoded));
        }
        if (visible.Contains("=?", StringComparison.Ordinal))
        {
            AddOne(names, Visible(EncodedWords.Decode(Encoding.UTF8.GetBytes(visible))));
            AddOne(names, Visible(EncodedWords.Decode(Encoding.UTF8.GetBytes(Joined(visible)))));
        }
        AddOne(names, visible.Trim('"', '\'', ' '));
        if (visible.Contains('\\', StringComparison.Ordinal))
            AddOne(names, WithoutEscapes(visible));
    }

    /// <summary>Backslash pairs undone (RFC 5322 §3.2.1), which reading the field leaves, since paths of Windows come unescaped.</summary>
    private static string WithoutEscapes(string name)
    {
        var text = new StringBuilder(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (name[i] == '\\' && i + 1 < name.Length)
                i++;
            text.Append(name[i]);
        }
        return text.ToString();
    }

    /// <summary>Neighbouring encoded words in base64 as one: some writers cut them anywhere, and some readers put them together first.</summary>
    private static string Joined(string text)
    {
        var joined = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (rest.IndexOf("?=") is >= 0 and var end)
        {
            var next = rest[(end + 2)..].TrimStart(" \t");
            var question = next.StartsWith("=?") ? next[2..].IndexOf('?') : -1;
            var isBase64 = question >= 0 && next[(question + 2)..] is ['?', 'B' or 'b', '?', ..];
            joined.Append(rest[..(isBase64 ? end : end + 2)]);
            rest = isBase64 ? next[(question + 5)..] : rest[(end + 2)..];
        }
        return joined.Append(rest).ToString();
    }

    private static string PercentDecoded(string name)
    {
        var octets = new ArrayBufferWriter<byte>(name.Length + 1);
        ParameterValue.PercentDecode(Encoding.UTF8.GetBytes(name), octets);
        return MailText.Guess(octets.WrittenSpan);
    }

    /// <summary>Without control characters and without those that change the direction or have no width (U+200B-200F, U+202A-202E, U+2060-2069, U+FEFF).</summary>
    private static string Visible(string name)
    {
        var clean = true;
        foreach (var c in name)
            clean &= !IsHidden(c);
        return clean ? name : string.Concat(name.Where(c => !IsHidden(c)));
    }

    private static bool IsHidden(char c) =>
        c is < ' ' or (>= '\x7f' and <= '\x9f') or (>= '\u200b' and <= '\u200f') or (>= '\u202a' and <= '\u202e') or (>= '\u2060' and <= '\u2069') or '\ufeff' or '\u00ad';

    private static void AddOne(List<string> names, string name)
    {
        if (name.Length == 0 || names.Count >= MaxNames)
            return;
        if (name.Length > MaxLength)
            name = string.Concat(name.AsSpan(0, MaxLength / 2), name.AsSpan(name.Length - (MaxLength / 2)));
        if (!names.Contains(name))
            names.Add(name);
    }
}
