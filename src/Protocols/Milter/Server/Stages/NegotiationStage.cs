namespace Amavis.Protocols.Milter.Server.Stages;

/// <summary>The first packet of a connection: versions, actions, steps, and which macros we would like.</summary>
internal static class NegotiationStage
{
    private const MilterActions Actions = MilterActions.AddHeaders | MilterActions.ReplaceBody | MilterActions.AddRecipients
        | MilterActions.DeleteRecipients | MilterActions.ChangeHeaders | MilterActions.Quarantine | MilterActions.ChangeSender | MilterActions.SetMacros;

    /// <summary>Every answer we would not use is spared. Bodies are answered, so that one that is too large need not be sent to its end.</summary>
    private const MilterSteps Steps = MilterSteps.NoUnknown | MilterSteps.NoReplyToConnect | MilterSteps.NoReplyToHelo | MilterSteps.NoReplyToData
        | MilterSteps.NoReplyToUnknown | MilterSteps.NoReplyToHeaders | MilterSteps.NoReplyToEndOfHeader | MilterSteps.Skip | MilterSteps.LeadingBlanks;

    /// <summary>By the protocol's numbers of stages: connect 0, HELO 1, MAIL 2, RCPT 3, DATA 4, end of message 5, end of header 6.</summary>
    private static readonly (uint, string)[] Macros =
    [
        (0, "j _ v {daemon_name} {daemon_addr} {client_addr} {client_name} {client_port} {client_ptr}"),
        (1, "{tls_version} {cipher} {cipher_bits}"),
        (2, "i r {auth_type} {auth_authen} {auth_ssf} {auth_author} {mail_addr}"),
        (3, "i {rcpt_addr}"),
        (4, "i"),
        (5, "i"),
        (6, "i"),
    ];

    public static void Execute(MilterSession session, MilterCommand command, ReadOnlySpan<byte> payload)
    {
        if (command == MilterCommand.Quit)
        {
            session.IsOver = true;
            return;
        }
        if (command != MilterCommand.Negotiate || session.Options is not null)
        {
            session.GiveUp(session.Options is null ? "a command before the option negotiation" : "a second option negotiation");
            return;
        }
        if (MilterOptions.Read(payload) is not { Version: >= MilterOptions.OldestVersion } offered)
        {
            session.GiveUp("an option negotiation that is too short, or of a version before 2");
            return;
        }
        var agreed = offered.Agree(Actions, Steps);
        session.Options = agreed;
        session.Replies.LeadingBlanks = session.Agreed(MilterSteps.LeadingBlanks);
        session.Replies.Negotiate(agreed, session.Agreed(MilterActions.SetMacros) ? Macros : []);
    }
}
