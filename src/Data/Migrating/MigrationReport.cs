namespace Amavis.Data.Migrating;

/// <summary>What was done to a database, or is yet to be done.</summary>
/// <param name="Steps">In plain words, in order; empty when the schema is up to date.</param>
/// <param name="Adopted">The tables had been made by hand, for amavisd-new, and were taken over.</param>
/// <param name="Notes">What works but should be changed by the administrator.</param>
public sealed record MigrationReport(IReadOnlyList<string> Steps, bool Adopted, IReadOnlyList<string> Notes);
