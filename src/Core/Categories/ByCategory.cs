using System.Diagnostics.CodeAnalysis;

namespace Amavis.Core.Categories;

/// <summary>
/// A <c>*_by_ccat</c> table. An entry may exist with the value null ("nothing to do"), which is not the same as a missing entry.
/// </summary>
public sealed class ByCategory<T>
{
    public static readonly ByCategory<T> Empty = new(new Dictionary<CategoryKey, T>());

    private readonly IReadOnlyDictionary<CategoryKey, T> _entries;

    public ByCategory(IReadOnlyDictionary<CategoryKey, T> entries) => _entries = entries;

    public IReadOnlyDictionary<CategoryKey, T> Entries => _entries;

    /// <summary>Put over another table, this one takes its place instead of adding to it.</summary>
    public bool Replaces { get; init; }

    /// <summary>By main category: each key from the most severe on, exactly, then the catch-all; the first entry that exists decides.</summary>
    public bool TryFindMain(CategorySet categories, [MaybeNull] out T value, out CategoryKey matched)
    {
        ArgumentNullException.ThrowIfNull(categories);
        foreach (var key in categories.Keys)
        {
            if (_entries.TryGetValue(key, out value))
            {
                matched = key;
                return true;
            }
        }
        matched = ContentCategory.CatchAll;
        return _entries.TryGetValue(matched, out value);
    }

    /// <summary>
    /// By category: for blocked mail the blocking key alone, exactly, then the catch-all; for mail that is not blocked as
    /// <see cref="TryFindMain"/>. There is no step from <c>4,2</c> to <c>4</c>.
    /// </summary>
    public T? Find(CategorySet categories, CategoryKey? blocking)
    {
        if (blocking is not { } key)
            return TryFindMain(categories, out var found, out _) ? found : default;
        if (_entries.TryGetValue(key, out var value) || _entries.TryGetValue(ContentCategory.CatchAll, out value))
            return value;
        return default;
    }

    /// <summary>This table with the entries of <paramref name="over"/> put over its own, or <paramref name="over"/> alone when it replaces.</summary>
    public ByCategory<T> Merge(ByCategory<T> over)
    {
        ArgumentNullException.ThrowIfNull(over);
        if (over.Replaces)
            return over;
        var merged = new Dictionary<CategoryKey, T>(_entries);
        foreach (var (key, value) in over._entries)
            merged[key] = value;
        return new ByCategory<T>(merged) { Replaces = Replaces };
    }
}
