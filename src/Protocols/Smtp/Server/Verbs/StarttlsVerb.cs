namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>STARTTLS (RFC 3207): not offered. It ends a transaction all the same.</summary>
internal static class StarttlsVerb
{
    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        state.Reset();
        if (command.Arguments.Length > 0)
            state.Refuse(command, 501, "5.5.4 Error: STARTTLS does not accept arguments");
        else
            state.Refuse(command, 502, "5.5.1 Error: command not available", logLevel: 1);
    }
}
