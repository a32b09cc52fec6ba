using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>spam_scanners</c>.</summary>
internal static class SpamScanners
{
    public static bool Read(Node node, BindContext context, out IReadOnlyList<SpamScannerSettings> value)
    {
        var scanners = new List<SpamScannerSettings>();
        value = scanners;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not ListNode list)
            return context.Expects(node, "a list of scanners");
        var good = true;
        foreach (var item in list.Items)
        {
            var entry = new SectionReader(item, context, "name", "protocol", "address", "score_factor", "mail_body_size_limit");
            if (item is MapNode)
                scanners.Add(Scanner(entry, context));
            good &= entry.IsGood;
        }
        return good;
    }

    private static SpamScannerSettings Scanner(SectionReader entry, BindContext context)
    {
        var name = entry.Required<string>("name", Scalars.RequiredLine, "");
        var protocol = entry.Required("protocol", Scalars.OneOf([.. Implemented.SpamProtocols, .. Implemented.LaterSpamProtocols]), null) ?? "";
        var addresses = entry.Required<IReadOnlyList<string>>("address", Sockets.Addresses, []);
        var factor = entry.Get("score_factor", Scalars.Number(), 1);
        var limit = entry.Get("mail_body_size_limit", Scalars.OptionalInteger(), null);
        if (entry.IsGood && !Implemented.SpamProtocols.Contains(protocol))
            context.Session.WithoutEffect.Add($"{context.Key}: {name} ({protocol})");
        return new SpamScannerSettings(name, protocol, addresses, factor, limit);
    }
}
