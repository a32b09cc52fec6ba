using System.Globalization;
using Amavis.Core.Categories;

namespace Amavis.Configuration.Showing;

/// <summary>Content categories as keys of a <c>*_by_ccat</c> map.</summary>
internal static class CategoryNames
{
    public static readonly string[] All =
        ["virus", "banned", "unchecked", "unchecked-encrypted", "spam", "spammy", "bad-header", "oversized", "mta-blocked", "clean", "catchall"];

    public static string Of(CategoryKey key)
    {
        var name = key.Major switch
        {
            ContentCategory.MtaFailed => "mta-blocked",
            ContentCategory.BadHeader => "bad-header",
            _ => key.Major.ToString().ToLowerInvariant(),
        };
        return key.Minor == 0 ? name : string.Create(CultureInfo.InvariantCulture, $"{name},{key.Minor}");
    }
}
