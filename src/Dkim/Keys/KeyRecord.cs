using Amavis.Dkim.Tags;

namespace Amavis.Dkim.Keys;

/// <summary>A public key as published in the DNS (RFC 6376 §3.6.1). The tag g= of RFC 4871 no longer means anything.</summary>
public sealed record KeyRecord
{
    /// <summary>Characters of a record worth reading: an RSA key of 16384 bits has 3000.</summary>
    public const int MaxLength = 8192;

    /// <summary>rsa, ed25519 or another, in lower case.</summary>
    public required string KeyType { get; init; }

    /// <summary>The key; empty: it was revoked.</summary>
    public required byte[] Key { get; init; }

    /// <summary>Hash algorithms it may be used with; null: any.</summary>
    public IReadOnlyList<string>? Hashes { get; init; }

    /// <summary>May be used for mail.</summary>
    public bool ForMail { get; init; } = true;

    /// <summary>t=y: the domain tries DKIM out.</summary>
    public bool IsTest { get; init; }

    /// <summary>t=s: i= must have exactly the domain of d=.</summary>
    public bool IsStrict { get; init; }

    /// <summary>Null for what is no key record; the fault says why.</summary>
    /// <param name="text">All strings of the record joined.</param>
    public static KeyRecord? TryParse(string text, out string fault)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > MaxLength)
        {
            fault = "the key record is too long";
            return null;
        }
        if (TagList.TryParse(text, out fault) is not { } tags)
            return null;
        if (tags["v"] is { } version && (version != "DKIM1" || tags.Tags[0].Name != "v"))
        {
            fault = "the key record is of another version";
            return null;
        }
        if (tags.Packed("p") is not { } packed || TagList.FromBase64(packed) is not { } key)
        {
            fault = "the key record holds no key";
            return null;
        }
        var services = tags.Parts("s");
        var flags = tags.Parts("t");
        return new KeyRecord
        {
            KeyType = tags["k"]?.ToLowerInvariant() ?? "rsa",
            Key = key,
            Hashes = tags.Parts("h")?.Select(h => h.ToLowerInvariant()).ToList(),
            ForMail = services is null || services.Contains("*") || services.Contains("email", StringComparer.OrdinalIgnoreCase),
            IsTest = flags is not null && flags.Contains("y", StringComparer.OrdinalIgnoreCase),
            IsStrict = flags is not null && flags.Contains("s", StringComparer.OrdinalIgnoreCase),
        };
    }

    /// <summary>Why the key can't have made a signature; null: it can.</summary>
    public string? Objection(SigningAlgorithm algorithm)
    {
        if (KeyType != algorithm.KeyType())
            return $"the key is not for {algorithm.Tag()}";
        if (Hashes is not null && !Hashes.Contains("sha256"))
            return "the key may not be used with sha256";
        if (!ForMail)
            return "the key is not for mail";
        return Key.Length == 0 ? "the key was revoked" : null;
    }
}
