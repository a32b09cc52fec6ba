using Amavis.Core.Policy;

namespace Amavis.Core.Tests;

public sealed class PartitionTagTests
{
    [Theory]
    [InlineData("2026-11-22T23:59:00+01:00", 47, 202647, 7)]
    [InlineData("2026-11-23T00:00:00+01:00", 48, 202648, 1)]
    // Days at the turn of a year belong to the week most of whose days are in one year.
    [InlineData("2021-01-03T12:00:00Z", 53, 202053, 7)]
    [InlineData("2024-12-30T12:00:00Z", 1, 202501, 1)]
    public void Tags_follow_the_local_week_of_arrival(string time, int week, int yearWeek, int weekday)
    {
        var arrival = DateTimeOffset.Parse(time, System.Globalization.CultureInfo.InvariantCulture);

        new PartitionTag(PartitionPeriod.Week).At(arrival).ShouldBe(week);
        new PartitionTag(PartitionPeriod.YearWeek).At(arrival).ShouldBe(yearWeek);
        new PartitionTag(PartitionPeriod.Weekday).At(arrival).ShouldBe(weekday);
        new PartitionTag(PartitionPeriod.None, 7).At(arrival).ShouldBe(7);
    }

    [Theory]
    [InlineData("iso8601_week")]
    [InlineData("iso8601_yearweek")]
    [InlineData("iso8601_weekday")]
    [InlineData("-3")]
    [InlineData("0")]
    public void What_is_read_is_written_the_same(string text)
    {
        PartitionTag.TryParse(text, out var tag).ShouldBeTrue();
        tag.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("week")]
    [InlineData("1.5")]
    public void Anything_else_is_no_tag(string text) => PartitionTag.TryParse(text, out _).ShouldBeFalse();
}
