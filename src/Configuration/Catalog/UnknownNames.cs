namespace Amavis.Configuration.Catalog;

/// <summary>What to say of a key that is no variable.</summary>
internal static class UnknownNames
{
    public static string Words(string key, Func<Variable, bool> fits)
    {
        if (key.Length > 1 && key[0] is '$' or '@' or '%' && VariableCatalog.Find(key[1..]) is not null)
            return $"unknown key; names stand without their sigil: \"{key[1..]}\"";
        var near = NameSuggestion.Nearest(key, VariableCatalog.All.Where(fits).Select(v => v.Name));
        return near is null ? "unknown key" : $"unknown key; did you mean \"{near}\"?";
    }
}
