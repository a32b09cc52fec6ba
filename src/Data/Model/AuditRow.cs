namespace Amavis.Data.Model;

/// <summary>
/// Our table <c>aw_audit</c>: who did what. Rows are only ever appended; each carries the hash of the one before, so that a
/// changed or missing row shows.
/// </summary>
public sealed class AuditRow
{
    public long Id { get; set; }

    /// <summary>Stored as Unix milliseconds.</summary>
    public DateTimeOffset Time { get; set; }

    /// <summary>User name at that time.</summary>
    public string Account { get; set; } = "";

    /// <summary>Address of the client; empty when it was a command line.</summary>
    public string ClientAddr { get; set; } = "";
    public string Action { get; set; } = "";

    /// <summary>What it was done to: a mail_id, an address, an account.</summary>
    public string Subject { get; set; } = "";
    public string Detail { get; set; } = "";

    /// <summary>Hexadecimal; empty in the first row.</summary>
    public string PreviousHash { get; set; } = "";
    public string Hash { get; set; } = "";
}
