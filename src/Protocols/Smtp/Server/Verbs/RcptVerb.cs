using System.Globalization;
using System.Text;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Storage;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>RCPT (RFC 5321 §4.1.1.3), with the parameters of RFC 3461.</summary>
internal static class RcptVerb
{
    /// <summary>Where the recipient's limits are in databases, a recipient that can't be looked up ends the session with 421.</summary>
    public static async ValueTask ExecuteAsync(SmtpSessionState state, SmtpCommand command, CancellationToken cancellationToken)
    {
        if (state.Transaction is not { } transaction)
        {
            state.Refuse(command, 503, "5.5.1 Need MAIL command before RCPT");
            return;
        }
        if (++transaction.RecipientAttempts > state.Settings.SmtpdRecipientLimit)
        {
            state.Decline(command, 452, "4.5.3 Too many recipients");
            return;
        }
        if (!command.IsClean || !SmtpAddressPath.TryParse(command.Arguments, "TO:", out var path))
        {
            state.Refuse(command, 501, "5.5.2 Syntax: RCPT TO:<address>");
            return;
        }
        if (!TryReadParameters(path.Parameters, out var notify, out var original, out var refusal))
        {
            state.Refuse(command, refusal.Code, refusal.Text);
            return;
        }

        var settings = transaction.Policy.Settings;
        var keys = AddressKeys.For(path.Address, settings.AddressRules);
        if (state.Context.Directory is { } directory && settings.MessageSizeLimitMaps.AsksDatabases)
        {
            try
            {
                keys = await directory.LookUpAsync(keys, settings, cancellationToken);
            }
            catch (StorageUnavailableException e)
            {
                state.Decline(command, 421, $"4.3.0 Error in processing, id={state.LogId}, lookup FAILED, closing channel", -2);
                state.Log(-2, e.Message);
                state.IsOver = true;
                return;
            }
        }
        var reply = SizeLimits.Judge(settings, transaction.Parameters.DeclaredOctets, path.Address, keys);
        if (!reply.IsSuccess)
        {
            state.Decline(command, reply.Code, reply.Text);
            return;
        }
        if (original is null && path.DiffersFromCanonical)
            original = OriginalRecipient(path.AsTyped);
        transaction.Recipients.Add(new EnvelopeRecipient(path.Address, transaction.Recipients.Count + 1, notify, original));
        state.Replies.Write(reply);
    }

    private static bool TryReadParameters(string text, out DsnNotify notify, out string? original, out SmtpReply refusal)
    {
        notify = DsnNotify.Unspecified;
        original = null;
        refusal = default;
        if ((text.Length > 0 && text[0] != ' ') || !EsmtpParameters.TryParse(text, out var list))
        {
            refusal = new SmtpReply(501, "5.5.4 Syntax error in RCPT parameters");
            return false;
        }
        foreach (var (keyword, value) in list)
        {
            if (keyword is not ("NOTIFY" or "ORCPT"))
                refusal = new SmtpReply(555, "5.5.4 RCPT command parameter unrecognized: " + keyword);
            else if (string.IsNullOrEmpty(value))
                refusal = new SmtpReply(501, "5.5.4 Syntax error in RCPT parameter, value is required: " + keyword);
            else if (keyword == "NOTIFY" ? notify != DsnNotify.Unspecified : original is not null)
                refusal = new SmtpReply(501, "5.5.4 Syntax error in RCPT parameter: " + keyword);
            else if (keyword == "ORCPT")
                original = value;
            else
                refusal = ReadNotify(value, out notify);
            if (refusal.Code != 0)
                return false;
        }
        return true;
    }

    /// <summary>RFC 3461 §4.1. Code 0: understood.</summary>
    internal static SmtpReply ReadNotify(string value, out DsnNotify notify)
    {
        notify = DsnNotify.Unspecified;
        foreach (var word in value.Split(','))
        {
            var flag = word.ToUpperInvariant() switch
            {
                "NEVER" => DsnNotify.Never,
                "SUCCESS" => DsnNotify.Success,
                "FAILURE" => DsnNotify.Failure,
                "DELAY" => DsnNotify.Delay,
                _ => DsnNotify.Unspecified,
            };
            if (flag == DsnNotify.Unspecified)
                return new SmtpReply(501, "5.5.4 Error in RCPT parameter NOTIFY, illegal value: " + word);
            notify |= flag;
        }
        return notify.HasFlag(DsnNotify.Never) && notify != DsnNotify.Never
            ? new SmtpReply(501, "5.5.4 Error in RCPT parameter NOTIFY, illegal combination of values: " + value)
            : default;
    }

    /// <summary>The address as typed, in the form ORCPT has (RFC 3461 §4.2, RFC 6533 §3).</summary>
    private static string OriginalRecipient(string typed)
    {
        if (Ascii.IsValid(typed))
            return "rfc822;" + Xtext.Encode(typed);
        var text = new StringBuilder("utf-8;");
        foreach (var rune in typed.EnumerateRunes())
        {
            if (rune.Value is > ' ' and < 0x7f and not '\\' and not '+' and not '=')
                text.Append((char)rune.Value);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{{{rune.Value:X2}}}");
        }
        return text.ToString();
    }
}
