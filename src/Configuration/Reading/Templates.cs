using System.Text;
using System.Text.RegularExpressions;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Files;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;
using Amavis.Core.Templates;

namespace Amavis.Configuration.Reading;

/// <summary>
/// Reads templates: a text, or <c>{file: path}</c> with a <c>charset</c> beside it, or a directory of them. Mistakes are told with their place in
/// the template.
/// </summary>
internal static class Templates
{
    /// <summary>Files of a directory of texts in one language, and where they go.</summary>
    private static readonly (string File, Func<Settings, Template, Settings> Set)[] DirectoryFiles =
    [
        ("template-dsn.txt", (s, t) => s with { NotifySenderTempl = t }),
        ("template-virus-sender.txt", (s, t) => s with { NotifyVirusSenderTempl = t }),
        ("template-virus-admin.txt", (s, t) => s with { NotifyVirusAdminTempl = t }),
        ("template-virus-recipient.txt", (s, t) => s with { NotifyVirusRecipsTempl = t }),
        ("template-spam-sender.txt", (s, t) => s with { NotifySpamSenderTempl = t }),
        ("template-spam-admin.txt", (s, t) => s with { NotifySpamAdminTempl = t }),
        ("template-release-quarantine.txt", (s, t) => s with { NotifyReleaseTempl = t }),
        ("template-problem-feedback.txt", (s, t) => s with { NotifyReportTempl = t }),
        ("template-auto-response.txt", (s, t) => s with { NotifyAutorespTempl = t }),
    ];

    /// <summary>Null and the empty text are no template.</summary>
    public static bool Read(Node node, BindContext context, out Template? value)
    {
        value = null;
        switch (node)
        {
            case ScalarNode { IsNull: true }:
                return true;
            case ScalarNode scalar:
                return Parse(scalar.Text, scalar.Position, isFile: false, context, out value);
            case MapNode map when map.Find("file") is ScalarNode { IsNull: false } named:
                return FromFile(map, named, context, out value);
            default:
                return context.Expects(node, "a template, or {file: path}");
        }
    }

    /// <summary>As <see cref="Read"/>, for tables where a template must not be null.</summary>
    public static bool ReadEntry(Node node, BindContext context, out Template value)
    {
        var good = Read(node, context, out var template);
        value = template ?? Template.Empty;
        return good;
    }

    /// <summary>Also the names of the two ready-made templates.</summary>
    public static bool LogTemplate(Node node, BindContext context, out Func<Settings, Template?> value)
    {
        value = _ => null;
        switch ((node as ScalarNode)?.Text.Trim().TrimStart('$'))
        {
            case "log_short_templ":
                value = s => s.LogShortTempl;
                return true;
            case "log_verbose_templ":
                value = s => s.LogVerboseTempl;
                return true;
        }
        var good = Read(node, context, out var template);
        value = _ => template;
        return good;
    }

    /// <summary>Also the word for the template that is built in.</summary>
    public static bool RecipientLogTemplate(Node node, BindContext context, out Template? value)
    {
        value = LogTemplates.Recipient;
        return (node as ScalarNode)?.Text == "built-in" || Read(node, context, out value);
    }

    /// <summary>A directory with texts of notices and, in the file <c>charset</c>, the name of their charset. Files that are missing leave the texts as they are.</summary>
    public static bool Directory(Node node, BindContext context, out Func<Settings, Settings> value)
    {
        value = s => s;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (!Scalars.RequiredLine(node, context, out var named))
            return false;
        var directory = TextFiles.Beside(node.Position.File, named);
        var charset = CharsetOf(Path.Combine(directory, "charset"));
        var changes = new List<Func<Settings, Settings>>();
        var (good, any) = (true, false);
        foreach (var (file, set) in DirectoryFiles)
        {
            var path = Path.Combine(directory, file);
            if (!File.Exists(path))
                continue;
            any = true;
            if (!Text(path, charset, node, context, out var text) || !Parse(text, new SourcePosition(path, 1, 1), isFile: true, context, out var template))
                good = false;
            else if (template is not null)
                changes.Add(s => set(s, template));
        }
        value = settings => changes.Aggregate(settings, (s, change) => change(s));
        return good && (any || context.Fault(node, $"{directory} has none of the files {string.Join(", ", DirectoryFiles.Select(f => f.File))}"));
    }

    /// <summary>The name of a charset that mail can be written in.</summary>
    public static bool CharsetName(Node node, BindContext context, out string value)
    {
        if (!Scalars.RequiredLine(node, context, out value))
            return false;
        return EncodingOf(value) is { CodePage: not (1200 or 1201 or 12000 or 12001 or 65000) } || context.Fault(node, $"\"{value}\" is not a charset that mail can be written in");
    }

    private static bool FromFile(MapNode map, ScalarNode named, BindContext context, out Template? value)
    {
        value = null;
        var good = true;
        foreach (var (key, _) in map.Entries)
            if (key.Text is not ("file" or "charset"))
                good = context.Fault(key, $"\"{key.Text}\" is not known here; a template from a file has file and charset");
        var charset = (map.Find("charset") as ScalarNode)?.Text;
        var path = TextFiles.Beside(named.Position.File, named.Text);
        return good && Text(path, charset, map.Find("charset") ?? named, context, out var text)
            && Parse(text, new SourcePosition(path, 1, 1), isFile: true, context, out value);
    }

    private static bool Text(string path, string? charset, Node where, BindContext context, out string text)
    {
        text = "";
        if (!string.IsNullOrWhiteSpace(charset) && EncodingOf(charset) is null)
            return context.Fault(where, $"\"{charset}\" is not a charset that is known here");
        var encoding = string.IsNullOrWhiteSpace(charset) ? Encoding.UTF8 : EncodingOf(charset)!; // Asked before.
        if (TextFiles.Read(path, encoding, out var reason) is not { } read)
            return context.Fault(where, $"{path} {reason}");
        text = read;
        return true;
    }

    /// <summary>The first line of the file that is no comment; null: UTF-8.</summary>
    private static string? CharsetOf(string path) =>
        File.Exists(path) && TextFiles.Read(path, Encoding.Latin1, out _) is { } text
            ? text.Split('\n').Select(l => l.Split('#')[0].Trim()).FirstOrDefault(l => l.Length > 0)
            : null;

    private static Encoding? EncodingOf(string name)
    {
        try
        {
            return CodePagesEncodingProvider.Instance.GetEncoding(name.Trim()) ?? Encoding.GetEncoding(name.Trim());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static bool Parse(string text, SourcePosition position, bool isFile, BindContext context, out Template? value)
    {
        value = null;
        if (string.IsNullOrWhiteSpace(text))
            return true;
        var template = Template.Parse(text, Pattern);
        foreach (var problem in template.Problems)
        {
            if (isFile)
                context.Fault(position with { Line = problem.Line, Column = problem.Column }, problem.What);
            else
                context.Fault(position, $"line {problem.Line}, column {problem.Column} of the template: {problem.What}");
        }
        if (template.Problems.Count > 0)
            return false;
        foreach (var name in MacroUse.Unknown(template))
            context.Session.Remarks.Add($"{position}: {context.Key}: there is no macro \"{name}\", which is empty{(name.Length > 1 ? NameSuggestion.Words(name, MacroNames.All.Where(n => n.Length > 1)) : "")}");
        value = template;
        return true;
    }

    private static Regex? Pattern(string pattern, out string fault) =>
        PerlPattern.TryCompile(pattern, out var compiled, out fault) ? compiled?.Regex : null;
}
