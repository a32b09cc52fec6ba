using System.Globalization;

namespace Amavis.Web.Hosting;

/// <summary>Times as the console shows and reads them: in the zone of the machine it runs on, named on every page.</summary>
public sealed class Times(TimeProvider clock)
{
    private const string InputFormat = "yyyy-MM-dd'T'HH:mm";

    public DateTimeOffset Now => clock.GetUtcNow();

    public TimeZoneInfo Zone => clock.LocalTimeZone;

    public string ZoneName => Zone.BaseUtcOffset == TimeSpan.Zero && !Zone.SupportsDaylightSavingTime ? "UTC" : Zone.Id;

    /// <summary>Midnight today in <see cref="Zone"/>.</summary>
    public DateTimeOffset Today
    {
        get
        {
            var local = TimeZoneInfo.ConvertTime(Now, Zone);
            return InZone(local.Date);
        }
    }

    /// <summary><c>2026-11-22 13:24:05</c>.</summary>
    public string Full(DateTimeOffset time) => Local(time).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>The time alone for today, else with day and month.</summary>
    public string Short(DateTimeOffset time) =>
        Local(time).ToString(time >= Today ? "HH:mm:ss" : time >= Today.AddDays(-300) ? "d MMM HH:mm" : "yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>For <c>&lt;time datetime&gt;</c>.</summary>
    public static string Machine(DateTimeOffset time) => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>For and from <c>&lt;input type="datetime-local"&gt;</c>.</summary>
    public string Input(DateTimeOffset time) => Local(time).ToString(InputFormat, CultureInfo.InvariantCulture);

    /// <summary>Null when the text is empty or no time.</summary>
    public DateTimeOffset? ReadInput(string? text) =>
        DateTime.TryParseExact(text, [InputFormat, "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var local)
            ? InZone(local)
            : null;

    /// <summary><c>3 min</c>, <c>5 h</c>, <c>12 d</c>.</summary>
    public string Age(DateTimeOffset time)
    {
        var age = Now - time;
        return age switch
        {
            { TotalMinutes: < 1 } => "just now",
            { TotalHours: < 1 } => $"{(int)age.TotalMinutes} min",
            { TotalDays: < 2 } => $"{(int)age.TotalHours} h",
            _ => $"{(int)age.TotalDays} d",
        };
    }

    private DateTimeOffset Local(DateTimeOffset time) => TimeZoneInfo.ConvertTime(time, Zone);

    private DateTimeOffset InZone(DateTime local) => new(local, Zone.GetUtcOffset(local));
}
