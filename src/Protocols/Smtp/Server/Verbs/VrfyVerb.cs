namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>VRFY (RFC 5321 §3.5.3): nothing is verified.</summary>
internal static class VrfyVerb
{
    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        if (command.Arguments.Length == 0)
            state.Refuse(command, 501, "5.5.2 Syntax: VRFY address");
        else
            state.Reply(252, "2.0.0 Argument not checked");
    }
}
