using System.Globalization;
using Amavis.Core.Policy;

namespace Amavis.Web.Components.Shared;

/// <summary>The pen pals bonus as people read it; the rule is that of the filter.</summary>
internal sealed class PenPalBonus(Settings settings, DateTimeOffset now)
{
    /// <summary>Less than this is shown as nothing.</summary>
    private const double Smallest = 0.05;

    public bool IsOn => Points > 0 && settings.PenpalsHalflife > TimeSpan.Zero;

    /// <summary>Right after our user wrote.</summary>
    public double Points => settings.PenpalsBonusScore ?? 0;

    public double? LowThreshold => settings.PenpalsThresholdLow;

    public string HalfLifeText => Span(settings.PenpalsHalflife);

    /// <summary><c>−2.8: 0.7 of 4 points, 3.5 days after the last message to him</c>.</summary>
    public string Explain(DateTimeOffset? lastSent)
    {
        if (!IsOn)
            return "none: pen pals are off";
        if (lastSent is not { } sent)
            return "none: never written to";
        var age = now > sent ? now - sent : TimeSpan.Zero;
        var weight = Math.Pow(2, -(age / settings.PenpalsHalflife));
        return weight * Points < Smallest
            ? $"none: the last message to him is {Span(age)} old"
            : string.Create(CultureInfo.InvariantCulture, $"\u2212{weight * Points:0.0##}: {weight:0%} of {Points:0.###}, the last message to him is {Span(age)} old");
    }

    private static string Span(TimeSpan span) => span switch
    {
        { TotalHours: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalHours:0.#} hours"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalDays:0.#} days"),
    };
}
