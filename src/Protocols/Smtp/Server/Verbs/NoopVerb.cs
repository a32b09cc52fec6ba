namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>NOOP (RFC 5321 §4.1.1.9).</summary>
internal static class NoopVerb
{
    public static void Execute(SmtpSessionState state) => state.Reply(250, "2.0.0 Ok NOOP");
}
