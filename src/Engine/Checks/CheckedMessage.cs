using Amavis.Core.Explaining;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Checks;

/// <summary>Findings with their explanations; owns the unpacked parts.</summary>
internal sealed record CheckedMessage(Findings Findings, VirusExplanation? Virus, SpamExplanation? Spam, IDisposable? Parts) : IDisposable
{
    public void Dispose() => Parts?.Dispose();
}
