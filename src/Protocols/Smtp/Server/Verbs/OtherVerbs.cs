namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>Verbs nobody executes: those of the standards, and everything else.</summary>
internal static class OtherVerbs
{
    public static void NotImplemented(SmtpSessionState state, SmtpCommand command) =>
        state.Refuse(command, 502, $"5.5.1 Error: command {command.Verb} not implemented", logLevel: 1);

    public static void NotRecognized(SmtpSessionState state, SmtpCommand command) =>
        state.Refuse(command, 500, $"5.5.2 Error: command {command.Verb} not recognized");

    public static void BadSyntax(SmtpSessionState state, SmtpCommand command) =>
        state.Refuse(command, 500, "5.5.2 Error: bad syntax");
}
