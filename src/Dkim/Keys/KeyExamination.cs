namespace Amavis.Dkim.Keys;

/// <summary>What is to be said of a private key before it is taken into use.</summary>
/// <param name="Fault">Why it can't be used, in words that follow the name of its file; null: it can.</param>
/// <param name="Remark">What is not good about it, likewise; null: nothing.</param>
public readonly record struct KeyExamination(string? Fault, string? Remark)
{
    /// <param name="pem">The file's text.</param>
    public static KeyExamination Of(string pem)
    {
        using var key = SigningKey.TryReadPem(pem, out var fault);
        if (key is null)
            return new KeyExamination(fault, null);
        return key.KeyType == "rsa" && key.Bits < PublicKey.MinRsaBits
            ? new KeyExamination(null, $"has {key.Bits} bits: receivers refuse signatures of keys with fewer than {PublicKey.MinRsaBits} (RFC 8301 section 3.2)")
            : default;
    }
}
