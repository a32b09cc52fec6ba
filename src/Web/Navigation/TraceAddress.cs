using System.Globalization;
using Amavis.Core.Categories;
using Amavis.Data.Console;
using Amavis.Web.Hosting;

namespace Amavis.Web.Navigation;

/// <summary>A trace search as the query of <c>/messages</c>, both ways.</summary>
internal static class TraceAddress
{
    /// <summary>Longest search text, in characters; longer ones are cut.</summary>
    private const int MaxText = 320;

    public const string From = "from";
    public const string To = "to";
    public const string Subject = "subject";
    public const string Since = "since";
    public const string Before = "before";
    public const string Verdict = "verdict";
    public const string Status = "ds";
    public const string Direction = "dir";
    public const string MinScore = "min";
    public const string MaxScore = "max";
    public const string MailId = "id";
    public const string QueueId = "queue";
    public const string Client = "client";
    public const string MessageId = "msgid";
    public const string LogId = "log";
    public const string Response = "answer";
    public const string Unfinished = "unfinished";
    public const string Quarantined = "kept";
    public const string After = "after";

    public static string Write(TraceFilter filter, string? after) => new QueryText()
        .Add(From, filter.Sender)
        .Add(To, filter.Recipient)
        .Add(Subject, filter.Subject)
        .Add(Since, Iso(filter.Since))
        .Add(Before, Iso(filter.Before))
        .Add(Verdict, string.Concat(filter.Verdicts))
        .Add(Status, string.Concat(filter.Statuses))
        .Add(Direction, filter.Direction is { } direction ? Name(direction) : null)
        .Add(MinScore, filter.MinScore)
        .Add(MaxScore, filter.MaxScore)
        .Add(MailId, filter.MailId)
        .Add(QueueId, filter.QueueId)
        .Add(Client, filter.ClientAddress)
        .Add(MessageId, filter.MessageId)
        .Add(LogId, filter.LogId)
        .Add(Response, filter.Response)
        .Add(Unfinished, filter.Unfinished)
        .Add(Quarantined, filter.Quarantined)
        .Add(After, after)
        .ToString();

    public static TraceFilter Read(IQueryCollection query, Times times) => new()
    {
        Sender = Text(query, From),
        Recipient = Text(query, To),
        Subject = Text(query, Subject),
        Since = Time(query, Since, times),
        Before = Time(query, Before, times),
        Verdicts = Letters(query, Verdict, ContentLetter.All),
        Statuses = Letters(query, Status, Statuses),
        Direction = ReadDirection(Text(query, Direction)),
        MinScore = Number(query, MinScore),
        MaxScore = Number(query, MaxScore),
        MailId = Text(query, MailId),
        QueueId = Text(query, QueueId),
        ClientAddress = Text(query, Client),
        MessageId = Text(query, MessageId),
        LogId = Text(query, LogId),
        Response = Text(query, Response),
        Unfinished = Text(query, Unfinished) == "1",
        Quarantined = Text(query, Quarantined) == "1",
    };

    /// <summary>The delivery statuses there are.</summary>
    public static IReadOnlyList<char> Statuses { get; } = ['P', 'D', 'B', 'R', 'T', '?'];

    public static string Name(MailDirection direction) => direction switch
    {
        MailDirection.Inbound => "in",
        MailDirection.Outbound => "out",
        MailDirection.Internal => "internal",
        _ => "relay",
    };

    /// <summary>The value without control characters and not longer than any real one; null when nothing is left.</summary>
    public static string? Text(IQueryCollection query, string name)
    {
        var value = query[name].FirstOrDefault();
        if (string.IsNullOrWhiteSpace(value))
            return null;
        var kept = string.Concat(value.Where(c => !char.IsControl(c))).Trim();
        return kept.Length == 0 ? null : kept.Length > MaxText ? kept[..MaxText] : kept;
    }

    /// <summary>Letters may be given as one word or as several values, as a form with check boxes sends them.</summary>
    public static IReadOnlyList<char> Letters(IQueryCollection query, string name, IReadOnlyList<char> known)
    {
        var given = string.Concat(query[name].OfType<string>());
        return [.. known.Where(letter => given.Contains(letter, StringComparison.Ordinal))];
    }

    public static DateTimeOffset? Time(IQueryCollection query, string name, Times times)
    {
        var text = Text(query, name);
        return text is not null && text.EndsWith('Z') && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : times.ReadInput(text);
    }

    public static string? Iso(DateTimeOffset? time) => time is { } given ? Times.Machine(given) : null;

    private static double? Number(IQueryCollection query, string name) =>
        double.TryParse(query[name].FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null;

    private static MailDirection? ReadDirection(string? name) => name switch
    {
        "in" => MailDirection.Inbound,
        "out" => MailDirection.Outbound,
        "internal" => MailDirection.Internal,
        "relay" => MailDirection.OpenRelay,
        _ => null,
    };
}
