using Amavis.Core.Policy;

namespace Amavis.Daemon.Hosting;

/// <summary>The settings in force; a reload swaps them. Sessions and messages keep the ones they began with.</summary>
internal sealed class CurrentSettings(Settings settings)
{
    private Settings _settings = settings;

    public Settings Value
    {
        get => Volatile.Read(ref _settings);
        set => Volatile.Write(ref _settings, value);
    }
}
