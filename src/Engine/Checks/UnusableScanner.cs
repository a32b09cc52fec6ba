using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus;

namespace Amavis.Engine.Checks;

/// <summary>Stands for a virus scanner that is configured but can't be asked.</summary>
internal sealed class UnusableScanner(string name, string reason) : IVirusScanner
{
    public string Name => name;

    public Task<ScanOutcome> ScanAsync(IReadOnlyList<ScanItem> items, Func<string, bool>? isEnough, CancellationToken cancellationToken) =>
        Task.FromResult<ScanOutcome>(new ScanOutcome.Failed(reason));
}

/// <summary>Stands for a spam scanner that is configured but can't be asked.</summary>
internal sealed class UnusableSpamScanner(string name, string reason) : ISpamScanner
{
    public string Name => name;

    public double ScoreFactor => 1;

    public long? BodySizeLimit => null;

    public Task<SpamOutcome> CheckAsync(SpamRequest request, CancellationToken cancellationToken) =>
        Task.FromResult<SpamOutcome>(new SpamOutcome.Failed(reason));
}
