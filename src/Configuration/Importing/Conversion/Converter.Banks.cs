using Amavis.Configuration.Catalog;
using Amavis.Configuration.Importing.Evaluation;

namespace Amavis.Configuration.Importing.Conversion;

/// <summary>Policy banks and what leads to them.</summary>
internal sealed partial class Converter
{
    private YamlMap BanksOf(PerlHash banks, SourcePosition position)
    {
        var map = new YamlMap(position, _owner) { Closing = banks.Closing };
        foreach (var (name, item) in banks.Entries)
        {
            var bank = item.Value switch
            {
                PerlValue.HashLink hash => Commented(Within(item, () => BankOf(hash.To, PositionOf(item))), item),
                PerlValue.Undefined => Null(item),
                PerlValue.Unknown unknown => Refuse(item, unknown.Reason),
                _ => Refuse(item, $"the policy bank {name} is no map in {{ }}"),
            };
            if (bank is not null)
                map.Add(name, bank);
        }
        return WithOpening(map, banks.Opening);
    }

    private YamlMap BankOf(PerlHash bank, SourcePosition position)
    {
        var map = new YamlMap(position, _owner) { Closing = bank.Closing, IsRemovable = true };
        foreach (var (key, item) in bank.Entries)
            if (BankValue(key, item, map) is { } value)
                map.Add(PerlVariables.Canonical(key), value);
        return WithOpening(map, bank.Opening);
    }

    private YamlItem? BankValue(string key, PerlItem item, YamlMap map)
    {
        if (key == "ACTION")
            return Refuse(item, "code in a policy bank can't be taken over");
        if (VariableCatalog.Find(key) is not { Sigil: not null } variable)
            return Refuse(item, $"{key} in a policy bank: {UnknownNames.Words(key, v => v.FitsBank)}");
        if (!variable.FitsBank)
        {
            var instead = variable.PartOf is { } maps ? $"; use {maps} there" : "";
            StatementOf(item).Note($"{key} can't stand in a policy bank{instead}: the original takes no notice of it there, and so it is left out");
            return null;
        }
        if (map.Entries.Any(e => e.Key == variable.Name))
            return Refuse(item, $"{key} is another name of {variable.Name}, which the bank has, too");
        return OfBankValue(variable, item) is { } value ? Removable(value) : null;
    }

    /// <summary>The value may be left out alone.</summary>
    private static YamlItem Removable(YamlItem value)
    {
        value.IsRemovable = true;
        return value;
    }

    private YamlMap InterfacesOf(PerlHash hash, SourcePosition position)
    {
        var map = new YamlMap(position, _owner) { Closing = hash.Closing };
        foreach (var (key, item) in hash.Entries)
        {
            if (item.Value.IsUndefined)
                continue;
            if (Any(item) is { } bank)
                map.Add(key, Removable(bank));
        }
        return WithOpening(map, hash.Opening);
    }
}
