namespace Amavis.Engine.Delivery;

/// <summary>A header field to be added; a line feed in the body marks a place where it may be folded.</summary>
public sealed record AddedField(string Name, string Body)
{
    /// <summary>Every line feed begins a line, and nothing else does.</summary>
    public bool KeepLines { get; init; }
}
