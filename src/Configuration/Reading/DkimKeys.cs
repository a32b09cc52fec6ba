using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Configuration.Files;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Addresses;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>dkim_keys</c>, and the files they stand in where the program signs.</summary>
internal static class DkimKeys
{
    private static readonly string[] RecordTags = ["v", "g", "h", "k", "n", "s", "t"];

    public static bool Read(Node node, BindContext context, out IReadOnlyList<DkimKeySettings> value)
    {
        var keys = new List<DkimKeySettings>();
        value = keys;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of keys");
        var good = true;
        var seen = new HashSet<(string, string)>();
        foreach (var item in list.Items)
        {
            var reader = new SectionReader(item, context, ["domain", "selector", "key", .. RecordTags]);
            if (Key(reader, context) is { } key)
            {
                keys.Add(key);
                if (!seen.Add((key.Domain, key.Selector)))
                    reader.Fault($"a second key for selector {key.Selector} of {key.Domain}");
            }
            good &= reader.IsGood;
        }
        return good;
    }

    private static DkimKeySettings? Key(SectionReader reader, BindContext context)
    {
        var domain = reader.Required<string>("domain", Scalars.RequiredLine, "");
        var selector = DomainNames.Normalize(reader.Required<string>("selector", Scalars.RequiredLine, ""));
        var file = reader.Required<string>("key", Scalars.RequiredLine, "");
        var tags = new Dictionary<string, string>();
        foreach (var tag in RecordTags)
            if (reader.Get<string?>(tag, Scalars.Line, null) is { } text)
                tags[tag] = text;
        if (selector.Length > 0 && selector.Any(c => c is <= ' ' or > '~' or '/' or '@' or ';'))
            reader.Fault(reader.Node("selector")!, $"\"{selector}\" is not part of a domain name"); // Selector has text, so it is there.
        var pattern = Pattern(reader, domain);
        if (!reader.IsGood)
            return null;
        var path = TextFiles.Beside(reader.Node("key")!.Position.File, file);
        var pem = Pem(reader, context, path);
        return reader.IsGood ? new DkimKeySettings(pattern is null ? DomainNames.Normalize(domain) : domain, pattern, selector, path, pem, tags.ToFrozenDictionary()) : null;
    }

    /// <summary><c>*.example.com</c>, or a pattern between slashes; null: one domain.</summary>
    private static Regex? Pattern(SectionReader reader, string domain)
    {
        var text = domain.Length > 2 && domain[0] == '/' && domain[^1] == '/' ? domain[1..^1]
            : domain.Contains('*') ? "^" + Regex.Escape(domain.ToLowerInvariant()).Replace("\\*", ".*", StringComparison.Ordinal) + "$"
            : null;
        if (text is null)
        {
            if (domain.Any(c => c is <= ' ' or '/' or '@' or ';'))
                reader.Fault(reader.Node("domain")!, $"\"{domain}\" is not a domain name");
            return null;
        }
        if (PerlPattern.TryCompile(text, out var compiled, out var fault))
            return compiled!.Regex;
        reader.Fault(reader.Node("domain")!, fault);
        return null;
    }

    private static string? Pem(SectionReader reader, BindContext context, string path)
    {
        if (context.Session.SigningKeyCheck is not { } check)
            return null;
        if (context.Session.KeyFiles.TryGetValue(path, out var known))
            return known;
        var node = reader.Node("key")!;
        if (TextFiles.Read(path, out var reason) is not { } pem)
        {
            reader.Fault(node, $"{path} {reason}");
            return null;
        }
        var found = check(pem);
        if (found.Fault is { } fault)
        {
            reader.Fault(node, $"{path} {fault}");
            return null;
        }
        if (found.Remark is { } remark)
            context.Session.Remarks.Add($"{node.Position}: {context.Key}: {path} {remark}");
        if (!OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.OtherRead))
            context.Session.Remarks.Add($"{node.Position}: {context.Key}: {path} may be read by everybody: whoever has the key signs in your name; chmod 0640 it");
        return context.Session.KeyFiles[path] = pem;
    }
}
