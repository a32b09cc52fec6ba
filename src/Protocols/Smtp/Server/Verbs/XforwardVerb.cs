using System.Globalization;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>
/// XFORWARD, Postfix's extension: the front-end MTA tells whom it has the mail from. Who may connect at all may say so. Several
/// commands add up, until MAIL takes what they said.
/// </summary>
internal static class XforwardVerb
{
    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        if (state.Transaction is not null)
        {
            state.Refuse(command, 503, "5.5.1 Error: XFORWARD not allowed within transaction");
            return;
        }
        if (!command.IsClean || !EsmtpParameters.TryParse(command.Arguments, out var list))
        {
            state.Refuse(command, 501, "5.5.4 Syntax error in XFORWARD parameters");
            return;
        }

        var client = state.ForwardedClient;
        foreach (var (keyword, value) in list)
        {
            if (!IsAttribute(keyword))
            {
                state.Refuse(command, 501, $"5.5.4 XFORWARD command parameter error: {keyword}={value}");
                return;
            }
            var decoded = Xtext.Decode(value ?? "");
            if (decoded.Length is 0 or > SmtpLimits.ForwardedValue)
            {
                state.Refuse(command, 501, "5.5.4 Syntax error in XFORWARD parameters");
                return;
            }
            client = Set(client, keyword, IsKnown(decoded) ? decoded : null);
        }
        state.ForwardedClient = client;
        state.Reply(250, "2.5.0 Ok XFORWARD");
    }

    private static bool IsAttribute(string keyword) =>
        keyword is "NAME" or "ADDR" or "PORT" or "PROTO" or "HELO" or "IDENT" or "SOURCE" or "LOGIN";

    /// <summary>
    /// What the MTA does not know it says so. A control character hidden by xtext is not believed either: the value goes into
    /// header fields and the log, and the other attributes are worth keeping.
    /// </summary>
    private static bool IsKnown(string value) =>
        !value.Equals("[UNAVAILABLE]", StringComparison.OrdinalIgnoreCase) && !SmtpLine.HasControl(value);

    private static ClientFacts Set(ClientFacts client, string keyword, string? value) => keyword switch
    {
        "NAME" => client with { Name = value },
        "ADDR" => client with { Address = value is null ? null : IpNetworks.TryParseAddress(value) },
        "PORT" => client with { Port = ReadPort(value) },
        "PROTO" => client with { Protocol = value },
        "HELO" => client with { Helo = value },
        "IDENT" => client with { QueueId = value },
        "SOURCE" => client with { Source = value?.ToUpperInvariant() },
        _ => client,
    };

    private static int? ReadPort(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65535 ? port : null;
}
