using System.Globalization;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>MAIL (RFC 5321 §4.1.1.2): opens a transaction and loads its banks.</summary>
internal static class MailVerb
{
    /// <summary>Digits of a SIZE (RFC 1870 §6).</summary>
    private const int SizeDigits = 20;

    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        if (state.Transaction is not null)
        {
            state.Refuse(command, 503, "5.5.1 Error: nested MAIL command");
            return;
        }

        if (state.Settings.AuthRequiredInp && !state.IsAuthenticated)
        {
            state.Refuse(command, 530, "5.7.0 Authentication required");
            return;
        }

        state.Transactions++;
        // Used up by this command, whatever becomes of it.
        var client = state.ForwardedClient;
        state.ForwardedClient = ClientFacts.Unknown;
        if (!command.IsClean || !SmtpAddressPath.TryParse(command.Arguments, "FROM:", out var path))
        {
            state.Refuse(command, 501, "5.5.2 Syntax: MAIL FROM:<address>");
            return;
        }
        if (!TryReadParameters(path.Parameters, out var parameters, out var refusal))
        {
            state.Refuse(command, refusal.Code, refusal.Text);
            return;
        }

        // RFC 4954 §5: a client that is not authenticated can't vouch for a submitter.
        if (!state.IsAuthenticated && parameters.Submitter is not null)
            parameters = parameters with { Submitter = "<>" };

        var policy = TransactionPolicy.Load(state.Context.Policy, client, path.Address);
        if (SizeLimits.OfSite(policy.Settings) is { } limit && parameters.DeclaredOctets > limit)
        {
            // RFC 1870 §6.1 (2). The original only advertises the limit.
            state.Decline(command, 552, $"5.3.4 Declared message size ({parameters.DeclaredOctets} B) exceeds size limit");
            return;
        }
        state.Transaction = new SmtpTransaction
        {
            Sender = path.Address,
            Parameters = parameters,
            Client = client,
            Policy = policy,
            StartedAt = state.Context.Clock.GetLocalNow(),
            StartedTimestamp = state.Context.Clock.GetTimestamp(),
        };
        state.Reply(250, $"2.1.0 Sender {path.Address.Bracketed} OK");
    }

    private static bool TryReadParameters(string text, out MailParameters parameters, out SmtpReply refusal)
    {
        parameters = new MailParameters();
        refusal = default;
        if ((text.Length > 0 && text[0] != ' ') || !EsmtpParameters.TryParse(text, out var list))
        {
            refusal = new SmtpReply(501, "5.5.4 Syntax error in MAIL FROM parameters");
            return false;
        }
        foreach (var parameter in list)
        {
            if (Apply(parameters, parameter, ref refusal) is not { } next)
                return false;
            parameters = next;
        }
        return true;
    }

    /// <summary>Null: refused.</summary>
    private static MailParameters? Apply(MailParameters parameters, EsmtpParameter parameter, ref SmtpReply refusal)
    {
        var (keyword, value) = parameter;
        refusal = new SmtpReply(501, "5.5.4 Syntax error in MAIL parameter: " + keyword);
        switch (keyword)
        {
            case "SIZE" when value is null:
                return parameters;
            case "SIZE":
                return value.Length <= SizeDigits && decimal.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    ? parameters with { DeclaredOctets = size }
                    : null;
            case "SMTPUTF8":
                return value is null ? parameters with { SmtpUtf8 = true } : null;
            case "BODY" or "RET" or "ENVID" or "AUTH" when string.IsNullOrEmpty(value):
                refusal = new SmtpReply(501, "5.5.4 Syntax error in MAIL parameter, value is required: " + keyword);
                return null;
            case "BODY":
                return value.ToUpperInvariant() switch
                {
                    "7BIT" => parameters with { Body = BodyType.SevenBit },
                    "8BITMIME" => parameters with { Body = BodyType.EightBitMime },
                    _ => null,
                };
            case "RET" when parameters.Return is null:
                refusal = new SmtpReply(501, "5.5.4 Syntax error in MAIL parameter RET: " + value);
                var wanted = value.ToUpperInvariant();
                return wanted is "FULL" or "HDRS" ? parameters with { Return = wanted } : null;
            case "ENVID" when parameters.EnvelopeId is null:
                return parameters with { EnvelopeId = value };
            case "RET" or "ENVID":
                return null;
            case "AUTH":
                return parameters with { Submitter = value };
            default:
                refusal = new SmtpReply(504, $"5.5.4 MAIL command parameter error: {keyword}={value}");
                return null;
        }
    }
}
