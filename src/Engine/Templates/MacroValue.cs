namespace Amavis.Engine.Templates;

/// <summary>Value of a macro: a text or a list of texts. The default is undefined, which reads as the empty text.</summary>
public readonly struct MacroValue
{
    private readonly string? _text;
    private readonly IReadOnlyList<string>? _list;

    public MacroValue(string? text) => _text = text;

    public MacroValue(IReadOnlyList<string> list) => _list = list;

    /// <summary>A list is joined by a comma and a blank.</summary>
    public string Text => _list switch
    {
        null => _text ?? "",
        [] => "",
        [var only] => only,
        _ => string.Join(", ", _list),
    };

    /// <summary>The elements to go through; a text is one element, an empty one none.</summary>
    public IReadOnlyList<string> Elements => _list ?? (string.IsNullOrEmpty(_text) ? [] : [_text]);

    /// <summary>Elements of a list; else 1 for a text that is not blank, 0 for one that is.</summary>
    public int Count => _list?.Count ?? (string.IsNullOrWhiteSpace(_text) ? 0 : 1);

    public static implicit operator MacroValue(string? text) => new(text);

    public static MacroValue FromString(string? text) => new(text);

    /// <summary><c>1</c>, or empty.</summary>
    public static MacroValue Truth(bool value) => new(value ? "1" : "");

    public override string ToString() => Text;
}

/// <summary>Where an expansion gets the values of macros.</summary>
public interface IMacroSource
{
    /// <summary>The value; undefined for a name that is not known. Never throws.</summary>
    MacroValue Get(string name, IReadOnlyList<string> arguments);
}
