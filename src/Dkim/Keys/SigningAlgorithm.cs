namespace Amavis.Dkim.Keys;

/// <summary>Algorithms of the tag a= (RFC 6376 §3.3, RFC 8301, RFC 8463).</summary>
public enum SigningAlgorithm
{
    RsaSha256,
    Ed25519Sha256,
    /// <summary>Known, but not to be used any more (RFC 8301 §3.1).</summary>
    RsaSha1,
}

public static class SigningAlgorithms
{
    /// <summary>As in the tag a=.</summary>
    public static string Tag(this SigningAlgorithm algorithm) => algorithm switch
    {
        SigningAlgorithm.RsaSha256 => "rsa-sha256",
        SigningAlgorithm.Ed25519Sha256 => "ed25519-sha256",
        _ => "rsa-sha1",
    };

    /// <summary>As in the tag k= of key records.</summary>
    public static string KeyType(this SigningAlgorithm algorithm) => algorithm == SigningAlgorithm.Ed25519Sha256 ? "ed25519" : "rsa";

    /// <summary>Null: not known.</summary>
    public static SigningAlgorithm? FromTag(string tag)
    {
        ArgumentNullException.ThrowIfNull(tag);
        return tag.ToLowerInvariant() switch
        {
            "rsa-sha256" => SigningAlgorithm.RsaSha256,
            "ed25519-sha256" => SigningAlgorithm.Ed25519Sha256,
            "rsa-sha1" => SigningAlgorithm.RsaSha1,
            _ => null,
        };
    }
}
