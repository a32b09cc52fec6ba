namespace Amavis.Authentication.Spf;

/// <summary>Results of SPF (RFC 7208 §2.6).</summary>
public enum SpfVerdict
{
    /// <summary>There is no policy, or no domain that could have one.</summary>
    None,
    /// <summary>The domain says nothing about this client.</summary>
    Neutral,
    Pass,
    Fail,
    SoftFail,
    /// <summary>The DNS could not tell.</summary>
    TempError,
    /// <summary>The policy can't be understood, or asks for too much.</summary>
    PermError,
}

/// <summary>What a domain's policy says of a client.</summary>
/// <param name="Domain">Whose policy it is.</param>
/// <param name="Reason">The term that matched, or what is wrong; empty: neither.</param>
/// <param name="Explanation">Of a fail, the domain's own words for it; null: none.</param>
public sealed record SpfResult(SpfVerdict Verdict, string Domain, string Reason, string? Explanation = null)
{
    /// <summary>As in Authentication-Results (RFC 8601 §2.7.2).</summary>
    public string Word => Verdict.ToString().ToLowerInvariant();
}
