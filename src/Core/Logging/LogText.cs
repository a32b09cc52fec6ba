using System.Text;

namespace Amavis.Core.Logging;

/// <summary>Text from outside, made harmless for a log line or a protocol reply.</summary>
public static class LogText
{
    /// <summary>Control characters, DEL and backslash become escapes; other characters pass.</summary>
    public static string Sanitize(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!NeedsEscape(text))
            return text;
        var clean = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            _ = c switch
            {
                '\r' => clean.Append("\\r"),
                '\n' => clean.Append("\\n"),
                '\t' => clean.Append("\\t"),
                '\\' => clean.Append("\\\\"),
                < ' ' or '\x7f' or (>= '\x80' and < '\xa0') => clean.Append($"\\x{(int)c:X2}"),
                _ => clean.Append(c),
            };
        }
        return clean.ToString();
    }

    private static bool NeedsEscape(string text)
    {
        foreach (var c in text)
            if (c is < ' ' or '\x7f' or '\\' or (>= '\x80' and < '\xa0'))
                return true;
        return false;
    }
}
