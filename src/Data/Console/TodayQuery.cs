using Amavis.Core.Categories;
using Amavis.Data.Model;
using Microsoft.EntityFrameworkCore;

namespace Amavis.Data.Console;

/// <summary>The figures of the first page.</summary>
public sealed class TodayQuery(IDbContextFactory<AmavisDbContext> contexts, TimeProvider clock)
{
    /// <summary>Held messages are counted up to here; beyond it nobody needs the exact figure and counting gets slow.</summary>
    public const int HeldCap = 10_000;

    private const int RecentRows = 8;
    private const int ReasonRows = 8;
    private const int SecondsPerHour = 3600;

    public async Task<TodayView> ReadAsync(ConsoleViewer viewer, DateTimeOffset since, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(viewer);
        viewer.Demand(ConsoleRights.ReadMessages);
        var now = clock.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellationToken);
        var cells = await CellsAsync(context, since, cancellationToken);
        var lostBefore = TraceQuery.Seconds(now - Summaries.LostAfter);
        var start = TraceQuery.Seconds(since);
        var held = await QuarantineQuery.Filtered(context, QuarantineFilter.Default, now).Take(HeldCap + 1).CountAsync(cancellationToken);
        return new TodayView
        {
            Since = since,
            Held = new CappedCount(Math.Min(held, HeldCap), held > HeldCap),
            Requested = await context.Msgrcpt.CountAsync(r => r.Rs == "p", cancellationToken),
            InProgress = await context.Msgs.CountAsync(m => m.TimeNum >= lostBefore && m.Content == null, cancellationToken),
            Lost = await context.Msgs.CountAsync(m => m.TimeNum >= start && m.TimeNum < lostBefore && m.Content == null, cancellationToken),
            Verdicts = Verdicts(cells),
            Hours = Hours(cells, since, now),
            Reasons = await ReasonsAsync(context, start, cells, cancellationToken),
            RecentBlocked = await RecentAsync(context, now, cancellationToken),
        };
    }

    private static async Task<List<Cell>> CellsAsync(AmavisDbContext context, DateTimeOffset since, CancellationToken cancellationToken)
    {
        var start = TraceQuery.Seconds(since);
        return await (
            from m in context.Msgs
            where m.TimeNum >= start && m.Content != null
            join r in context.Msgrcpt on new { m.PartitionTag, m.MailId } equals new { r.PartitionTag, r.MailId }
            group r by new { Hour = (m.TimeNum - start) / SecondsPerHour, m.Originating, r.IsLocal, Whole = m.Content, r.Content, r.Ds } into g
            select new Cell
            {
                Hour = g.Key.Hour,
                Originating = g.Key.Originating,
                IsLocal = g.Key.IsLocal,
                Whole = g.Key.Whole,
                Content = g.Key.Content,
                Ds = g.Key.Ds,
                Count = g.Count(),
            }).ToListAsync(cancellationToken);
    }

    private static List<VerdictCount> Verdicts(List<Cell> cells) =>
        [.. cells.GroupBy(c => (c.Direction, c.Verdict))
            .Select(g => new VerdictCount(g.Key.Direction, g.Key.Verdict, g.Sum(c => c.Count), g.Where(c => c.IsBlocked).Sum(c => c.Count)))
            .OrderBy(v => Severity(v.Verdict))];

    private static int Severity(char verdict)
    {
        for (var i = 0; i < ContentLetter.All.Count; i++)
            if (ContentLetter.All[i] == verdict)
                return i;
        return ContentLetter.All.Count;
    }

    private static List<HourCount> Hours(List<Cell> cells, DateTimeOffset since, DateTimeOffset now)
    {
        var hours = (int)Math.Clamp((now - since).TotalHours, 0, 24 * 7);
        return [.. Enumerable.Range(0, hours + 1).Select(hour =>
        {
            var those = cells.Where(c => c.Hour == hour).ToList();
            return new HourCount(since.AddHours(hour), those.Sum(c => c.Count), those.Where(c => c.IsBlocked).Sum(c => c.Count));
        })];
    }

    // Names stand in the answers (INFECTED: a, b and BANNED: c); the other verdicts are reasons by themselves.
    private static async Task<IReadOnlyList<ReasonCount>> ReasonsAsync(AmavisDbContext context, int start, List<Cell> cells, CancellationToken cancellationToken)
    {
        var answers = await (
            from m in context.Msgs
            where m.TimeNum >= start && m.Content != null
            join r in context.Msgrcpt on new { m.PartitionTag, m.MailId } equals new { r.PartitionTag, r.MailId }
            where (r.Content == "V" || r.Content == "B") && (r.Ds == "D" || r.Ds == "B" || r.Ds == "R") && r.SmtpResp != null
            select new { r.Content, r.SmtpResp }).Take(HeldCap).ToListAsync(cancellationToken);
        var named = answers.SelectMany(a => FoundNames.In(a.SmtpResp!).Select(name => (Verdict: a.Content[0], Name: name)))
            .GroupBy(a => a).Select(g => new ReasonCount(g.Key.Verdict, g.Key.Name, g.Count()));
        var plain = cells.Where(c => c.IsBlocked && c.Verdict is not (ContentLetter.Virus or ContentLetter.Banned))
            .GroupBy(c => c.Verdict).Select(g => new ReasonCount(g.Key, null, g.Sum(c => c.Count)));
        return [.. named.Concat(plain).OrderByDescending(r => r.Deliveries).ThenBy(r => r.Name, StringComparer.Ordinal).Take(ReasonRows)];
    }

    private static async Task<IReadOnlyList<MessageSummary>> RecentAsync(AmavisDbContext context, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var rows = context.Msgs.AsNoTracking()
            .Where(m => m.Content != null && context.Msgrcpt.Any(r =>
                r.PartitionTag == m.PartitionTag && r.MailId == m.MailId && (r.Ds == "D" || r.Ds == "B" || r.Ds == "R")))
            .OrderByDescending(m => m.TimeNum).ThenByDescending(m => m.MailId).ThenByDescending(m => m.PartitionTag)
            .Take(RecentRows);
        return await Summaries.ReadAsync(context, rows, now, cancellationToken);
    }

    private sealed class Cell
    {
        public int Hour { get; init; }
        public string? Originating { get; init; }
        public string? IsLocal { get; init; }
        public string? Whole { get; init; }
        public string? Content { get; init; }
        public string? Ds { get; init; }
        public int Count { get; init; }

        public char Verdict => ContentLetter.Of(Summaries.Letter(Content), Summaries.LetterOrNull(Whole), Summaries.Letter(Ds)) ?? ContentLetter.Unknown;

        public bool IsBlocked => Ds is "D" or "B" or "R";

        public MailDirection? Direction => (Originating, IsLocal) switch
        {
            ("Y" or "N", "Y" or "N") => MailDirections.Of(Originating == "Y", IsLocal == "Y"),
            _ => null,
        };
    }
}
