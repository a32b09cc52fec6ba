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
        // What was once found not to be closed is not looked for again, so that the work stays linear.
        bool comments = true, quotes = true, brackets = true;
        for (var i = 0; i < body.Length && ids.Count < MaxIds;)
        {
            var next = body[i] switch
            {
                '(' when comments => AfterComment(body, i),
                '"' when quotes => AfterQuoted(body, i),
                '<' when brackets => body.IndexOf('>', i) + 1,
                _ => 0,
            };
            if (next > 0)
            {
                if (body[i] == '<')
                    Add(ids, body[i..next]);
                i = next;
                continue;
            }
            comments &= body[i] != '(';
            quotes &= body[i] != '"';
            brackets &= body[i] != '<';
            words.Append(body[i++]);
        }
        var rest = words.ToString().Trim(' ', '\t', '<', '>');
        if (ids.Count == 0 && rest.Length > 0)
            ids.Add("<" + rest + ">");
        return ids;
    }

    private static void Add(List<string> ids, string bracketed)
    {
        var id = string.Concat(bracketed.Where(c => c is > ' ' and not '\x7f'));
        if (id.Length > 2 && !ids.Contains(id))
            ids.Add(id);
    }

    /// <summary>Offset after the comment that begins here; 0 when it is not closed.</summary>
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
        return 0;
    }

    /// <summary>Offset after the quoted string that begins here; 0 when it is not closed.</summary>
    private static int AfterQuoted(string text, int i)
    {
        for (var at = i + 1; at < text.Length; at++)
        {
            if (text[at] == '\\')
                at++;
            else if (text[at] == '"')
                return at + 1;
        }
        return 0;
    }
}
