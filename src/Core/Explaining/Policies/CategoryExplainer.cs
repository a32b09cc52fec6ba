using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Core.Explaining.Policies;

/// <summary>What becomes of mail of each category for one recipient. Pure.</summary>
internal sealed class CategoryExplainer(Settings settings, AddressKeys recipient, FieldExplainer fields)
{
    private const string RecipientItself = "%a";

    private static readonly ContentCategory[] Always =
    [
        ContentCategory.Virus, ContentCategory.Banned, ContentCategory.Unchecked, ContentCategory.Spam, ContentCategory.Spammy,
        ContentCategory.BadHeader, ContentCategory.Oversized, ContentCategory.Clean,
    ];

    /// <summary>The main categories, and the finer ones that tables name.</summary>
    public IReadOnlyList<ExplainedCategory> Explain()
    {
        var keys = Always.Select(c => new CategoryKey(c))
            .Concat(settings.FinalDestinyMapsByCcatOver.Entries.Keys)
            .Concat(settings.QuarantineToMapsByCcatOver.Entries.Keys)
            .Concat(settings.ForwardMethodMapsByCcatOver.Entries.Keys)
            .Where(k => k.Major is not (ContentCategory.CatchAll or ContentCategory.MtaFailed))
            .Distinct().OrderByDescending(k => k);
        return [.. keys.Select(Explain)];
    }

    private ExplainedCategory Explain(CategoryKey key)
    {
        var destiny = DestinyOf(key);
        var wanted = settings.ByCcat.Lovers.Entries.TryGetValue(key, out var lovers) && lovers is not null && lovers.IsTrue(recipient);
        var passes = wanted || destiny.Text == nameof(Destiny.Pass);
        return new ExplainedCategory(key.DisplayName, destiny, wanted, Quarantine(key), passes ? Forward(key) : new ExplainedValue(null, "not delivered"));
    }

    private ExplainedValue DestinyOf(CategoryKey key)
    {
        // A category without a destiny of its own gives way to the next one of the message, at last to that of all mail.
        if (!settings.ByCcat.Destinies.Entries.TryGetValue(key, out var maps) || maps is null)
            return new ExplainedValue(nameof(Destiny.Pass), "no destiny of its own");
        var variable = settings.FinalDestinyMapsByCcatOver.Entries.ContainsKey(key) ? "final_destiny_maps_by_ccat" : PlainDestiny(key.Major);
        if (variable is null)
            return maps.Number(recipient) is { } number ? new ExplainedValue(((Destiny)(int)number).ToString(), "default") : new ExplainedValue(nameof(Destiny.Pass), "default");
        return fields.Find(maps, variable) is { Value.Number: { } found } result
            ? new ExplainedValue(((Destiny)(int)found).ToString(), Shown(result.Source, variable))
            : new ExplainedValue(nameof(Destiny.Pass), $"{variable} has no value for the address");
    }

    private ExplainedValue Quarantine(CategoryKey key)
    {
        var method = Entry(settings.ByCcat.QuarantineMethods, key);
        var methodVariable = settings.QuarantineMethodByCcatOver.Entries.ContainsKey(key) ? "quarantine_method_by_ccat" : PlainMethod(key.Major);
        if (method is null)
            return new ExplainedValue(null, methodVariable is null ? "no method" : $"no method ({fields.SourceOf(methodVariable)})");
        if (Entry(settings.ByCcat.QuarantineTo, key) is not { } maps)
            return new ExplainedValue(null, "no place");
        var variable = settings.QuarantineToMapsByCcatOver.Entries.ContainsKey(key) ? "quarantine_to_maps_by_ccat" : PlainPlace(key.Major) ?? "quarantine_to_maps_by_ccat";
        if (fields.Find(maps, variable) is not { } found || found.Value.Text.Length == 0)
            return new ExplainedValue(null, $"no place ({(fields.Find(maps, variable) is { } empty ? empty.Source : "default")})");
        var place = found.Value.Text == RecipientItself ? recipient.Original : found.Value.Text;
        return new ExplainedValue($"{place} by {method.LookupText.Replace("\n", ", ", StringComparison.Ordinal)}", found.Source);
    }

    private ExplainedValue Forward(CategoryKey key)
    {
        var variable = settings.ForwardMethodMapsByCcatOver.Entries.ContainsKey(key) ? "forward_method_maps_by_ccat" : "forward_method_maps";
        if (Entry(settings.DeliveryByCcat.ForwardMethods, key) is not { } maps || fields.Find(maps, variable, "forward_method") is not { } found)
            return new ExplainedValue(null, "default");
        return new ExplainedValue(found.Value.Text.Length == 0 ? null : found.Value.Text.Replace("\n", ", ", StringComparison.Ordinal), found.Source);
    }

    /// <summary>The entry of exactly this category, else that of all.</summary>
    private static T? Entry<T>(ByCategory<T?> table, CategoryKey key)
        where T : class =>
        table.Entries.TryGetValue(key, out var value) || table.Entries.TryGetValue(ContentCategory.CatchAll, out value) ? value : null;

    /// <summary>A plain variable is no list of tables.</summary>
    private static string Shown(string source, string variable) =>
        variable.EndsWith("_destiny", StringComparison.Ordinal) ? source.Replace(", table 1, constant", "", StringComparison.Ordinal) : source;

    private static string? PlainDestiny(ContentCategory category) => category switch
    {
        ContentCategory.Virus => "final_virus_destiny",
        ContentCategory.Banned => "final_banned_destiny",
        ContentCategory.Unchecked => "final_unchecked_destiny",
        ContentCategory.Spam => "final_spam_destiny",
        ContentCategory.BadHeader => "final_bad_header_destiny",
        _ => null,
    };

    private static string? PlainMethod(ContentCategory category) => category switch
    {
        ContentCategory.Virus => "virus_quarantine_method",
        ContentCategory.Banned => "banned_files_quarantine_method",
        ContentCategory.Unchecked => "unchecked_quarantine_method",
        ContentCategory.Spam => "spam_quarantine_method",
        ContentCategory.BadHeader => "bad_header_quarantine_method",
        ContentCategory.Clean => "clean_quarantine_method",
        _ => null,
    };

    private static string? PlainPlace(ContentCategory category) => category switch
    {
        ContentCategory.Virus => "virus_quarantine_to_maps",
        ContentCategory.Banned => "banned_quarantine_to_maps",
        ContentCategory.Unchecked => "unchecked_quarantine_to_maps",
        ContentCategory.Spam => "spam_quarantine_to_maps",
        ContentCategory.BadHeader => "bad_header_quarantine_to_maps",
        ContentCategory.Clean => "clean_quarantine_to_maps",
        _ => null,
    };
}
