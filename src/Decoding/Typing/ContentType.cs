namespace Amavis.Decoding.Typing;

/// <summary>What content was recognised as.</summary>
/// <param name="FullType">Description in words, beginning as file(1) would, so that rules written for its output match.</param>
/// <param name="ShortTypes">One or more, the general before the special: <c>exe</c>, <c>exe-ms</c>.</param>
/// <param name="Kind">How to unpack it.</param>
public sealed record ContentType(string FullType, IReadOnlyList<string> ShortTypes, ContentKind Kind = ContentKind.Plain)
{
    public static readonly ContentType Empty = new("empty", ["empty"]);
    public static readonly ContentType Data = new("data", ["dat"]);

    /// <summary>From short types with commas between them.</summary>
    internal static ContentType Of(string shortTypes, string fullType, ContentKind kind = ContentKind.Plain) =>
        new(fullType, shortTypes.Split(','), kind);
}
