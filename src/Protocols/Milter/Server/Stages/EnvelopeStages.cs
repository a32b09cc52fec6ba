using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Protocols.Milter.Server.Stages;

/// <summary>MAIL and RCPT. A refusal here is the MTA's reply to its client's command.</summary>
internal static class EnvelopeStages
{
    public static void Mail(MilterSession session, ReadOnlySpan<byte> payload)
    {
        session.Reset();
        session.Macros.ForgetAfterMail();
        session.NextTransaction();
        var arguments = MilterText.All(payload, MilterLimits.Arguments);
        if (MilterEnvelope.Address(arguments) is not { } sender)
        {
            Refuse(session, new SmtpReply(501, "5.1.7 Bad sender address syntax"));
            return;
        }
        var envelope = MilterEnvelope.WithMailParameters(new Envelope { Sender = sender, Recipients = [] }, arguments, out var declared);
        var policy = TransactionPolicy.Load(session.Context.Policy, session.Client.Facts(session.Macros), sender, Banks(session.Macros));
        if (SizeLimits.OfSite(policy.Settings) is { } limit && declared > limit)
        {
            Refuse(session, new SmtpReply(552, $"5.3.4 Declared message size ({declared} B) exceeds size limit"));
            return;
        }
        session.Begin(new MilterTransaction
        {
            Envelope = envelope,
            DeclaredOctets = declared,
            Policy = policy,
            StartedAt = session.Context.Clock.GetLocalNow(),
            StartedTimestamp = session.Context.Clock.GetTimestamp(),
        });
        session.Continue();
    }

    public static void Rcpt(MilterSession session, ReadOnlySpan<byte> payload)
    {
        if (session.Transaction is not { HasContent: false } transaction)
        {
            Refuse(session, new SmtpReply(451, $"4.5.0 Error in processing, id={session.LogId}, RCPT without MAIL"));
            return;
        }
        var path = payload;
        var octets = MilterText.TakeOctets(ref path).ToArray();
        var arguments = MilterText.All(payload, MilterLimits.Arguments);
        if (++transaction.RecipientAttempts > transaction.Policy.Settings.SmtpdRecipientLimit)
        {
            Refuse(session, new SmtpReply(452, "4.5.3 Too many recipients"));
            return;
        }
        if (MilterEnvelope.Address(arguments) is not { IsNull: false } address)
        {
            Refuse(session, new SmtpReply(501, "5.1.3 Bad recipient address syntax"));
            return;
        }
        var judged = SizeLimits.Judge(transaction.Policy.Settings, transaction.DeclaredOctets, address);
        if (!judged.IsSuccess)
        {
            Refuse(session, judged);
            return;
        }
        transaction.Recipients.Add(MilterEnvelope.Recipient(address, transaction.Recipients.Count + 1, arguments));
        transaction.RecipientPaths.Add(octets);
        session.Continue();
    }

    /// <summary>
    /// Banks the MTA's words lead to, where they exist: its daemon's name (in Postfix <c>milter_macro_daemon_name</c>), TLS, and
    /// how the client authenticated, as milter helpers have it.
    /// </summary>
    private static List<string> Banks(MilterMacros macros)
    {
        var banks = new List<string>(5);
        if (macros["daemon_name"] is { } daemon)
            banks.Add(daemon);
        if (macros["tls_version"] is not null)
            banks.Add("TLS");
        if (macros["auth_type"] is not { } type)
            return banks;
        banks.Add("SMTP_AUTH");
        banks.Add("SMTP_AUTH_" + type);
        if (macros["auth_ssf"] is { } bits)
            banks.Add($"SMTP_AUTH_{type}_{bits}");
        return banks;
    }

    private static void Refuse(MilterSession session, SmtpReply reply)
    {
        session.Log(0, reply.ToString());
        session.Replies.Reply(reply);
    }
}
