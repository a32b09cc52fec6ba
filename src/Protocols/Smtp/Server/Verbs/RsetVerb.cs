namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>RSET (RFC 5321 §4.1.1.5). With an argument it is refused and resets all the same.</summary>
internal static class RsetVerb
{
    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        state.Reset();
        if (command.Arguments.Length > 0)
            state.Refuse(command, 501, "5.5.4 Error: RSET does not accept arguments");
        else
            state.Reply(250, "2.0.0 Ok RSET");
    }
}
