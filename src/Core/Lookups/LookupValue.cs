using System.Globalization;

namespace Amavis.Core.Lookups;

/// <summary>
/// A configured value: a text, a number, a list of tables, or options by name. Truth follows the original's rules: undefined, the empty text
/// and "0" are false.
/// </summary>
public sealed class LookupValue
{
    public static readonly LookupValue True = new("1");
    public static readonly LookupValue False = new("0");

    private readonly object _value;

    public LookupValue(string text) => _value = text;

    public LookupValue(double number) => _value = number;

    public LookupValue(IReadOnlyList<LookupTable> tables) => _value = tables;

    public LookupValue(IReadOnlyDictionary<string, string?> options) => _value = options;

    /// <summary>The value as text; tables and options have none and give an empty one.</summary>
    public string Text => _value switch
    {
        string text => text,
        double number => number.ToString("0.###############", CultureInfo.InvariantCulture),
        _ => "",
    };

    public bool IsTrue => _value is not (string and ("" or "0")) and not 0.0;

    /// <summary>The value as number; null when it is none, also for the empty text.</summary>
    public double? Number => _value switch
    {
        double number => number,
        string text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed) => parsed,
        _ => null,
    };

    public IReadOnlyList<LookupTable>? Tables => _value as IReadOnlyList<LookupTable>;

    /// <summary>Options by name, a value of null meaning "not set"; null: the value is something else.</summary>
    public IReadOnlyDictionary<string, string?>? Options => _value as IReadOnlyDictionary<string, string?>;

    public override string ToString() => Text;
}
