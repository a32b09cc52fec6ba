using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Verification;

/// <summary>What became of a signature.</summary>
public enum SignatureVerdict
{
    /// <summary>Made by the owner of the key over what it covers.</summary>
    Pass,
    /// <summary>The message is not the one that was signed, or somebody else signed it.</summary>
    Fail,
    /// <summary>The field is no signature that could be looked at.</summary>
    Neutral,
    /// <summary>The key is missing, revoked, not fit for use, or the algorithm is.</summary>
    PermError,
    /// <summary>The key could not be had now.</summary>
    TempError,
}

/// <summary>DKIM or its forerunner.</summary>
public enum SignatureKind
{
    Dkim,
    /// <summary>RFC 4870. Only defined with rsa-sha1 and therefore never valid here.</summary>
    DomainKeys,
}

/// <summary>One signature of a message with the result of its verification.</summary>
public sealed record SignatureResult
{
    public SignatureKind Kind { get; init; }
    public required SignatureVerdict Verdict { get; init; }
    /// <summary>Why it is so, in a few words; empty for a pass.</summary>
    public string Reason { get; init; } = "";
    /// <summary>d=; empty: not known.</summary>
    public string Domain { get; init; } = "";
    /// <summary>s=; empty: not known.</summary>
    public string Selector { get; init; } = "";
    /// <summary>i=, or the domain with an at sign before it; empty: not known.</summary>
    public string Identity { get; init; } = "";
    public SigningAlgorithm? Algorithm { get; init; }
    /// <summary>Length of the key; null: it was not had.</summary>
    public int? KeyBits { get; init; }
    /// <summary>The signature in base64; empty: not known.</summary>
    public string SignatureText { get; init; } = "";
    /// <summary>Its time is over.</summary>
    public bool IsExpired { get; init; }
    /// <summary>The domain only tries DKIM out (t=y).</summary>
    public bool IsTest { get; init; }
    /// <summary>Why a signature that passed proves too little to rely on; empty: it can be relied on.</summary>
    public string Weakness { get; init; } = "";
    /// <summary>Octets of the body that l= leaves out.</summary>
    public long UnsignedOctets { get; init; }
    /// <summary>As strong as RSA with so many bits; 0: no key.</summary>
    public int RsaStrength { get; init; }

    /// <summary>Passed, not expired, and covers the message: what decisions may rest on.</summary>
    public bool IsValid => Verdict == SignatureVerdict.Pass && !IsExpired && Weakness.Length == 0;

    /// <summary><c>selector:domain</c>.</summary>
    public string SelectorAndDomain => Selector + ":" + Domain;
}
