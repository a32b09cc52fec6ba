using System.Collections.Immutable;

namespace Amavis.Core.Categories;

/// <summary>The categories one message or one recipient has, most severe first. Immutable.</summary>
public sealed class CategorySet
{
    public static readonly CategorySet Clean = new([new CategoryKey(ContentCategory.Clean)]);

    private readonly ImmutableArray<CategoryKey> _keys;

    private CategorySet(ImmutableArray<CategoryKey> keys) => _keys = keys;

    public ImmutableArray<CategoryKey> Keys => _keys;

    /// <summary>The most severe one.</summary>
    public CategoryKey Main => _keys[0];

    /// <summary>With one more category; a minor brings its major with it.</summary>
    public CategorySet With(CategoryKey key)
    {
        if (_keys.Contains(key))
            return this;
        var all = _keys.ToBuilder();
        all.Add(key);
        if (key.Minor > 0 && !all.Contains(new CategoryKey(key.Major)))
            all.Add(new CategoryKey(key.Major));
        all.Sort(static (a, b) => b.CompareTo(a));
        return new CategorySet(all.ToImmutable());
    }

    public bool Contains(CategoryKey key) => _keys.Contains(key);

    /// <summary>True when the major category is present with any minor.</summary>
    public bool Has(ContentCategory major) => _keys.Any(k => k.Major == major);

    public CategorySet Union(CategorySet other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var result = this;
        foreach (var key in other._keys)
            result = result.With(key);
        return result;
    }

    public override string ToString() => string.Join(' ', _keys);
}
