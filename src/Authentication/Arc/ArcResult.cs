namespace Amavis.Authentication.Arc;

/// <summary>Chain validation status (RFC 8617 §4.4).</summary>
public enum ArcVerdict
{
    /// <summary>Nobody has sealed the message.</summary>
    None,
    Pass,
    Fail,
}

/// <summary>What the ARC chain of a message is worth.</summary>
/// <param name="Instances">Seals of the chain; 0: there is none, or none that can be counted.</param>
/// <param name="Domain">Who set the newest seal; empty: not known.</param>
/// <param name="Reason">What is wrong; empty: nothing.</param>
/// <param name="Results">What the newest sealer found, as in Authentication-Results; empty unless the chain is good.</param>
public sealed record ArcResult(ArcVerdict Verdict, int Instances, string Domain, string Reason, string Results)
{
    public static readonly ArcResult None = new(ArcVerdict.None, 0, "", "", "");

    /// <summary>It failed because the DNS did not answer: at another time the chain may be good.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>The newest seal says that the chain was broken when it got there: nobody is to seal it again (RFC 8617 §5.1 step 2).</summary>
    public bool IsClosed { get; init; }

    /// <summary>As in Authentication-Results (RFC 8617 §10.1).</summary>
    public string Word => Verdict.ToString().ToLowerInvariant();
}
