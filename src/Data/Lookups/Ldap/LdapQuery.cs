using System.Globalization;
using System.Text;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Data.Lookups.Ldap;

/// <summary>A search for the keys of an address, and what becomes of its entries; pure.</summary>
internal sealed class LdapQuery
{
    private const string Blacklist = "amavisBlacklistSender";
    private const string Whitelist = "amavisWhitelistSender";

    /// <summary>All attributes of policies, also the two that the original has in its schema and never asks for.</summary>
    private static readonly string[] PolicyAttributes = [.. PolicyField.All.Select(f => f.Ldap), Blacklist, Whitelist];

    private readonly string[] _keyAttributes;

    /// <param name="filter">The configured one, read.</param>
    /// <param name="domain">Stands for <c>%d</c> in the base.</param>
    public LdapQuery(LdapSettings settings, LdapFilter filter, IReadOnlyList<string> keys, string domain)
    {
        Filter = filter;
        Keys = keys;
        Base = settings.Base.Replace("%d", EscapeName(domain), StringComparison.Ordinal);
        Scope = settings.Scope switch { "base" => 0, "one" => 1, _ => 2 };
        Deref = settings.Deref switch { "never" => 0, "search" => 1, "always" => 3, _ => 2 };
        TimeLimitSeconds = (int)settings.Timeout.TotalSeconds;
        _keyAttributes = [.. filter.KeyAttributes().Distinct(StringComparer.OrdinalIgnoreCase)];
        Attributes = [.. PolicyAttributes.Concat(_keyAttributes).Distinct(StringComparer.OrdinalIgnoreCase)];
    }

    public string Base { get; }

    /// <summary>As in the protocol: 0 base, 1 one level, 2 subtree.</summary>
    public int Scope { get; }

    /// <summary>As in the protocol: 0 never, 1 in searching, 2 finding the base, 3 always.</summary>
    public int Deref { get; }

    public int TimeLimitSeconds { get; }

    public LdapFilter Filter { get; }

    public IReadOnlyList<string> Keys { get; }

    public string[] Attributes { get; }

    /// <summary>Entries in the order of the keys they were found by.</summary>
    public IReadOnlyList<AddressRecord> Records(IEnumerable<LdapEntry> entries) =>
        [.. entries.Select(e => (Entry: e, Place: Place(e))).OrderBy(e => e.Place).Select(e => Record(e.Entry, e.Place))];

    /// <summary>A value in a distinguished name (RFC 4514 §2.4).</summary>
    private static string EscapeName(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var c in value)
        {
            if (c is '"' or '+' or ',' or ';' or '<' or '>' or '\\' or '=' or '#' or ' ' || c < ' ' || c == '\x7f')
                text.Append(CultureInfo.InvariantCulture, $"\\{(int)c:x2}");
            else
                text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>The key that the first value of an attribute in the filter equals.</summary>
    private int Place(LdapEntry entry)
    {
        var best = int.MaxValue;
        foreach (var attribute in _keyAttributes)
        {
            if (!entry.Values.TryGetValue(attribute, out var values) || values.Length == 0)
                continue;
            for (var i = 0; i < Keys.Count && i < best; i++)
                if (Keys[i].Equals(values[0], StringComparison.OrdinalIgnoreCase))
                    best = i;
        }
        return best;
    }

    private AddressRecord Record(LdapEntry entry, int place)
    {
        var given = entry.Values.Where(v => v.Value.Length > 0).ToList();
        return new AddressRecord(AddressDatabase.Ldap, new RecordFields([.. given.Select(v => v.Key)]), [.. given.Select(v => v.Value[0])])
        {
            Source = "LDAP " + entry.Name,
            IsCatchAll = place < Keys.Count && Keys[place] is "@." or ".",
            Blacklist = Set(entry, Blacklist),
            Whitelist = Set(entry, Whitelist),
        };
    }

    private static HashSet<string> Set(LdapEntry entry, string attribute) =>
        entry.Values.TryGetValue(attribute, out var values) ? [.. values.Select(v => v.Trim().ToLowerInvariant())] : [];
}
