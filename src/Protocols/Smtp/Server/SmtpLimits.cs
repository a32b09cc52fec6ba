namespace Amavis.Protocols.Smtp.Server;

/// <summary>Limits of a session that are no settings.</summary>
public static class SmtpLimits
{
    /// <summary>Octets of a command line with its CRLF; as much as Postfix takes.</summary>
    public const int CommandOctets = 2048;

    /// <summary>The same where AUTH is offered (RFC 4954 §4).</summary>
    public const int AuthOctets = 12288;

    /// <summary>So many longer ones end the session: nobody who speaks SMTP sends them.</summary>
    public const int LongCommands = 3;

    /// <summary>So many refused commands since the last message end the session.</summary>
    public const int Errors = 20;

    /// <summary>From the first octet of a command to its end.</summary>
    public static readonly TimeSpan Command = TimeSpan.FromSeconds(30);

    /// <summary>The least that <c>smtpd_timeout</c> can be.</summary>
    public static readonly TimeSpan LeastIdle = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Octets a second a client has to send on average after DATA, beyond the first <c>smtpd_timeout</c>. A tenth of what a
    /// modem gave; a client that sends an octet now and then can't hold a session for ever.
    /// </summary>
    public const int DataOctetsPerSecond = 100;

    /// <summary>Replies held back for pipelined commands before they are sent all the same.</summary>
    public const int PendingReplyOctets = 4096;

    /// <summary>Characters of an XFORWARD value after xtext decoding.</summary>
    public const int ForwardedValue = 255;

    /// <summary>No size limit lies below this while <c>enforce_smtpd_message_size_limit_64kb_min</c> holds (RFC 5321 §4.5.3.1.7).</summary>
    public const long LeastMessageOctets = 65536;

    /// <summary>How many places of lone CRs are remembered.</summary>
    public const int BareCrOffsets = 4096;
}
