namespace Amavis.Core.Templates;

internal enum TokenKind
{
    Text,
    Newline,
    Hash,
    /// <summary><c>[</c>.</summary>
    Iterator,
    /// <summary><c>[?</c>.</summary>
    Selector,
    /// <summary><c>[~</c>.</summary>
    Match,
    /// <summary><c>[@</c>.</summary>
    ActiveCall,
    /// <summary><c>[:</c>.</summary>
    Call,
    /// <summary><c>[=</c>.</summary>
    Definition,
    Close,
    Separator,
    QuoteOpen,
    QuoteClose,
    Macro,
    Count,
    Underscore,
}

/// <param name="Text">What stands there: the text, the macro's name.</param>
/// <param name="Argument">Of <c>_NAME(argument)_</c>; null: none.</param>
/// <param name="Offset">In the template.</param>
internal readonly record struct TemplateToken(TokenKind Kind, string Text, int Offset, string? Argument = null);
