using System.Globalization;

namespace Amavis.Engine.Checks.PenPals;

/// <summary>How long ago, as the header field and the log show it: <c>3 1:01:01</c>, days and hours unpadded, seconds rounded with carry.</summary>
internal static class PenPalAge
{
    public static string Text(TimeSpan age)
    {
        var seconds = (long)Math.Round(age.TotalSeconds, MidpointRounding.AwayFromZero);
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / 86400} {seconds / 3600 % 24}:{seconds / 60 % 60:00}:{seconds % 60:00}");
    }
}
