namespace Amavis.Engine.Delivery.Mangling;

/// <summary>What is done to the body of mail that passes.</summary>
public enum ManglingKind
{
    None,
    /// <summary>A new mail with a warning, the original attached.</summary>
    Attach,
    /// <summary>The program altermime takes attachments away.</summary>
    Altermime,
    /// <summary>The program altermime adds a disclaimer.</summary>
    Disclaimer,
    /// <summary>Only said to be done; for tests.</summary>
    Null,
    /// <summary>A disclaimer that is only said to be added; for tests.</summary>
    NullDisclaimer,
}

/// <param name="Option">Text for <c>_OPTION_</c> in the arguments that add a disclaimer.</param>
public sealed record MangleChoice(ManglingKind Kind, string Option = "")
{
    public static readonly MangleChoice None = new(ManglingKind.None);

    /// <summary>X-Amavis-Modified; null: not modified.</summary>
    public string? Remark(string host) => Kind switch
    {
        ManglingKind.None => null,
        ManglingKind.Attach => $"Mail body modified (defanged) - {host}",
        ManglingKind.Altermime => $"Mail body modified (using altermime) - {host}",
        ManglingKind.Disclaimer => $"Mail body modified (using disclaimer) - {host}",
        ManglingKind.Null => $"Mail body modified (using null) - {host}",
        _ => $"Mail body modified (using nulldisclaimer) - {host}",
    };
}
