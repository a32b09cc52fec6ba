using Amavis.Core.Policy;

namespace Amavis.Engine.Hooks;

/// <summary>The hooks in force. A reload loads the assemblies anew; messages under way keep the hooks they began with.</summary>
public sealed class HookRegistry
{
    private volatile IReadOnlyList<IMailHook> _hooks = [];

    /// <summary>In the order of the configuration.</summary>
    public IReadOnlyList<IMailHook> Hooks => _hooks;

    /// <summary>Loads what the settings name, and takes it into use only when all of it could be loaded.</summary>
    /// <exception cref="HookLoadException">An assembly or type can't be used; the hooks in force stay.</exception>
    public void Load(Settings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _hooks = [.. settings.Hooks.SelectMany(HookLoader.Load)];
    }

    /// <summary>For tests and programs that have their hooks at hand.</summary>
    public void Use(params IReadOnlyList<IMailHook> hooks) => _hooks = hooks;
}

/// <summary>A hook can't be loaded; the text says why and how to mend it.</summary>
public sealed class HookLoadException(string message, Exception? inner = null) : InvalidOperationException(message, inner);
