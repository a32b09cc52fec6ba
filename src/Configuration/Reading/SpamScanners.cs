using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>spam_scanners</c>.</summary>
internal static class SpamScanners
{
    private static readonly string[] Keys =
    [
        "name", "protocol", "address", "command", "arguments", "score_factor", "mail_body_size_limit", "timeout", "mta_name", "username", "password",
    ];

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
            var entry = new SectionReader(item, context, Keys);
            if (item is MapNode)
                scanners.Add(Scanner(entry));
            good &= entry.IsGood;
        }
        return good;
    }

    private static SpamScannerSettings Scanner(SectionReader entry)
    {
        var name = entry.Required<string>("name", Scalars.RequiredLine, "");
        var protocol = entry.Get("protocol", Scalars.OneOf(Implemented.SpamProtocols), null);
        if (entry.Has("protocol") == entry.Has("command"))
            entry.Fault("expects either protocol and address, or command");
        var addresses = entry.Has("protocol") ? entry.Required<IReadOnlyList<string>>("address", Sockets.Addresses, []) : [];
        var timeout = entry.Get("timeout", Scalars.OptionalNumber(), null);
        if (timeout is <= 0)
            entry.Fault("timeout must be more than 0 seconds");
        return new SpamScannerSettings(
            name, protocol, addresses, entry.Get("score_factor", Scalars.OptionalNumber(), null), entry.Get("mail_body_size_limit", Scalars.OptionalInteger(), null))
        {
            Commands = entry.Get<IReadOnlyList<string>>("command", Scalars.Lines, []),
            Arguments = entry.Get<IReadOnlyList<string>>("arguments", Scalars.Lines, []),
            Timeout = timeout is > 0 ? TimeSpan.FromSeconds(timeout.Value) : null,
            MtaName = entry.Get<string?>("mta_name", Scalars.Line, null),
            Username = entry.Get<string?>("username", Scalars.Line, null),
            Password = entry.Get<string?>("password", Scalars.Line, null),
        };
    }
}
