using System.Net;

namespace Amavis.Authentication.Spf;

/// <summary>Mechanisms of a policy (RFC 7208 §5).</summary>
internal enum SpfMechanism
{
    All,
    Include,
    A,
    Mx,
    Ptr,
    Ip4,
    Ip6,
    Exists,
}

/// <summary>A directive: what becomes of clients that the mechanism matches.</summary>
/// <param name="Text">As it stands, for people.</param>
/// <param name="Domain">The domain-spec, macros unexpanded; null: the policy's own domain.</param>
/// <param name="Network">Of ip4 and ip6.</param>
/// <param name="Prefix4">Bits of an IPv4 address that count.</param>
/// <param name="Prefix6">Bits of an IPv6 address that count.</param>
internal sealed record SpfDirective(string Text, SpfVerdict Outcome, SpfMechanism Mechanism, string? Domain, IPAddress? Network, int Prefix4, int Prefix6);

/// <summary>A policy (RFC 7208 §4.6).</summary>
/// <param name="Redirect">Domain-spec; null: none.</param>
/// <param name="Explanation">Domain-spec of exp=; null: none.</param>
internal sealed record SpfRecord(IReadOnlyList<SpfDirective> Directives, string? Redirect, string? Explanation)
{
    public const string Version = "v=spf1";

    /// <summary>Is it a policy at all, good or not.</summary>
    public static bool IsOne(string text) =>
        text.StartsWith(Version, StringComparison.OrdinalIgnoreCase) && (text.Length == Version.Length || text[Version.Length] == ' ');
}
