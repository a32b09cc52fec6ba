using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Amavis.Core.Policy;

/// <summary>A named set of settings laid over the current ones.</summary>
/// <param name="Overlay">Gives the settings with the bank's own put over the given ones. Pure.</param>
public sealed record PolicyBank(string Name, Func<Settings, Settings> Overlay);

/// <summary>
/// The settings in force for a session or message, and the banks that led to them. Immutable; loading gives a new state.
/// </summary>
public sealed record PolicyState(Settings Settings, string Path, string LastBank)
{
    /// <summary>Settings to what they are with a bank laid over, by its name: most messages load the same few banks.</summary>
    private static readonly ConditionalWeakTable<Settings, ConcurrentDictionary<string, Settings>> Laid = [];

    /// <summary>
    /// Lays a bank over. Unknown names change nothing; neither does the name just loaded. Loading <c>MYNETS</c> sets
    /// originating before the bank's own keys.
    /// </summary>
    public PolicyState Load(string? bankName)
    {
        if (bankName is null || bankName == LastBank || !Settings.PolicyBanks.TryGetValue(bankName, out var bank))
            return this;
        var laid = Laid.GetOrCreateValue(Settings).GetOrAdd(bankName, static (name, over) => Lay(over.Settings, name, over.bank), (Settings, bank));
        return new PolicyState(laid, Path.Length == 0 ? bankName : Path + "/" + bankName, bankName);
    }

    private static Settings Lay(Settings settings, string bankName, PolicyBank bank) =>
        bank.Overlay(bankName == "MYNETS" && !settings.Originating ? settings with { Originating = true } : settings);

    public static PolicyState Base(Settings settings) => new(settings, "", "");
}
