using System.Net;
using System.Text;
using System.Text.Encodings.Web;

namespace Amavis.Web.Content;

/// <summary>
/// Writes a message's HTML anew: text, and tags of a fixed list without attributes. What comes out holds nothing that the list does not, however
/// the input was built, since none of it is copied but as encoded text. One pass, linear in its length.
/// </summary>
internal static class SafeHtml
{
    /// <summary>Longest tag looked through, in characters; a longer one is text.</summary>
    private const int MaxTag = 16384;

    private static readonly HashSet<string> Kept = new(StringComparer.Ordinal)
    {
        "p", "div", "span", "br", "hr", "b", "strong", "i", "em", "u", "s", "small", "sub", "sup", "code", "pre", "blockquote", "center",
        "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd",
        "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption",
    };

    /// <summary>Elements whose content is no text to read.</summary>
    private static readonly HashSet<string> Dropped = new(StringComparer.Ordinal)
    {
        "script", "style", "title", "template", "noscript", "iframe", "object", "svg", "math", "textarea", "select", "xmp", "noembed", "noframes", "head",
    };

    private static readonly HashSet<string> Breaks = new(StringComparer.Ordinal)
    {
        "p", "div", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "dl", "dt", "dd", "table", "tr", "blockquote", "pre", "center",
    };

    private const string Style =
        "body{font:15px/1.45 system-ui,sans-serif;margin:12px;color:#1c2430;background:#fff;overflow-wrap:anywhere}"
        + "table{border-collapse:collapse;max-width:100%}td,th{padding:2px 4px;vertical-align:top}blockquote{margin:0 0 0 8px;padding-left:8px;border-left:3px solid #ccd}";

    /// <summary>A whole document.</summary>
    public static string Rewrite(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        var output = new StringBuilder(html.Length);
        output.Append("<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Message</title><style>").Append(Style).Append("</style></head><body>");
        Walk(html, text => output.Append(HtmlEncoder.Default.Encode(text)), (name, closing) =>
        {
            if (Kept.Contains(name))
                output.Append(closing ? "</" : "<").Append(name).Append('>');
        }, alt => output.Append("[picture").Append(alt.Length > 0 ? ": " : "").Append(HtmlEncoder.Default.Encode(alt)).Append(']'));
        return output.Append("</body></html>").ToString();
    }

    /// <summary>What there is to read, with line breaks where blocks begin and end.</summary>
    public static string ToText(string html)
    {
        ArgumentNullException.ThrowIfNull(html);
        var output = new StringBuilder(html.Length);
        Walk(html, text => AppendCollapsed(output, text), (name, closing) =>
        {
            if ((name is "td" or "th") && !closing)
                AppendCollapsed(output, " ");
            if (!Breaks.Contains(name))
                return;
            var twoAlready = output.Length > 1 && output[^1] == '\n' && output[^2] == '\n';
            if (output.Length > 0 && !twoAlready)
                output.Append('\n');
        }, alt => output.Append(alt.Length > 0 ? $"[{alt}]" : ""));
        return output.ToString().Trim();
    }

    private static void AppendCollapsed(StringBuilder output, string text)
    {
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
                output.Append(c);
            else if (output.Length > 0 && !char.IsWhiteSpace(output[^1]))
                output.Append(' ');
        }
    }

    private static void Walk(string html, Action<string> text, Action<string, bool> tag, Action<string> picture)
    {
        var at = 0;
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            if (open < 0 || open == html.Length - 1)
            {
                text(WebUtility.HtmlDecode(html[at..]));
                return;
            }
            if (open > at)
                text(WebUtility.HtmlDecode(html[at..open]));
            at = Markup(html, open, text, tag, picture);
        }
    }

    /// <summary>Reads what begins at a less-than sign; gives the position after it.</summary>
    private static int Markup(string html, int open, Action<string> text, Action<string, bool> tag, Action<string> picture)
    {
        if (string.CompareOrdinal(html, open, "<!--", 0, 4) == 0)
            return After(html, html.IndexOf("-->", open + 4, StringComparison.Ordinal), 3);
        var next = html[open + 1];
        if (next is '!' or '?')
            return After(html, html.IndexOf('>', open), 1);
        var closing = next == '/';
        var start = open + (closing ? 2 : 1);
        if (start >= html.Length || !char.IsAsciiLetter(html[start]))
        {
            text("<");
            return open + 1;
        }
        var nameEnd = start;
        while (nameEnd < html.Length && (char.IsAsciiLetterOrDigit(html[nameEnd]) || html[nameEnd] is '-' or ':'))
            nameEnd++;
        var end = TagEnd(html, nameEnd);
        if (end < 0)
        {
            // No tag: shown as it stands, all that was looked through at once, so that looking stays linear.
            var limit = Math.Min(html.Length, nameEnd + MaxTag);
            text(WebUtility.HtmlDecode(html[open..limit]));
            return limit;
        }
        var name = html[start..nameEnd].ToLowerInvariant();
        if (!closing && Dropped.Contains(name))
            return html[end - 2] == '/' ? end : AfterElement(html, end, name);
        if (name == "img")
            picture(Alt(html[nameEnd..(end - 1)]));
        else
            tag(name, closing);
        return end;
    }

    // Quotes may hold greater-than signs.
    private static int TagEnd(string html, int at)
    {
        var limit = Math.Min(html.Length, at + MaxTag);
        var quote = '\0';
        for (; at < limit; at++)
        {
            var c = html[at];
            if (quote != '\0')
                quote = c == quote ? '\0' : quote;
            else if (c is '"' or '\'' && html[at - 1] is '=' or ' ')
                quote = c;
            else if (c == '>')
                return at + 1;
        }
        return -1;
    }

    private static int AfterElement(string html, int at, string name)
    {
        var close = html.IndexOf("</" + name, at, StringComparison.OrdinalIgnoreCase);
        return close < 0 ? html.Length : After(html, html.IndexOf('>', close), 1);
    }

    private static int After(string html, int found, int length) => found < 0 ? html.Length : found + length;

    private static string Alt(string attributes)
    {
        var at = attributes.IndexOf("alt=", StringComparison.OrdinalIgnoreCase);
        if (at < 0 || at + 5 >= attributes.Length || attributes[at + 4] is not ('"' or '\''))
            return "";
        var end = attributes.IndexOf(attributes[at + 4], at + 5);
        return end < 0 ? "" : WebUtility.HtmlDecode(attributes[(at + 5)..end]).Trim();
    }
}
