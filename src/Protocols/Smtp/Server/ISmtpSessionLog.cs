namespace Amavis.Protocols.Smtp.Server;

/// <summary>Takes the lines a session has for the log. Called only for levels that <c>log_level</c> lets through.</summary>
public interface ISmtpSessionLog
{
    /// <param name="level">-2 (error) to 5 (debug).</param>
    /// <param name="logId">Id of the transaction, or of the session before the first one.</param>
    /// <param name="text">May hold control characters of the client's; the log escapes them.</param>
    void Line(int level, string logId, string text);
}
