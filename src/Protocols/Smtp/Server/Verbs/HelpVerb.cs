namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>HELP (RFC 5321 §4.1.1.8), in the words clients of amavisd-new know.</summary>
internal static class HelpVerb
{
    private static readonly string[] Lines = ["2.0.0 See amavis home page at:", "2.0.0 http://www.ijs.si/software/amavisd/"];

    public static void Execute(SmtpSessionState state) => state.Replies.Write(214, Lines);
}
