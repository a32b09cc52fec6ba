namespace Amavis.Dkim.Canonicalization;

/// <summary>What of header or body is signed exactly (RFC 6376 §3.4).</summary>
public enum CanonicalForm
{
    /// <summary>Every octet, save empty lines at the end of the body.</summary>
    Simple,
    /// <summary>White space may change in its amount, header names in their letter case.</summary>
    Relaxed,
}
