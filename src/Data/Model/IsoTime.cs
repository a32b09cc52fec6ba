using System.Globalization;

namespace Amavis.Data.Model;

/// <summary><c>msgs.time_iso</c> as text: <c>20240229T101112Z</c>, UTC, whole seconds.</summary>
public static class IsoTime
{
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";

    public static string ToText(DateTimeOffset time) => time.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture);

    /// <summary>Also reads what other programs store; the Unix epoch when it is no time at all.</summary>
    public static DateTimeOffset FromText(string text)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (DateTimeOffset.TryParseExact(text, Format, CultureInfo.InvariantCulture, Utc, out var exact))
            return exact;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out var other) ? other : DateTimeOffset.UnixEpoch;
    }
}
