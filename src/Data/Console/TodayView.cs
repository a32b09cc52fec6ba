using Amavis.Core.Categories;

namespace Amavis.Data.Console;

/// <summary>What the first page shows. Deliveries are counted: one for each recipient of each finished message.</summary>
public sealed record TodayView
{
    public required DateTimeOffset Since { get; init; }
    public required CappedCount Held { get; init; }
    /// <summary>Recipients who ask for a release.</summary>
    public required int Requested { get; init; }
    public required int InProgress { get; init; }
    public required int Lost { get; init; }
    public required IReadOnlyList<VerdictCount> Verdicts { get; init; }
    /// <summary>One for each hour since <see cref="Since"/>, the present one last.</summary>
    public required IReadOnlyList<HourCount> Hours { get; init; }
    /// <summary>Most frequent first.</summary>
    public required IReadOnlyList<ReasonCount> Reasons { get; init; }
    public required IReadOnlyList<MessageSummary> RecentBlocked { get; init; }

    public int Deliveries => Verdicts.Sum(v => v.Deliveries);

    public int Blocked => Verdicts.Sum(v => v.Blocked);
}

/// <param name="More">There are more than <paramref name="Count"/>; counting stopped there.</param>
public sealed record CappedCount(int Count, bool More);

/// <param name="Direction">Null: not known, rows of old versions.</param>
/// <param name="Verdict">Content letter as shown.</param>
/// <param name="Blocked">Of these, discarded, bounced or rejected.</param>
public sealed record VerdictCount(MailDirection? Direction, char Verdict, int Deliveries, int Blocked);

public sealed record HourCount(DateTimeOffset Start, int Deliveries, int Blocked);

/// <summary>Why mail was blocked: the name of what was found where the answer has one.</summary>
/// <param name="Name">Name of a virus or a banned part; null: the verdict alone.</param>
public sealed record ReasonCount(char Verdict, string? Name, int Deliveries);
