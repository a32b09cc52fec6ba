using System.Collections.Frozen;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Yaml;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Reading;

/// <summary>Reads policy banks and what leads to them.</summary>
internal static class PolicyBanks
{
    /// <summary>Makes the banks of a file from those there were; a bank of null is taken away.</summary>
    public static bool Banks(Node node, BindContext context, out Func<FrozenDictionary<string, PolicyBank>, FrozenDictionary<string, PolicyBank>> value)
    {
        value = banks => banks;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of bank names to settings");
        var good = true;
        var read = new List<(string Name, PolicyBank? Bank)>();
        foreach (var (key, body) in map.Entries)
        {
            var inner = context.For(key.Text);
            if (key.Text.Length == 0 || key.Text.Any(char.IsControl))
                good = context.Fault(key, "a bank needs a name");
            else if (body is ScalarNode { IsNull: true })
                read.Add((key.Text, null));
            else if (body is not MapNode keys)
                good = inner.Expects(body, "a map of settings");
            else
                read.Add((key.Text, Bank(key.Text, keys, inner, ref good)));
        }
        value = banks => Apply(banks, read);
        return good;
    }

    /// <summary>Port, address:port, SOCK or socket path to a bank. The name is one bank: commas do not part it.</summary>
    public static bool Interfaces(Node node, BindContext context, out FrozenDictionary<string, string> value)
    {
        value = FrozenDictionary<string, string>.Empty;
        if (node is ScalarNode { IsNull: true })
            return true;
        if (node is not MapNode map)
            return context.Expects(node, "a map of ports and sockets to bank names");
        var good = true;
        var policy = new Dictionary<string, string>();
        foreach (var (key, bank) in map.Entries)
        {
            var inner = context.For(key.Text);
            if (!IsInterface(key.Text))
                good = inner.Fault(key, $"\"{key.Text}\" is not a port, address:port, SOCK or socket path");
            if (!Scalars.Line(bank, inner, out var name))
                good = false;
            if (string.IsNullOrEmpty(name))
                continue;
            policy[key.Text.ToLowerInvariant() is var lower && key.Text.StartsWith('[') ? lower : key.Text] = name;
            context.Session.BankReferences.Add(new BankReference(bank.Position, inner.Key, name));
        }
        value = policy.ToFrozenDictionary();
        return good;
    }

    public static bool Protocol(Node node, BindContext context, out string? value) => Scalars.OneOf(Implemented.SessionProtocols)(node, context, out value);

    private static bool IsInterface(string key) =>
        key == "SOCK" || key.StartsWith('/') || (ListenSocket.TryParse(key, [], out var sockets, out _) && sockets[0].Path is null && !key.StartsWith("inet", StringComparison.Ordinal));

    private static PolicyBank? Bank(string name, MapNode keys, BindContext context, ref bool good)
    {
        var changes = new List<Func<Settings, Settings>>();
        var places = new Dictionary<string, string>();
        string? shown = null;
        foreach (var (key, value) in keys.Entries)
        {
            var inner = context.For(key.Text);
            if (key.Text == "ACTION")
                good = inner.Fault(key, "code in a policy bank is not supported");
            else if (key.Text == "policy_bank_name")
                good &= Scalars.Line(value, inner, out shown);
            else if (VariableCatalog.Find(key.Text) is not { } variable)
                good = inner.Fault(key, UnknownNames.Words(key.Text, v => v.FitsBank));
            else if (!variable.FitsBank)
                good = inner.Fault(key, ScopeRule(variable));
            else
            {
                Compile(variable, value, inner, changes);
                places[variable.Name] = key.Position.Place;
            }
        }
        return new PolicyBank(name, settings => changes.Aggregate(settings, (s, change) => change(s)))
        {
            Places = places.ToFrozenDictionary(),
            ShownName = string.IsNullOrEmpty(shown) ? null : shown,
        };
    }

    private static void Compile(Variable variable, Node value, BindContext context, List<Func<Settings, Settings>> changes)
    {
        var mistakes = context.Session.Mistakes.Count;
        if (variable.Compile(value, context) is { } change)
            changes.Add(change);
        else if (mistakes == context.Session.Mistakes.Count && variable.Effect == VariableEffect.NotInThisVersion)
            context.Session.WithoutEffect.Add(context.Key);
    }

    /// <summary>Why a variable can't stand in a bank.</summary>
    private static string ScopeRule(Variable variable) => variable.Scope switch
    {
        VariableScope.LegacyStatic when variable.PartOf is { } maps => $"can't stand in a policy bank; use {maps} there",
        VariableScope.Retired => "is no longer used, and can't stand in a policy bank",
        _ => "holds for the whole process and can't stand in a policy bank",
    };

    private static FrozenDictionary<string, PolicyBank> Apply(FrozenDictionary<string, PolicyBank> banks, List<(string Name, PolicyBank? Bank)> read)
    {
        var all = banks.ToDictionary();
        foreach (var (name, bank) in read)
        {
            if (bank is null)
                all.Remove(name);
            else
                all[name] = bank;
        }
        return all.ToFrozenDictionary();
    }
}
