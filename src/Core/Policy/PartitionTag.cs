using System.Globalization;

namespace Amavis.Core.Policy;

/// <summary>What a <see cref="PartitionTag"/> is made of; times are local.</summary>
public enum PartitionPeriod
{
    /// <summary>The same for all mail.</summary>
    None,

    /// <summary>ISO 8601 week, 1 to 53.</summary>
    Week,

    /// <summary>ISO 8601 year and week, such as 202601.</summary>
    YearWeek,

    /// <summary>ISO 8601 day of the week, 1 (Monday) to 7.</summary>
    Weekday,
}

/// <summary>Part of all keys of the SQL log and quarantine: a number, or one made of the time of arrival.</summary>
/// <param name="Number">Without a period.</param>
public readonly record struct PartitionTag(PartitionPeriod Period, int Number = 0)
{
    private static readonly string[] Words = ["", "iso8601_week", "iso8601_yearweek", "iso8601_weekday"];

    public static implicit operator PartitionTag(int number) => new(PartitionPeriod.None, number);

    public static PartitionTag FromInt32(int number) => number;

    /// <summary>Reads a whole number, or a period by the name of the original's function.</summary>
    public static bool TryParse(string text, out PartitionTag tag)
    {
        var period = Array.IndexOf(Words, text, 1);
        tag = period > 0 ? new PartitionTag((PartitionPeriod)period) : default;
        if (period > 0)
            return true;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return false;
        tag = number;
        return true;
    }

    /// <param name="localTime">Of arrival, with the offset of our place.</param>
    public int At(DateTimeOffset localTime) => Period switch
    {
        PartitionPeriod.Week => ISOWeek.GetWeekOfYear(localTime.DateTime),
        PartitionPeriod.YearWeek => (ISOWeek.GetYear(localTime.DateTime) * 100) + ISOWeek.GetWeekOfYear(localTime.DateTime),
        PartitionPeriod.Weekday => localTime.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)localTime.DayOfWeek,
        _ => Number,
    };

    /// <summary>As in the configuration.</summary>
    public override string ToString() => Period == PartitionPeriod.None ? Number.ToString(CultureInfo.InvariantCulture) : Words[(int)Period];
}
