using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>decoders</c> and the variables that name programs for it.</summary>
internal static class DecoderEntries
{
    private const string Words = "an entry [types, decoder, programs]";

    /// <summary>Null: the built-in table.</summary>
    public static bool Read(Node node, BindContext context, out IReadOnlyList<DecoderEntry>? value)
    {
        value = null;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of entries [types, decoder, programs]");
        var entries = new List<DecoderEntry>();
        var good = true;
        foreach (var item in list.Items)
        {
            good &= Entry(item, context, out var entry);
            if (entry is not null)
                entries.Add(entry);
        }
        value = entries;
        return good;
    }

    /// <summary>A command line, several to choose from, or null for none.</summary>
    public static bool Programs(Node node, BindContext context, out IReadOnlyList<string> value)
    {
        var commands = new List<string>();
        value = commands;
        return AddCommands(node, context, commands);
    }

    private static bool Entry(Node item, BindContext context, out DecoderEntry? entry)
    {
        entry = null;
        if (item is not ListNode { Items: [var typeNode, ScalarNode { IsNull: false } decoder, ..] and var items })
            return context.Expects(item, Words);
        var programNodes = items.Skip(2).ToArray();
        var good = Scalars.Lines(typeNode, context, out var types);
        if (good && types.Count == 0)
            good = context.Fault(typeNode, "names no type");
        if (!DecoderSettings.Names.Contains(decoder.Text))
            good = context.Fault(decoder, $"there is no decoder \"{decoder.Text}\"{NameSuggestion.Words(decoder.Text, DecoderSettings.Names)}");
        var commands = new List<string>();
        foreach (var node in programNodes)
            good &= AddCommands(node, context, commands);
        entry = new DecoderEntry(types, decoder.Text, programNodes.Length == 0 ? null : commands);
        return good;
    }

    private static bool AddCommands(Node node, BindContext context, List<string> commands)
    {
        if (node is ScalarNode { IsNull: true })
            return true;
        var good = true;
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            if (item is ScalarNode { IsNull: true })
                continue;
            if (item is ListNode)
                good &= AddCommands(item, context, commands);
            else if (Scalars.RequiredLine(item, context, out var command))
                commands.Add(command);
            else
                good = false;
        }
        return good;
    }
}
