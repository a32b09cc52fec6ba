using System.Text;

namespace Amavis.Mime.Headers;

/// <summary>Reads Message-ID, References, In-Reply-To and their kin (RFC 5322 §3.6.4), tolerantly.</summary>
public static class MessageIds
{
    /// <summary>Ids taken from one field.</summary>
    public const int MaxIds = 200;

    /// <summary>
    /// The ids in angle brackets, each once, in order; comments and other words are skipped. A text without any is taken for
    /// one id as it stands, in brackets.
    /// </summary>
    public static IReadOnlyList<string> Parse(string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        var ids = new List<string>();
        var words = new StringBuilder();
        for (var i = 0; i < body.Length && ids.Count < MaxIds;)
        {
            var next = i;
            if (body[i] == '(')
                next = AfterComment(body, i);
            else if (body[i] == '"')
                next = AfterQuoted(body, i);
            else if (body[i] == '<' && body.IndexOf('>', i) is var end and > 0)
            {
                next = end + 1;
                var id = string.Concat(body[i..next].Where(c => c is > ' ' and not '\x7f'));
                if (id.Length > 2 && !ids.Contains(id))
                    ids.Add(id);
            }
            if (next == i)
                words.Append(body[i++]);
            else
                i = next;
        }
        var rest = words.ToString().Trim(' ', '\t', '<', '>');
        if (ids.Count == 0 && rest.Length > 0)
            ids.Add("<" + rest + ">");
        return ids;
    }

    private static int AfterComment(string text, int i)
    {
        var depth = 0;
        for (var at = i; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '(')
                depth++;
            else if (text[at] == ')' && --depth == 0)
                return at + 1;
        }
        return i;
    }

    private static int AfterQuoted(string text, int i)
    {
        for (var at = i + 1; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '"')
                return at + 1;
        }
        return i;
    }
}
