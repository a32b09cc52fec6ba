using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads <c>spam_scanners</c>.</summary>
internal static class SpamScanners
{
    private static readonly string[] Keys =
    [
        "name", "protocol", "address", "command", "arguments", "score_factor", "mail_body_size_limit", "timeout", "mta_name", "username", "password",
        "learn", "controller", "controller_password", "learn_ham", "learn_spam",
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
        var commands = entry.Get<IReadOnlyList<string>>("command", Scalars.Lines, []);
        var (ham, spam) = (entry.Get<IReadOnlyList<string>>("learn_ham", Scalars.Lines, []), entry.Get<IReadOnlyList<string>>("learn_spam", Scalars.Lines, []));
        var learns = entry.Get("learn", Scalars.Truth, false);
        if (learns && commands.Count > 0 && (ham.Count == 0 || spam.Count == 0))
            entry.Fault("learn: a program needs learn_ham and learn_spam, the arguments by which it is taught");
        return new SpamScannerSettings(
            name, protocol, addresses, entry.Get("score_factor", Scalars.OptionalNumber(), null), entry.Get("mail_body_size_limit", Scalars.OptionalInteger(), null))
        {
            Commands = commands,
            Arguments = entry.Get<IReadOnlyList<string>>("arguments", Scalars.Lines, []),
            Timeout = timeout is > 0 ? TimeSpan.FromSeconds(timeout.Value) : null,
            MtaName = entry.Get<string?>("mta_name", Scalars.Line, null),
            Username = entry.Get<string?>("username", Scalars.Line, null),
            Password = entry.Get<string?>("password", Scalars.Line, null),
            Learns = learns,
            Controller = entry.Get<string?>("controller", Scalars.Line, null),
            ControllerPassword = entry.Get<string?>("controller_password", Scalars.Line, null),
            LearnHam = ham,
            LearnSpam = spam,
        };
    }
}
