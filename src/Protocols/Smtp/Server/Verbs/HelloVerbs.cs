using System.Globalization;

namespace Amavis.Protocols.Smtp.Server.Verbs;

/// <summary>HELO, EHLO (RFC 5321 §4.1.1.1) and LHLO (RFC 2033 §4.1). Each ends a transaction and decides which protocol is spoken.</summary>
internal static class HelloVerbs
{
    public static void Execute(SmtpSessionState state, SmtpCommand command)
    {
        var hello = command.Verb switch
        {
            "LHLO" => SmtpHello.Lhlo,
            "EHLO" => SmtpHello.Ehlo,
            _ => SmtpHello.Helo,
        };
        state.SayHello(hello, command.Arguments.Replace('\ufffd', '?'));
        if (hello == SmtpHello.Helo)
            state.Reply(250, Banner.HeloName(state.Context));
        else
            state.Replies.Write(250, Extensions(state));
    }

    private static List<string> Extensions(SmtpSessionState state)
    {
        var discarded = state.Settings.SmtpdDiscardEhloKeywords;
        bool Offered(string keyword)
        {
            foreach (var word in discarded)
                if (string.Equals(word, keyword, StringComparison.OrdinalIgnoreCase))
                    return false;
            return true;
        }

        var lines = new List<string>(11) { Banner.HeloName(state.Context) };
        void Offer(string keyword, string line)
        {
            if (Offered(keyword))
                lines.Add(line);
        }

        Offer("VRFY", "VRFY");
        Offer("PIPELINING", "PIPELINING");
        Offer("SIZE", SizeLimits.OfSite(state.Settings) is { } limit ? "SIZE " + limit.ToString(CultureInfo.InvariantCulture) : "SIZE");
        Offer("ENHANCEDSTATUSCODES", "ENHANCEDSTATUSCODES");
        Offer("8BITMIME", "8BITMIME");
        // RFC 6531 §3.1: SMTPUTF8 needs 8BITMIME.
        if (Offered("8BITMIME"))
            Offer("SMTPUTF8", "SMTPUTF8");
        Offer("DSN", "DSN");
        if (StarttlsVerb.IsOffered(state))
            Offer("STARTTLS", "STARTTLS");
        // Nobody is to send a password in the clear to be told then that TLS comes first.
        if (state.Settings.AuthMechAvail.Count > 0 && !StarttlsVerb.IsMissing(state))
            Offer("AUTH", "AUTH " + string.Join(' ', state.Settings.AuthMechAvail));
        Offer("XFORWARD", "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE");
        return lines;
    }
}
