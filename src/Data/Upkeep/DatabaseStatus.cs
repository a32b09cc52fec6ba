namespace Amavis.Data.Upkeep;

/// <summary>State of a database, for people.</summary>
/// <param name="Database">Where it is; no password.</param>
/// <param name="Server">Kind and version.</param>
/// <param name="Rows">Table to number of rows; tables that do not exist are left out.</param>
/// <param name="InProgress">Messages without an outcome, received within the last hour.</param>
/// <param name="Lost">Messages without an outcome, older than that.</param>
/// <param name="Oldest">Reception of the oldest message; null when there is none.</param>
/// <param name="PendingSteps">What <c>db migrate</c> would do; empty when the schema is up to date.</param>
/// <param name="Notes">What works but should be changed.</param>
public sealed record DatabaseStatus(
    string Database, string Server, IReadOnlyDictionary<string, long> Rows, long InProgress, long Lost, DateTimeOffset? Oldest, DateTimeOffset? Newest,
    IReadOnlyList<string> PendingSteps, IReadOnlyList<string> Notes);
