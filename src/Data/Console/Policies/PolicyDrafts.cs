namespace Amavis.Data.Console.Policies;

/// <summary>A row of <c>users</c> as it is to be.</summary>
/// <param name="Key">Read by <see cref="LookupKeyText"/>.</param>
/// <param name="FullName">Null: none.</param>
/// <param name="Local">Y, N, or null: not said; kept only where the table has the column.</param>
public sealed record UserDraft(string Key, int Priority, long PolicyId, string? FullName, string? Local);

/// <summary>A row of <c>policy</c> as it is to be.</summary>
/// <param name="Values">By column; null: inherited. Columns not named stay as they are.</param>
public sealed record PolicyDraft(string? Name, IReadOnlyDictionary<string, string?> Values);
