namespace Amavis.Engine.Checks.Bounces;

/// <summary>A message recognised as a bounce or another report about an earlier message.</summary>
/// <param name="Rule">Number of the structure rule that recognised it, 1 to 7.</param>
/// <param name="MessageId">Id of the earlier message in angle brackets; null: its header section has none, or can't be read.</param>
public sealed record BouncedMail(int Rule, string? MessageId);
