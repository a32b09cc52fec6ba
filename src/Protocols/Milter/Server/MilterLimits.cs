namespace Amavis.Protocols.Milter.Server;

/// <summary>Limits of a milter session that are no settings.</summary>
public static class MilterLimits
{
    /// <summary>The longest silence of an MTA: its client may take as long as RFC 5321 §4.5.3.2 lets it. As libmilter has it.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(7210);

    /// <summary>While a message is checked the MTA is told so often that work goes on; Sendmail waits 10 s for an answer, Postfix 30 s and more.</summary>
    public static readonly TimeSpan Progress = TimeSpan.FromSeconds(7);

    /// <summary>For an MTA to take what we write.</summary>
    public static readonly TimeSpan Write = TimeSpan.FromSeconds(60);

    /// <summary>Macros kept of one stage.</summary>
    public const int Macros = 100;

    /// <summary>Characters of a macro's value.</summary>
    public const int MacroCharacters = 1024;

    /// <summary>Arguments of MAIL and RCPT.</summary>
    public const int Arguments = 50;

    /// <summary>Octets of the header section of a message.</summary>
    public const long HeaderOctets = 16 << 20;
}
