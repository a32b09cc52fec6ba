using Amavis.Core.Explaining;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Checks;

/// <summary>Findings with their explanations; owns the unpacked parts.</summary>
internal sealed record CheckedMessage(Findings Findings, VirusExplanation? Virus, SpamExplanation? Spam, IAsyncDisposable? Parts) : IAsyncDisposable
{
    public ValueTask DisposeAsync() => Parts?.DisposeAsync() ?? ValueTask.CompletedTask;
}
