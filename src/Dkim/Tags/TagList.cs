using System.Text;

namespace Amavis.Dkim.Tags;

/// <summary>A list of tags with values, <c>a=b; c=d</c> (RFC 6376 §3.2), of signatures, key records and the like. Immutable.</summary>
public sealed class TagList
{
    /// <summary>Tags of one list; more belong to no signature or key.</summary>
    public const int MaxTags = 100;

    private readonly List<(string Name, string Value)> _tags;

    private TagList(List<(string Name, string Value)> tags) => _tags = tags;

    public IReadOnlyList<(string Name, string Value)> Tags => _tags;

    /// <summary>The value without white space around it; null when there is no such tag. Letter case counts in names.</summary>
    public string? this[string name]
    {
        get
        {
            foreach (var (tag, value) in _tags)
                if (tag == name)
                    return value;
            return null;
        }
    }

    /// <summary>A value from which all white space is taken, as of base64.</summary>
    public string? Packed(string name) => this[name] is { } value ? WithoutSpace(value) : null;

    /// <summary>The parts of a value that colons stand between, without white space around them; null when there is no such tag.</summary>
    public IReadOnlyList<string>? Parts(string name) => this[name]?.Split(':', StringSplitOptions.TrimEntries);

    /// <summary>Null for a list that is none: a tag without an equals sign, a name of other characters, a tag that occurs twice.</summary>
    /// <param name="text">Folded or not.</param>
    public static TagList? TryParse(string text, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        var tags = new List<(string Name, string Value)>(12);
        foreach (var range in text.AsSpan().Split(';'))
        {
            var spec = text.AsSpan()[range].Trim(" \t\r\n");
            // Between two semicolons nothing is said.
            if (spec.IsEmpty)
                continue;
            var equals = spec.IndexOf('=');
            var name = equals < 0 ? spec : spec[..equals].TrimEnd(" \t\r\n");
            if (equals < 0 || !IsName(name))
            {
                fault = "not a list of tags";
                return null;
            }
            var tag = name.ToString();
            if (tags.Count == MaxTags || tags.Exists(t => t.Name == tag))
            {
                fault = tags.Count == MaxTags ? "too many tags" : $"tag {tag}= occurs twice";
                return null;
            }
            tags.Add((tag, spec[(equals + 1)..].TrimStart(" \t\r\n").ToString()));
        }
        fault = "";
        return new TagList(tags);
    }

    /// <summary>Decodes strictly: no characters beside the alphabet, and the padding right. Null when it is not base64.</summary>
    public static byte[]? FromBase64(string packed)
    {
        ArgumentNullException.ThrowIfNull(packed);
        var octets = new byte[(packed.Length / 4 * 3) + 3];
        // Keys without their padding are met; they say the same.
        var padded = packed.Length % 4 == 0 || packed.EndsWith('=') ? packed : packed.PadRight(packed.Length + 4 - (packed.Length % 4), '=');
        return Convert.TryFromBase64String(padded, octets, out var length) ? octets[..length] : null;
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.IsEmpty || !char.IsAsciiLetter(name[0]))
            return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_')
                return false;
        return true;
    }

    private static string WithoutSpace(string value)
    {
        if (value.AsSpan().IndexOfAny(" \t\r\n") < 0)
            return value;
        var packed = new StringBuilder(value.Length);
        foreach (var c in value)
            if (c is not (' ' or '\t' or '\r' or '\n'))
                packed.Append(c);
        return packed.ToString();
    }
}
