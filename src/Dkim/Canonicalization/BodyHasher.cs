using System.Security.Cryptography;

namespace Amavis.Dkim.Canonicalization;

/// <summary>
/// SHA-256 of a message body in a canonical form, over pieces cut anywhere (RFC 6376 §3.4.3, §3.4.4). A lone CR or LF is an octet like
/// any other.
/// </summary>
public sealed class BodyHasher : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly BodyCanonicalizer _canonicalizer;
    private readonly long _limit;

    /// <param name="limit">Octets of the canonical form that are hashed, the tag l=; null: all.</param>
    public BodyHasher(CanonicalForm form, long? limit)
    {
        _limit = limit ?? long.MaxValue;
        _canonicalizer = new BodyCanonicalizer(form, Take);
    }

    /// <summary>Octets of the canonical form, hashed or not.</summary>
    public long Octets { get; private set; }

    /// <summary>Octets beyond the limit.</summary>
    public long UnsignedOctets => Math.Max(0, Octets - _limit);

    public void Write(ReadOnlySpan<byte> octets) => _canonicalizer.Write(octets);

    /// <summary>Ends the body; nothing can be written after it.</summary>
    public byte[] Finish()
    {
        _canonicalizer.Finish();
        return _hash.GetHashAndReset();
    }

    public void Dispose() => _hash.Dispose();

    private void Take(ReadOnlySpan<byte> octets)
    {
        var left = Math.Max(0, _limit - Octets);
        Octets += octets.Length;
        _hash.AppendData(octets.Length > left ? octets[..(int)left] : octets);
    }
}
