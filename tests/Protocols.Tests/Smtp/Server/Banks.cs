using System.Collections.Frozen;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>Short forms for settings in tests.</summary>
internal static class Banks
{
    public static FrozenDictionary<string, PolicyBank> Of(params PolicyBank[] banks) => banks.ToFrozenDictionary(b => b.Name);

    public static LookupMaps Map(params (string Key, string Value)[] entries) =>
        new([new HashTable(entries.Select(e => KeyValuePair.Create(e.Key, (LookupValue?)new LookupValue(e.Value))))]);
}
