using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;

namespace Amavis.Core.Lookups;

/// <summary>Always matches; its value is the result.</summary>
public sealed class ConstantTable(LookupValue value) : LookupTable
{
    public LookupValue Value => value;

    public override LookupResult? Find(AddressKeys keys) => new LookupResult(value, "constant");
}

/// <summary>
/// Key to value. The first existing key ends the search, even when its value is null ("undefined", the next table is asked).
/// </summary>
public sealed class HashTable : LookupTable
{
    private readonly Dictionary<string, LookupValue?> _entries;

    /// <param name="entries">Keys in lower case where addresses are compared so; the loader sees to it.</param>
    public HashTable(IEnumerable<KeyValuePair<string, LookupValue?>> entries)
    {
        _entries = new Dictionary<string, LookupValue?>(StringComparer.Ordinal);
        foreach (var (key, value) in entries)
            _entries[key] = value;
    }

    public int Count => _entries.Count;

    public override LookupResult? Find(AddressKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys.HashKeys)
            if (_entries.TryGetValue(key, out var value))
                return value is null ? null : new LookupResult(Substitute(value, keys), key);
        return null;
    }

    public override IEnumerable<LookupResult> FindAll(AddressKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var key in keys.HashKeys)
            if (_entries.TryGetValue(key, out var value) && value is not null)
                yield return new LookupResult(Substitute(value, keys), key);
    }

    /// <summary><c>$1</c> address, <c>$2</c> local part as received, <c>$3</c> without extension, <c>$4</c> extension, <c>$5</c> domain.</summary>
    private static LookupValue Substitute(LookupValue value, AddressKeys keys)
    {
        if (value.Tables is not null || !value.Text.Contains('$'))
            return value;
        return new LookupValue(PlaceHolders.Expand(value.Text, n => n switch
        {
            1 => keys.Original,
            2 => keys.LocalAsReceived,
            3 => keys.BaseLocal,
            4 => keys.Extension,
            5 => keys.Domain,
            _ => "",
        }));
    }
}

/// <summary>Linear list of addresses and domains; the first that matches decides, a leading <c>!</c> negates.</summary>
public sealed class AclTable : LookupTable
{
    private readonly (string Pattern, bool Result)[] _elements;
    private readonly bool _caseSensitiveLocalPart;

    public AclTable(IEnumerable<string> elements, bool caseSensitiveLocalPart = false)
    {
        ArgumentNullException.ThrowIfNull(elements);
        _caseSensitiveLocalPart = caseSensitiveLocalPart;
        _elements = [.. elements.Select(Parse)];
    }

    public override LookupResult? Find(AddressKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        foreach (var (pattern, result) in _elements)
            if (Matches(pattern, keys))
                return new LookupResult(result ? LookupValue.True : LookupValue.False, (result ? "" : "!") + pattern);
        return null;
    }

    private (string, bool) Parse(string element)
    {
        var marks = element.Length - element.TrimStart('!').Length;
        var pattern = element[marks..];
        var at = pattern.LastIndexOf('@');
        var local = at < 0 ? "" : pattern[..at];
        var domain = pattern[(at + 1)..];
        if (!_caseSensitiveLocalPart)
            local = local.ToLowerInvariant();
        // A leading dot is the sub-domain mark, not an empty label.
        domain = domain.StartsWith('.') ? "." + DomainNames.Normalize(domain[1..]) : DomainNames.Normalize(domain);
        return (at < 0 ? domain : local + "@" + domain, marks % 2 == 0);
    }

    private static bool Matches(string pattern, AddressKeys keys)
    {
        if (pattern == ".")
            return true;
        if (pattern.Contains('@'))
            return pattern == keys.Local + "@" + keys.Domain;
        if (pattern.StartsWith('.'))
            return keys.Domain.EndsWith(pattern, StringComparison.Ordinal) || keys.Domain == pattern[1..];
        return keys.Domain == pattern && keys.Domain.Length > 0;
    }
}

/// <summary>One rule of a <see cref="RegexTable"/>.</summary>
/// <param name="Value">Null: a match passes the question on to the next table.</param>
/// <param name="Comment">Texts of <c>(?#…)</c> comments, or null.</param>
public sealed record RegexRule(Regex Pattern, LookupValue? Value, string? Comment = null);

/// <summary>Ordered patterns, matched unanchored against the key as received; the first that matches decides.</summary>
public sealed class RegexTable(IReadOnlyList<RegexRule> rules) : LookupTable
{
    public IReadOnlyList<RegexRule> Rules => rules;

    public override LookupResult? Find(AddressKeys keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return FindText(keys.Original);
    }

    public override LookupResult? FindText(string text)
    {
        foreach (var rule in rules)
        {
            var match = TryMatch(rule.Pattern, text);
            if (match is not { Success: true })
                continue;
            if (rule.Value is null)
                return null;
            var value = rule.Value.Tables is null && rule.Value.Text.Contains('$')
                ? new LookupValue(PlaceHolders.Expand(rule.Value.Text, n => match.Groups[n].Value))
                : rule.Value;
            return new LookupResult(value, rule.Pattern.ToString());
        }
        return null;
    }

    /// <summary>A pattern that runs out of its time does not match; the loader gives every pattern a limit.</summary>
    public static Match? TryMatch(Regex pattern, string text)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        try
        {
            return pattern.Match(text);
        }
        catch (RegexMatchTimeoutException)
        {
            return null;
        }
    }
}

/// <summary><c>$n</c>, <c>${n}</c> and <c>$(n)</c> in configured values.</summary>
internal static class PlaceHolders
{
    public static string Expand(string template, Func<int, string> value)
    {
        var text = new StringBuilder(template.Length + 16);
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] != '$' || i + 1 == template.Length)
            {
                text.Append(template[i]);
                continue;
            }
            var open = template[i + 1] is '{' or '(';
            var start = i + 1 + (open ? 1 : 0);
            var end = start;
            while (end < template.Length && char.IsAsciiDigit(template[end]))
                end++;
            var closed = !open || (end < template.Length && template[end] == (template[i + 1] == '{' ? '}' : ')'));
            if (end == start || !closed || !int.TryParse(template.AsSpan(start, end - start), CultureInfo.InvariantCulture, out var number))
            {
                text.Append('$');
                continue;
            }
            text.Append(value(number));
            i = open ? end : end - 1;
        }
        return text.ToString();
    }
}
