using System.Text.RegularExpressions;
using Amavis.Configuration.Patterns;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>av_scanners</c>.</summary>
internal static class VirusScanners
{
    private static readonly string[] Keys =
        ["name", "protocol", "address", "by_path", "query", "argument", "command", "arguments", "directory", "clean", "infected", "virus_name"];

    /// <summary>Protocols whose answers have no form of their own, so that the entry has to say how to read them.</summary>
    private static readonly string[] WithoutRules = ["simple", "smtp", "lmtp"];

    private const int HighestStatus = 255;

    public static bool Read(Node node, BindContext context, out IReadOnlyList<VirusScannerSettings> value)
    {
        var scanners = new List<VirusScannerSettings>();
        value = scanners;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of scanners");
        var good = true;
        foreach (var item in list.Items)
        {
            var entry = new SectionReader(item, context, Keys);
            if (item is MapNode)
                scanners.Add(Scanner(entry));
            good &= entry.IsGood;
        }
        return good;
    }

    private static VirusScannerSettings Scanner(SectionReader entry)
    {
        var name = entry.Required<string>("name", Scalars.RequiredLine, "");
        var protocol = entry.Get("protocol", Scalars.OneOf(Implemented.VirusProtocols), null);
        if (entry.Has("protocol") == entry.Has("command"))
            entry.Fault("expects either protocol and address, or command");
        var scanner = new VirusScannerSettings(
            name,
            protocol,
            entry.Has("protocol") ? entry.Required<IReadOnlyList<string>>("address", Sockets.Addresses, []) : entry.Get<IReadOnlyList<string>>("address", Sockets.Addresses, []),
            entry.Get<bool>("by_path", Scalars.Truth, false))
        {
            Commands = entry.Get<IReadOnlyList<string>>("command", Scalars.Lines, []),
            Arguments = entry.Get<IReadOnlyList<string>>("arguments", Scalars.Lines, []),
            Directory = entry.Get<string?>("directory", Scalars.Line, null),
            Query = entry.Get<string?>("query", Text, null),
            Argument = entry.Get<string?>("argument", Scalars.Line, null),
            Clean = entry.Get<AnswerTest?>("clean", StatusOrPattern, null),
            Infected = entry.Get<AnswerTest?>("infected", StatusOrPattern, null),
            VirusName = entry.Get<Regex?>("virus_name", Pattern, null),
        };
        if (protocol == "simple" && string.IsNullOrEmpty(scanner.Query))
            entry.Fault("query is missing: what the scanner is sent, such as \"SCAN {}\\n\"");
        if (Array.IndexOf(WithoutRules, protocol) >= 0 && scanner is { Infected: null, Clean: null })
            entry.Fault("clean and infected are missing: patterns over the scanner's answer");
        if (protocol is not null && (scanner.Clean is { Pattern: null } || scanner.Infected is { Pattern: null }))
            entry.Fault("clean and infected of a scanner with a protocol are patterns; only programs have exit statuses");
        return scanner;
    }

    private static bool Text(Node node, BindContext context, out string? value)
    {
        value = (node as ScalarNode)?.Text;
        return value is not null || context.Expects(node, "a text");
    }

    /// <summary>Exit statuses, or a pattern over the output; null: none.</summary>
    private static bool StatusOrPattern(Node node, BindContext context, out AnswerTest? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is ScalarNode { IsPlain: true } number && number.Text.Length <= 3 && number.Text.All(char.IsAsciiDigit))
            node = new ListNode(number.Position, [number]);
        if (node is not ListNode list)
        {
            var good = Pattern(node, context, out var pattern);
            value = pattern is null ? null : new AnswerTest([], pattern);
            return good;
        }
        var statuses = new List<int>();
        var allGood = true;
        foreach (var item in list.Items)
        {
            allGood &= Scalars.Integer(0, HighestStatus)(item, context, out var status);
            statuses.Add((int)status);
        }
        value = new AnswerTest(statuses, null);
        return allGood;
    }

    /// <summary>Matches line by line, as the patterns of the original do.</summary>
    private static bool Pattern(Node node, BindContext context, out Regex? value)
    {
        value = null;
        if (node is not ScalarNode scalar)
            return context.Expects(node, "a pattern");
        if (scalar.IsNull)
            return true;
        if (!PerlPattern.TryCompile(scalar.Text, out var compiled, out var fault, RegexOptions.Multiline))
            return context.Fault(node, fault);
        value = compiled!.Regex;
        return true;
    }
}
