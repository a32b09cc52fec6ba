namespace Amavis.Core.Logging;

/// <summary>
/// The mail log, with the levels postmasters know: -3 critical, -2 error, -1 warning, 0 the main entry of each message, 1 and 2
/// informative, 3 to 5 debugging. Writing never blocks and never fails.
/// </summary>
public interface IMailLog
{
    /// <param name="logId">Id of the message or session; null for lines that belong to none.</param>
    void Line(int level, string? logId, string text);

    /// <summary>A line that is written whatever the level of the log is, for mail that is looked at closely.</summary>
    void Always(int level, string? logId, string text) => Line(level, logId, text);

    /// <summary>Would a line of this level be written; ask before composing long ones.</summary>
    bool IsEnabled(int level);
}
