using Amavis.Data.Console;

namespace Amavis.Web.Releasing;

/// <summary>What came of one act on one message.</summary>
public enum ItemState
{
    /// <summary>Every recipient meant was served.</summary>
    Done,
    /// <summary>Some were.</summary>
    Partly,
    Failed,
    /// <summary>Nothing was done yet: it was released before, and doing it again needs a second word.</summary>
    NeedsConfirmation,
    NotFound,
}

/// <param name="Message">Null when there is no such message.</param>
/// <param name="Text">For people, one sentence.</param>
/// <param name="Recipients">What the next hop said for each recipient, word for word.</param>
public sealed record ItemResult(MessageKey Key, MessageSummary? Message, ItemState State, string Text, IReadOnlyList<RecipientResult> Recipients)
{
    public static ItemResult NotFound(MessageKey key) => new(key, null, ItemState.NotFound, "There is no such message.", []);
}

/// <param name="Reply">Code and text.</param>
public sealed record RecipientResult(string Address, bool Accepted, string Reply);

/// <summary>What an act is for: a message, or one recipient of it.</summary>
/// <param name="Position">Null: everybody it was held from.</param>
public readonly record struct ActItem(MessageKey Key, int? Position)
{
    /// <summary>Reads <c>0-abc</c> and <c>0-abc:2</c>.</summary>
    public static bool TryParse(string? text, out ActItem item)
    {
        item = default;
        var colon = text?.LastIndexOf(':') ?? -1;
        if (!MessageKey.TryParse(colon < 0 ? text : text![..colon], out var key))
            return false;
        if (colon < 0)
        {
            item = new ActItem(key, null);
            return true;
        }
        if (!int.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out var position))
            return false;
        item = new ActItem(key, position);
        return true;
    }

    public override string ToString() => Position is { } position ? $"{Key}:{position}" : Key.ToString();
}
