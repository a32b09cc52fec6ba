using System.Text;

namespace Amavis.Configuration.Files;

/// <summary>One entry of a hash file. A missing value is 1.</summary>
internal readonly record struct HashFileEntry(string Key, string Value, int Line);

/// <summary>
/// The format of <c>read_hash</c>: a key and an optional value on each line, comments from <c>#</c> outside of double quotes.
/// Unlike the original, which gave such lines an empty key, blanks at the start of a line are ignored.
/// </summary>
internal static class HashFile
{
    /// <param name="trimValues">Whether blanks at the end of a value are dropped also where no comment follows.</param>
    public static IEnumerable<HashFileEntry> Read(string text, bool trimValues)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = CutComment(raw.TrimEnd('\r').TrimStart(' ', '\t'), out var commented);
            if (line.AsSpan().Trim(" \t").Length == 0)
                continue;
            var end = KeyEnd(line);
            var value = line[end..].TrimStart(' ', '\t');
            if (commented || trimValues)
                value = value.TrimEnd(' ', '\t');
            yield return new HashFileEntry(Unquote(line[..end]), value.Length == 0 ? "1" : value, number);
        }
    }

    /// <summary>The format of <c>read_array</c>: every line an element, comments and blanks at the end removed.</summary>
    public static IEnumerable<HashFileEntry> ReadArray(string text)
    {
        var number = 0;
        foreach (var raw in text.Split('\n'))
        {
            number++;
            var line = CutComment(raw, out _).Trim(' ', '\t', '\r');
            if (line.Length > 0)
                yield return new HashFileEntry(Unquote(line), "1", number);
        }
    }

    private static string CutComment(string line, out bool commented)
    {
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && quoted)
                i++;
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] == '#' && !quoted)
            {
                commented = true;
                return line[..i];
            }
        }
        commented = false;
        return line;
    }

    private static int KeyEnd(string line)
    {
        var quoted = false;
        for (var i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && quoted)
                i++;
            else if (line[i] == '"')
                quoted = !quoted;
            else if (line[i] is ' ' or '\t' && !quoted)
                return i;
        }
        return line.Length;
    }

    /// <summary>Takes the quotes off a quoted local part (RFC 5321 §4.1.2).</summary>
    private static string Unquote(string key)
    {
        if (!key.Contains('"'))
            return key;
        var plain = new StringBuilder(key.Length);
        var quoted = false;
        for (var i = 0; i < key.Length; i++)
        {
            if (key[i] == '\\' && quoted && i + 1 < key.Length)
                plain.Append(key[++i]);
            else if (key[i] == '"')
                quoted = !quoted;
            else
                plain.Append(key[i]);
        }
        return plain.ToString();
    }
}
