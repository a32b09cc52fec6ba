using System.Text.Json.Nodes;

namespace Amavis.Configuration;

/// <summary>A variable as it is in force.</summary>
/// <param name="Value">Null stands for "not defined". Secrets are masked.</param>
/// <param name="Position">Where it was given; null: the default, or what <paramref name="FedBy"/> gives.</param>
/// <param name="FedBy">The older variables the value is made of, when it is not given itself; null: none.</param>
public sealed record EffectiveValue(Catalog.Variable Variable, JsonNode? Value, SourcePosition? Position, string? FedBy)
{
    /// <summary>The source as people read it: <c>file:line</c>, <c>default</c>, or the variables it is made of.</summary>
    public string Source => (Position, FedBy) switch
    {
        ({ } at, null) => $"{at.File}:{at.Line}",
        ({ } at, { } fed) => $"{at.File}:{at.Line} ({fed})",
        (null, { } fed) => $"default ({fed})",
        _ => "default",
    };
}
