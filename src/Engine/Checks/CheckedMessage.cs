using Amavis.Core.Explaining;
using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Checks;

/// <summary>Findings with their explanations; owns the unpacked parts.</summary>
/// <param name="Message">With the banks loaded for the viruses found.</param>
/// <param name="Policies">What holds for the recipients under these banks.</param>
internal sealed record CheckedMessage(
    Findings Findings, VirusExplanation? Virus, SpamExplanation? Spam, IDisposable? Parts, ReceivedMessage Message, IReadOnlyList<RecipientPolicy> Policies) : IDisposable
{
    public void Dispose() => Parts?.Dispose();
}
