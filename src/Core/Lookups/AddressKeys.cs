using Amavis.Core.Addresses;
using Amavis.Core.Lookups.Databases;

namespace Amavis.Core.Lookups;

/// <summary>How addresses are taken apart for lookups; part of the settings in force.</summary>
/// <param name="RecipientDelimiter">Characters that begin an address extension; empty: none.</param>
/// <param name="CaseSensitiveLocalPart">Whether local parts keep their letter case.</param>
public sealed record AddressRules(string RecipientDelimiter = "", bool CaseSensitiveLocalPart = false)
{
    public static readonly AddressRules Default = new();

    /// <summary>Splits a local part into its base and the extension (with its delimiter). Never gives an empty base.</summary>
    public (string Base, string Extension) SplitExtension(string localPart)
    {
        ArgumentNullException.ThrowIfNull(localPart);
        if (RecipientDelimiter.Length == 0 || IsExempt(localPart))
            return (localPart, "");
        var at = localPart.Length < 2 ? -1 : localPart.AsSpan(1).IndexOfAny(RecipientDelimiter);
        return at < 0 ? (localPart, "") : (localPart[..(at + 1)], localPart[(at + 1)..]);
    }

    private bool IsExempt(string localPart)
    {
        if (localPart.ToLowerInvariant() is "postmaster" or "mailer-daemon" or "double-bounce")
            return true;
        return RecipientDelimiter.Contains('-')
            && (localPart.StartsWith("owner-", StringComparison.OrdinalIgnoreCase)
                || localPart.EndsWith("-request", StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>
/// The keys under which an address is searched in tables, most specific first (hash form; the SQL form puts an at sign before
/// domains and leaves bare local parts without one).
/// </summary>
public sealed class AddressKeys
{
    private const int MaxDomainKeys = 20;

    private AddressKeys(string original, string localPart, string local, string baseLocal, string extension, string domain)
    {
        Original = original;
        LocalAsReceived = localPart;
        Local = local;
        BaseLocal = baseLocal;
        Extension = extension;
        Domain = domain;
        HashKeys = Build(sql: false, bare: true);
    }

    private AddressKeys(AddressKeys keys, string suffix)
    {
        (Original, LocalAsReceived, Local, BaseLocal, Extension, Domain) = (keys.Original + suffix, keys.LocalAsReceived, keys.Local, keys.BaseLocal, keys.Extension, keys.Domain + suffix);
        HashKeys = [.. keys.HashKeys.Select(k => k + suffix)];
    }

    private AddressKeys(AddressKeys keys, AddressRecords records)
    {
        (Original, LocalAsReceived, Local, BaseLocal, Extension, Domain) = (keys.Original, keys.LocalAsReceived, keys.Local, keys.BaseLocal, keys.Extension, keys.Domain);
        HashKeys = keys.HashKeys;
        Records = records;
    }

    /// <summary>The unquoted address as received; for a text key the text.</summary>
    public string Original { get; }

    public string LocalAsReceived { get; }

    /// <summary>Local part, lower case unless case matters.</summary>
    public string Local { get; }

    /// <summary>Local part without its extension.</summary>
    public string BaseLocal { get; }

    /// <summary>Extension with its delimiter; empty when there is none.</summary>
    public string Extension { get; }

    /// <summary>Domain in lower case and A-labels.</summary>
    public string Domain { get; }

    public bool IsNullAddress => Original.Length == 0;

    public IReadOnlyList<string> HashKeys { get; }

    /// <summary>What SQL and LDAP hold for the address; null: not looked up yet.</summary>
    public AddressRecords? Records { get; }

    /// <param name="includeBare">Bare local parts are searched only for local recipients.</param>
    public IReadOnlyList<string> SqlKeys(bool includeBare) => Build(sql: true, includeBare);

    /// <summary>Keys for databases in which a key without an at sign is a domain.</summary>
    public IReadOnlyList<string> DomainKeys(bool includeBare) => Build(sql: false, includeBare);

    public AddressKeys With(AddressRecords records) => new(this, records);

    /// <summary>The same address with a text behind it, as <c>author@example.com/@signer.example</c>: for tables of such pairs.</summary>
    public AddressKeys WithSuffix(string suffix) => new(this, suffix);

    public static AddressKeys For(MailAddress address, AddressRules rules)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(rules);
        var local = rules.CaseSensitiveLocalPart ? address.LocalPart : address.LocalPart.ToLowerInvariant();
        var (baseLocal, extension) = rules.SplitExtension(local);
        return new AddressKeys(address.Unquoted, address.LocalPart, local, baseLocal, extension, DomainNames.Normalize(address.Domain));
    }

    /// <summary>Keys for a text that is no address: itself, then the catch-all.</summary>
    public static AddressKeys ForText(string text) => new(text, text, text, text, "", "");

    private List<string> Build(bool sql, bool bare)
    {
        var at = sql ? "@" : "";
        var keys = new List<string>();
        void Add(string key)
        {
            if (!keys.Contains(key))
                keys.Add(key);
        }

        if (IsNullAddress)
            return sql ? ["", "@", "@."] : ["", "@", "."];
        Add(Original);
        var withDomain = "@" + Domain;
        if (Extension.Length > 0)
            Add(Local + withDomain);
        Add(BaseLocal + withDomain);
        if (bare)
        {
            if (Extension.Length > 0)
                Add(Local + (sql ? "" : "@"));
            Add(BaseLocal + (sql ? "" : "@"));
        }

        var tail = new List<string>();
        if (!sql || Domain.Length > 0)
            tail.Add(at + Domain);
        else
            tail.Add("@");
        if (!Domain.StartsWith('[') && Domain.Length > 0)
        {
            var rest = Domain;
            while (true)
            {
                tail.Add(at + "." + rest);
                var dot = rest.IndexOf('.');
                if (dot < 0)
                    break;
                rest = rest[(dot + 1)..];
            }
        }
        tail.Add(at + ".");
        foreach (var key in tail.Skip(Math.Max(0, tail.Count - MaxDomainKeys)))
            Add(key);
        return keys;
    }
}
