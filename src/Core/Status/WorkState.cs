namespace Amavis.Core.Status;

/// <summary>
/// The letters that stand for what is being done with a message, as the process list of monitoring shows them. Numbers outside of this
/// process depend on them: they do not change.
/// </summary>
public static class WorkState
{
    /// <summary>A connection between transactions.</summary>
    public const char Connected = 'A';

    /// <summary>A transaction has begun (MAIL).</summary>
    public const char Envelope = 'm';

    /// <summary>Message data are being received.</summary>
    public const char Data = 'd';

    /// <summary>Being checked, in no stage with a letter of its own.</summary>
    public const char Checks = '=';

    public const char MailId = 'G';
    public const char Decoding = 'D';
    public const char VirusScan = 'V';
    public const char SpamScan = 'S';
    public const char PenPals = 'P';

    /// <summary>Results are being put together.</summary>
    public const char Results = 'r';

    /// <summary>Quarantine and notices.</summary>
    public const char Quarantine = 'Q';

    public const char Forwarding = 'F';

    /// <summary>The letters and what they mean, for people.</summary>
    public static IReadOnlyList<(char Letter, string Meaning)> Legend { get; } =
    [
        (Connected, "connected, between transactions"),
        (Envelope, "transaction begun"),
        (Data, "receiving the message"),
        (Checks, "checking"),
        (MailId, "making the mail id"),
        (Decoding, "unpacking"),
        (VirusScan, "virus scan"),
        (SpamScan, "spam scan"),
        (PenPals, "pen pals"),
        (Results, "putting results together"),
        (Quarantine, "quarantine and notices"),
        (Forwarding, "forwarding"),
        ('.', "idle"),
    ];
}
