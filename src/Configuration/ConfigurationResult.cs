using Amavis.Core.Policy;

namespace Amavis.Configuration;

/// <summary>What came of reading a configuration: settings, or every mistake found.</summary>
/// <param name="Settings">Null when there is a mistake.</param>
/// <param name="Mistakes">In the order of files and lines; empty when the settings are good.</param>
/// <param name="Notices">Nothing is wrong, but an administrator should know; one line of text each.</param>
/// <param name="Values">Every variable with its value and where it comes from; secrets are masked.</param>
/// <param name="Files">The files read, in order.</param>
/// <param name="PidFile">Where the daemon notes its process id, as far as can be told even from a faulty file; empty: nowhere.</param>
public sealed record ConfigurationResult(
    Settings? Settings,
    IReadOnlyList<ConfigurationMistake> Mistakes,
    IReadOnlyList<string> Notices,
    IReadOnlyList<EffectiveValue> Values,
    IReadOnlyList<string> Files,
    string PidFile)
{
    public bool IsGood => Settings is not null;
}
