using System.Text;
using Amavis.Core.Templates;
using Amavis.Engine.Templates;
using Amavis.Mime.Editing;

namespace Amavis.Engine.Notices;

/// <summary>An expanded notice: its own header fields and the body. Values can't add fields: line ends in them are no line ends of the header.</summary>
internal sealed class NoticeText
{
    /// <summary>Made with the message, whatever a template says.</summary>
    private static readonly string[] OurFields =
        ["MIME-Version", "Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-Description", "Content-ID", "Bcc", "Return-Path"];

    private NoticeText(IReadOnlyList<(string Name, string Body)> fields, string body)
    {
        Fields = fields;
        Body = body;
    }

    public IReadOnlyList<(string Name, string Body)> Fields { get; }

    /// <summary>With line feeds, without other control characters.</summary>
    public string Body { get; }

    public bool Has(string name) => Fields.Any(f => f.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static NoticeText Expand(Template template, IMacroSource macros)
    {
        var text = TemplateExpander.Expand(template, macros, ExpansionLimits.Notice, marksLineEnds: true).Text.TrimStart('\n', ' ', '\r');
        var fields = new List<(string Name, string Body)>();
        var at = 0;
        while (at < text.Length)
        {
            var end = text.IndexOf('\n', at) is var found and >= 0 ? found : text.Length;
            var line = text[at..end].TrimEnd();
            at = Math.Min(end + 1, text.Length);
            if (line.Length == 0)
                break;
            AddLine(fields, line);
        }
        fields.RemoveAll(f => OurFields.Contains(f.Name, StringComparer.OrdinalIgnoreCase) || string.IsNullOrWhiteSpace(f.Body));
        return new NoticeText(fields, Clean(text[at..]));
    }

    private static void AddLine(List<(string Name, string Body)> fields, string line)
    {
        if (line[0] is ' ' or '\t')
        {
            if (fields.Count > 0)
                fields[^1] = (fields[^1].Name, fields[^1].Body + " " + Blanked(line.TrimStart()));
            return;
        }
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon > 0 && FieldWriter.IsName(line[..colon]))
            fields.Add((line[..colon], Blanked(line[(colon + 1)..]).Trim()));
    }

    private static string Blanked(string text) => text.Replace(TemplateExpander.ValueLineEnd, ' ');

    /// <summary>Without control characters, and without the empty lines that paragraphs leave which had nothing to say.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(text.Length);
        var lineEnds = 2;
        foreach (var c in text)
        {
            if (c is '\n' or TemplateExpander.ValueLineEnd)
            {
                if (lineEnds < 2)
                    clean.Append('\n');
                lineEnds++;
                continue;
            }
            if (c == '\r')
                continue;
            lineEnds = 0;
            clean.Append(c is '\t' or (>= ' ' and not (>= '\x7f' and <= '\x9f')) ? c : '?');
        }
        return clean.ToString().TrimEnd('\n') + "\n";
    }
}
