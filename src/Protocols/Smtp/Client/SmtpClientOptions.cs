namespace Amavis.Protocols.Smtp.Client;

/// <summary>Time limits and sizes of the client; the defaults suit production.</summary>
public sealed record SmtpClientOptions
{
    /// <summary>For one target, name resolution and all its addresses included.</summary>
    public TimeSpan Connect { get; init; } = TimeSpan.FromSeconds(35);

    /// <summary>Greeting, EHLO, STARTTLS, AUTH, XFORWARD, MAIL, RCPT (RFC 5321 §4.5.3.2.1 to 3).</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>DATA until 354 (RFC 5321 §4.5.3.2.4).</summary>
    public TimeSpan DataInitiation { get; init; } = TimeSpan.FromSeconds(120);

    /// <summary>One write of message octets (RFC 5321 §4.5.3.2.5).</summary>
    public TimeSpan DataBlock { get; init; } = TimeSpan.FromSeconds(180);

    /// <summary>The final dot until its reply (RFC 5321 §4.5.3.2.6).</summary>
    public TimeSpan FinalDot { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>RSET, NOOP and QUIT.</summary>
    public TimeSpan Housekeeping { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A delivery is given at least this long in all, even when its deadline is nearer.</summary>
    public TimeSpan LeastTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>False: a new connection for each delivery.</summary>
    public bool KeepConnections { get; init; } = true;

    /// <summary>Connections are kept only while messages for a target follow each other closely.</summary>
    public bool KeepOnDemand { get; init; }

    /// <summary>On demand: a message this soon after the one before begins the keeping.</summary>
    public TimeSpan DemandBegins { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>On demand: a gap this long ends it.</summary>
    public TimeSpan DemandEnds { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Idle connections kept for one target.</summary>
    public int MaxIdlePerTarget { get; init; } = 64;

    /// <summary>Idle for no longer than this: used again without asking; longer: a NOOP first.</summary>
    public TimeSpan ReuseWithoutProbe { get; init; } = TimeSpan.FromSeconds(18);

    /// <summary>Idle for this long: closed.</summary>
    public TimeSpan MaxIdle { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Open for this long: closed after the delivery at hand.</summary>
    public TimeSpan MaxAge { get; init; } = TimeSpan.FromSeconds(60);
}
