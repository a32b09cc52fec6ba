using System.Globalization;
using Amavis.Data.Console;

namespace Amavis.Web.Navigation;

/// <summary>A view of the quarantine as the query of <c>/quarantine</c>, both ways.</summary>
internal static class QuarantineAddress
{
    public const string Verdict = "verdict";
    public const string To = "to";
    public const string Text = "q";
    public const string Younger = "days";
    public const string Older = "older";
    public const string State = "state";
    public const string After = "after";
    public const string Open = "open";

    public static string Write(QuarantineFilter filter, string? after, MessageKey? open) => new QueryText()
        .Add(Text, filter.Text)
        .Add(To, filter.Recipient)
        .Add(Verdict, string.Concat(filter.Verdicts))
        .Add(Younger, filter.YoungerThan?.TotalDays)
        .Add(Older, filter.OlderThan?.TotalDays)
        .Add(State, filter.State == QuarantineState.Held ? null : Name(filter.State))
        .Add(After, after)
        .Add(Open, open?.ToString())
        .ToString();

    public static QuarantineFilter Read(IQueryCollection query) => new()
    {
        Text = TraceAddress.Text(query, Text),
        Recipient = TraceAddress.Text(query, To),
        Verdicts = TraceAddress.Letters(query, Verdict, ContentLetter.All),
        YoungerThan = Days(query, Younger),
        OlderThan = Days(query, Older),
        State = query[State].FirstOrDefault() switch
        {
            "requested" => QuarantineState.Requested,
            "released" => QuarantineState.Released,
            "deleted" => QuarantineState.Deleted,
            "any" => QuarantineState.Any,
            _ => QuarantineState.Held,
        },
    };

    public static string Name(QuarantineState state) => state.ToString().ToLowerInvariant();

    private static TimeSpan? Days(IQueryCollection query, string name) =>
        double.TryParse(query[name].FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var days) && days is > 0 and < 36500
            ? TimeSpan.FromDays(days)
            : null;
}
