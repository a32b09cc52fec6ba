using Amavis.Core.Addresses;
using Amavis.Core.Lookups;

namespace Amavis.Core.Policy;

/// <summary>A valid, unexpired DKIM signature with a key that is long enough, and one author of the message.</summary>
/// <param name="SigningDomain">The d= tag, in lower case.</param>
public readonly record struct SignedAuthor(MailAddress Author, string SigningDomain);

/// <summary>Policy banks that the content of a message leads to: its signed authors, and the viruses in it. Pure.</summary>
public static class ContentBanks
{
    /// <summary>
    /// For each signature and author: the author alone, where the signing domain is the author's own, then the author's keys with
    /// <c>/@signing.domain</c> behind. All are asked before the first bank is loaded.
    /// </summary>
    public static PolicyState LoadByAuthors(PolicyState policy, IReadOnlyList<SignedAuthor> authors)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(authors);
        var maps = policy.Settings.AuthorToPolicyBankMaps;
        if (authors.Count == 0 || maps.Tables.Count == 0)
            return policy;
        var banks = new List<string>();
        foreach (var (author, domain) in authors)
        {
            var keys = AddressKeys.For(author, policy.Settings.AddressRules);
            LookupValue? found = null;
            if (string.Equals(keys.Domain, domain, StringComparison.OrdinalIgnoreCase))
                found = maps.Find(keys);
            found ??= maps.Find(keys.WithSuffix("/@" + domain.ToLowerInvariant()));
            if (found is not null)
                banks.AddRange(Names(found, "AUTHOR_APPROVED"));
        }
        return policy.LoadAll(banks);
    }

    /// <summary>
    /// The message stays what it was as to its origin: a bank loaded this late says what is done with the message, not where it
    /// came from.
    /// </summary>
    public static PolicyState LoadByViruses(PolicyState policy, IReadOnlyList<string> virusNames)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(virusNames);
        var maps = policy.Settings.VirusNameToPolicyBankMaps;
        if (maps.Tables.Count == 0)
            return policy;
        var originating = policy.Settings.Originating;
        var loaded = policy;
        foreach (var name in virusNames)
            if (maps.FindText(name) is { } found)
                loaded = loaded.LoadAll(Names(found, "VIRUS"));
        return loaded.Settings.Originating == originating ? loaded : loaded with { Settings = loaded.Settings with { Originating = originating } };
    }

    /// <summary>A list parted by commas; the result 1 stands for a bank by itself.</summary>
    private static string[] Names(LookupValue value, string one) => !value.IsTrue ? []
        : value.Text == "1" ? [one]
        : value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
