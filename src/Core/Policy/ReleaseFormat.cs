namespace Amavis.Core.Policy;

/// <summary>Form in which quarantined mail is sent on.</summary>
public enum ReleaseFormat
{
    /// <summary>The message itself with Resent fields (RFC 5322 §3.6.6).</summary>
    Resend,
    /// <summary>A new mail with the message attached, perhaps in an encrypted archive.</summary>
    Attach,
    /// <summary>A new mail of text, with the message below it as it is.</summary>
    Plain,
    /// <summary>A feedback report (RFC 5965) with the message attached.</summary>
    Arf,
    /// <summary>A delivery status report (RFC 3464) with the message's header section.</summary>
    Dsn,
}
