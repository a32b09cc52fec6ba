namespace Amavis.Scanning.Headers;

/// <summary>Which tests are wanted: <c>allowed_header_tests</c>.</summary>
internal readonly record struct HeaderTests(
    bool Mime, bool Syntax, bool Empty, bool Long, bool Control, bool EightBit, bool Utf8, bool Missing, bool Multiple)
{
    public static HeaderTests Of(IReadOnlySet<string> keys) => new(
        keys.Contains("mime"), keys.Contains("syntax"), keys.Contains("empty"), keys.Contains("long"), keys.Contains("control"),
        keys.Contains("8bit"), keys.Contains("utf8"), keys.Contains("missing"), keys.Contains("multiple"));

    /// <summary>Some test of single fields is wanted.</summary>
    public bool AnyOfFields => Syntax || Empty || Long || Control || EightBit;
}
