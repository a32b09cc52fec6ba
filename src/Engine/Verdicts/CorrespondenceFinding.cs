using Amavis.Core.Explaining;
using Amavis.Core.Storage;

namespace Amavis.Engine.Verdicts;

/// <summary>What earlier mail says about this one, for one recipient.</summary>
/// <param name="PenPal">Mail this recipient sent before to the sender, or that this message refers to; null: none found.</param>
/// <param name="Age">How long ago that was; meaningless without it.</param>
/// <param name="Tests">Points for it, named as tests; they come first.</param>
public sealed record CorrespondenceFinding(PenPal? PenPal, TimeSpan Age, IReadOnlyList<TestScore> Tests);
