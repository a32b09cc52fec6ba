using System.Globalization;

namespace Amavis.Data.Console.Policies;

public enum ListKind
{
    /// <summary>Mail of the sender is never spam.</summary>
    White,
    /// <summary>Mail of the sender is always spam.</summary>
    Black,
    /// <summary>Points are added to the score, and the search goes on.</summary>
    Points,
    /// <summary>Neither: the search ends here.</summary>
    Neutral,
}

/// <summary>What a value of <c>wblist.wb</c> means.</summary>
/// <param name="Points">For <see cref="ListKind.Points"/>.</param>
public readonly record struct ListMeaning(ListKind Kind, double Points)
{
    /// <summary>Points in both directions that still make a difference to any level.</summary>
    public const double MaxPoints = 999;

    /// <summary>As the filter reads it: digits are points, unknown words count as white.</summary>
    public static ListMeaning Of(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        var text = value.Trim(' ', '\t', '\0');
        if (text.Length == 0)
            return new ListMeaning(ListKind.Neutral, 0);
        var digits = text.AsSpan(text[0] is '+' or '-' ? 1 : 0);
        if (digits.Length > 0 && char.IsAsciiDigit(digits[0]) && double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var points))
            return new ListMeaning(ListKind.Points, points);
        return text is "B" or "b" or "N" or "n" or "F" or "f" ? new ListMeaning(ListKind.Black, 0) : new ListMeaning(ListKind.White, 0);
    }

    /// <summary>As it is stored: the column takes ten characters.</summary>
    public string Stored => Kind switch
    {
        ListKind.White => "W",
        ListKind.Black => "B",
        ListKind.Points => Points.ToString("+0.###;-0.###;0", CultureInfo.InvariantCulture),
        _ => " ",
    };
}
