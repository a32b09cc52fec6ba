using System.Globalization;

namespace Amavis.Core.Categories;

/// <summary>A content category with its minor number (0: none), written <c>4</c> or <c>4,2</c>. Greater means more severe.</summary>
public readonly record struct CategoryKey(ContentCategory Major, int Minor = 0) : IComparable<CategoryKey>
{
    private static readonly string[] MajorNames =
        ["catchall", "clean", "mta-blocked", "oversized", "bad-header", "spammy", "spam", "unchecked", "banned", "virus"];

    public static implicit operator CategoryKey(ContentCategory major) => new(major);

    public static CategoryKey FromContentCategory(ContentCategory major) => new(major);

    /// <summary>Name as shown in headers, counters and the <c>ccat_name</c> macro.</summary>
    public string DisplayName => (Major, Minor) switch
    {
        (ContentCategory.Virus, _) => "Virus",
        (ContentCategory.Banned, _) => "Banned",
        (ContentCategory.Unchecked, 1) => "UncheckedEncrypted",
        (ContentCategory.Unchecked, 2) => "UncheckedOverLimits",
        (ContentCategory.Unchecked, 3) => "UncheckedAmbiguousContent",
        (ContentCategory.Unchecked, _) => "Unchecked",
        (ContentCategory.Spam, _) => "Spam",
        (ContentCategory.Spammy, 1) => "Spammy3",
        (ContentCategory.Spammy, _) => "Spammy",
        (ContentCategory.BadHeader, 1) => "BadHdrMime",
        (ContentCategory.BadHeader, 2) => "BadHdr8bit",
        (ContentCategory.BadHeader, 3) => "BadHdrChar",
        (ContentCategory.BadHeader, 4) => "BadHdrSpace",
        (ContentCategory.BadHeader, 5) => "BadHdrLong",
        (ContentCategory.BadHeader, 6) => "BadHdrSyntax",
        (ContentCategory.BadHeader, 7) => "BadHdrMissing",
        (ContentCategory.BadHeader, 8) => "BadHdrDupl",
        (ContentCategory.BadHeader, _) => "BadHdr",
        (ContentCategory.Oversized, _) => "Oversized",
        (ContentCategory.MtaFailed, 1) => "MtaTempFailed",
        (ContentCategory.MtaFailed, 2) => "MtaRejected",
        (ContentCategory.MtaFailed, _) => "MtaFailed",
        (ContentCategory.Clean, 1) => "CleanTag",
        (ContentCategory.Clean, _) => "Clean",
        _ => "CatchAll",
    };

    public int CompareTo(CategoryKey other) =>
        Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public static bool operator <(CategoryKey left, CategoryKey right) => left.CompareTo(right) < 0;
    public static bool operator >(CategoryKey left, CategoryKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(CategoryKey left, CategoryKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(CategoryKey left, CategoryKey right) => left.CompareTo(right) >= 0;

    /// <summary>The numeric form: <c>4</c>, <c>4,2</c>.</summary>
    public override string ToString() => Minor == 0
        ? ((int)Major).ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{(int)Major},{Minor}");

    /// <summary>
    /// Reads a key of a <c>*_by_ccat</c> map: a name (<c>bad-header</c>), a name with a minor (<c>spammy,1</c>), <c>unchecked-encrypted</c>,
    /// or the numeric form.
    /// </summary>
    public static bool TryParse(string text, out CategoryKey key)
    {
        ArgumentNullException.ThrowIfNull(text);
        key = default;
        var comma = text.IndexOf(',');
        var name = (comma < 0 ? text : text[..comma]).Trim();
        var minor = 0;
        if (comma >= 0 && !int.TryParse(text.AsSpan(comma + 1).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out minor))
            return false;
        if (name.Equals("unchecked-encrypted", StringComparison.OrdinalIgnoreCase) && comma < 0)
        {
            key = new CategoryKey(ContentCategory.Unchecked, 1);
            return true;
        }
        var index = Array.FindIndex(MajorNames, n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (index < 0 && (!int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out index) || index > 9))
            return false;
        key = new CategoryKey((ContentCategory)index, minor);
        return true;
    }
}
