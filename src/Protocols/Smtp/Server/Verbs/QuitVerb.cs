namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>QUIT (RFC 5321 §4.1.1.10).</summary>
internal static class QuitVerb
{
    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        if (command.Arguments.Length > 0)
        {
            state.Refuse(command, 501, "5.5.4 Error: QUIT does not accept arguments");
            return;
        }
        state.Reset();
        state.Reply(221, "2.0.0 " + Banner.Expand(state.Settings.SmtpdQuitBanner, state));
        state.IsOver = true;
    }
}
