using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Amavis.Data.Model;

namespace Amavis.Data.Console;

/// <summary>Where a page of a list ends: the next one has what sorts after it. Rows that come in meanwhile shift nothing.</summary>
public readonly record struct PageCursor(long TimeNum, MessageKey Key)
{
    public static bool TryParse([NotNullWhen(true)] string? text, out PageCursor cursor)
    {
        cursor = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot <= 0 || !long.TryParse(text.AsSpan(0, dot), NumberStyles.None, CultureInfo.InvariantCulture, out var time) || time > int.MaxValue)
            return false;
        if (!MessageKey.TryParse(text![(dot + 1)..], out var key))
            return false;
        cursor = new PageCursor(time, key);
        return true;
    }

    public static PageCursor Of(MessageSummary message) => new(message?.ReceivedAt.ToUnixTimeSeconds() ?? 0, message?.Key ?? default);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{TimeNum}.{Key}");

    /// <summary>Messages that sort after the cursor: older first by time, then by mail id and tag.</summary>
    internal static IQueryable<MsgsRow> After(IQueryable<MsgsRow> rows, PageCursor? cursor)
    {
        if (cursor is not { } at)
            return rows;
        var time = (int)at.TimeNum;
        var id = at.Key.MailId;
        var tag = at.Key.PartitionTag;
        return rows.Where(m => m.TimeNum < time
            || (m.TimeNum == time && (string.Compare(m.MailId, id) < 0 || (m.MailId == id && m.PartitionTag < tag))));
    }
}
