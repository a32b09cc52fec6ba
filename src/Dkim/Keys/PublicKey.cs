using System.Security.Cryptography;

namespace Amavis.Dkim.Keys;

/// <summary>A key that signatures are verified with.</summary>
public abstract class PublicKey : IDisposable
{
    /// <summary>RSA keys below are refused (RFC 8301 §3.2).</summary>
    public const int MinRsaBits = 1024;

    /// <summary>RSA keys above are refused: they cost more than they give.</summary>
    public const int MaxRsaBits = 8192;

    /// <summary>Length of the modulus; 256 for Ed25519.</summary>
    public abstract int Bits { get; }

    /// <summary>Bits of an RSA key that is about as hard to break.</summary>
    public abstract int RsaStrength { get; }

    /// <param name="hash">SHA-256 of what is signed.</param>
    public abstract bool Verifies(ReadOnlySpan<byte> hash, byte[] signature);

    public abstract void Dispose();

    /// <summary>Null, with the fault, for octets that are no usable key.</summary>
    public static PublicKey? TryRead(string keyType, byte[] octets, out string fault)
    {
        ArgumentNullException.ThrowIfNull(octets);
        switch (keyType)
        {
            case "rsa":
                return RsaKey.TryRead(octets, out fault);
            case "ed25519" when !Ed25519.IsAvailable:
                fault = "Ed25519 is not available on this machine";
                return null;
            case "ed25519" when octets.Length == Ed25519.KeyOctets:
                fault = "";
                return new Ed25519Key(octets);
            default:
                fault = "the public key can't be read";
                return null;
        }
    }

    private sealed class RsaKey(RSA rsa) : PublicKey
    {
        public override int Bits { get; } = rsa.KeySize;

        public override int RsaStrength => Bits;

        public override bool Verifies(ReadOnlySpan<byte> hash, byte[] signature)
        {
            try
            {
                return rsa.VerifyHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
            catch (CryptographicException)
            {
                // A key with numbers nobody can calculate with.
                return false;
            }
        }

        public override void Dispose() => rsa.Dispose();

        /// <summary>A SubjectPublicKeyInfo as everybody publishes it, or the bare RSAPublicKey that RFC 6376 §3.6.1 speaks of.</summary>
        public static RsaKey? TryRead(byte[] octets, out string fault)
        {
            var rsa = RSA.Create();
            if (!TryImport(() => rsa.ImportSubjectPublicKeyInfo(octets, out _)) && !TryImport(() => rsa.ImportRSAPublicKey(octets, out _)))
                fault = "the public key can't be read";
            else if (rsa.KeySize < MinRsaBits)
                fault = $"the key is too short: {rsa.KeySize} bits";
            else if (rsa.KeySize > MaxRsaBits)
                fault = $"the key is too long: {rsa.KeySize} bits";
            else
                fault = "";
            if (fault.Length == 0)
                return new RsaKey(rsa);
            rsa.Dispose();
            return null;
        }

        private static bool TryImport(Action import)
        {
            try
            {
                import();
                return true;
            }
            catch (CryptographicException)
            {
                return false;
            }
        }
    }

    private sealed class Ed25519Key(byte[] octets) : PublicKey
    {
        public override int Bits => Ed25519.KeyOctets * 8;

        public override int RsaStrength => 3072;

        public override bool Verifies(ReadOnlySpan<byte> hash, byte[] signature) => Ed25519.Verify(octets, hash.ToArray(), signature);

        public override void Dispose()
        {
        }
    }
}
