using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Runtime.CompilerServices;

namespace Amavis.Core.Policy;

/// <summary>A named set of settings laid over the current ones.</summary>
/// <param name="Overlay">Gives the settings with the bank's own put over the given ones. Pure.</param>
public sealed record PolicyBank(string Name, Func<Settings, Settings> Overlay)
{
    /// <summary>The variables it sets, and where in the files.</summary>
    public FrozenDictionary<string, string> Places { get; init; } = FrozenDictionary<string, string>.Empty;

    /// <summary>The name it has in paths and logs (<c>policy_bank_name</c>); null: its own.</summary>
    public string? ShownName { get; init; }
}

/// <summary>
/// The settings in force for a session or message, and the banks that led to them. Immutable; loading gives a new state.
/// </summary>
public sealed record PolicyState(Settings Settings, string Path, string LastBank)
{
    /// <summary>Settings to what they are with a bank laid over, by its name: most messages load the same few banks.</summary>
    private static readonly ConditionalWeakTable<Settings, ConcurrentDictionary<string, Settings>> Laid = [];

    /// <summary>The settings before any bank.</summary>
    private Settings Origin { get; init; } = Settings;

    /// <summary>The banks laid over, in order; one may occur twice.</summary>
    public IReadOnlyList<PolicyBank> Banks { get; private init; } = [];

    /// <summary>
    /// Lays a bank over. Unknown names change nothing; neither does the name just loaded. The empty name leads back to the settings
    /// without banks. Loading <c>MYNETS</c> sets originating before the bank's own keys.
    /// </summary>
    public PolicyState Load(string? bankName)
    {
        if (bankName is { Length: 0 })
            return Base(Origin);
        if (bankName is null || bankName == LastBank || !Settings.PolicyBanks.TryGetValue(bankName, out var bank))
            return this;
        var laid = Laid.GetOrCreateValue(Settings).GetOrAdd(bankName, static (name, over) => Lay(over.Settings, name, over.bank), (Settings, bank));
        var shown = bank.ShownName ?? bankName;
        return new PolicyState(laid, Path.Length == 0 ? shown : Path + "/" + shown, bankName) { Origin = Origin, Banks = [.. Banks, bank] };
    }

    public PolicyState LoadAll(IEnumerable<string> bankNames)
    {
        ArgumentNullException.ThrowIfNull(bankNames);
        return bankNames.Aggregate(this, (state, name) => state.Load(name));
    }

    /// <summary>Where the value of a variable was set: a bank, or a place in the files; null: nowhere, it has its default.</summary>
    public string? PlaceOf(string variable)
    {
        for (var i = Banks.Count - 1; i >= 0; i--)
            if (Banks[i].Places.TryGetValue(variable, out var inBank))
                return $"policy bank {Banks[i].Name} ({inBank})";
        return Settings.Places.GetValueOrDefault(variable);
    }

    private static Settings Lay(Settings settings, string bankName, PolicyBank bank) =>
        bank.Overlay(bankName == "MYNETS" && !settings.Originating ? settings with { Originating = true } : settings);

    public static PolicyState Base(Settings settings) => new(settings, "", "");
}
