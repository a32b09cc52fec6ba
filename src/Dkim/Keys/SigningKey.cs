using System.Collections.Concurrent;
using System.Formats.Asn1;
using System.Security.Cryptography;

namespace Amavis.Dkim.Keys;

/// <summary>A private key. Safe for several threads at once.</summary>
public abstract class SigningKey : IDisposable
{
    private const string Ed25519Oid = "1.3.101.112";
    private const string RsaOid = "1.2.840.113549.1.1.1";

    /// <summary>rsa or ed25519.</summary>
    public abstract string KeyType { get; }

    public abstract int Bits { get; }

    /// <summary>As in the tag p= of the key record: SubjectPublicKeyInfo for RSA, the bare key for Ed25519 (RFC 8463 §4).</summary>
    public abstract byte[] PublicKey { get; }

    /// <summary>Signs a SHA-256 hash.</summary>
    public abstract byte[] Sign(ReadOnlySpan<byte> hash);

    /// <summary>PEM of PKCS #8, or of PKCS #1 for RSA as other mail programs write it.</summary>
    public abstract string ToPem();

    public abstract void Dispose();

    /// <param name="bits">512 to 4096, a multiple of 8.</param>
    public static SigningKey GenerateRsa(int bits)
    {
        using var rsa = RSA.Create(bits);
        return new RsaSigningKey(rsa.ExportRSAPrivateKey());
    }

    /// <exception cref="CryptographicException">Ed25519 is not available on this machine.</exception>
    public static SigningKey GenerateEd25519() => new Ed25519SigningKey(RandomNumberGenerator.GetBytes(Ed25519.KeyOctets));

    /// <summary>Reads the first private key of a PEM text, as openssl and opendkim-genkey write them. Null, with the fault, where there is none.</summary>
    public static SigningKey? TryReadPem(string pem, out string fault)
    {
        ArgumentNullException.ThrowIfNull(pem);
        fault = "holds no private key in PEM form";
        for (var rest = pem.AsSpan(); PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var label = rest[fields.Label];
            var octets = new byte[fields.DecodedDataLength];
            if (!Convert.TryFromBase64Chars(rest[fields.Base64Data], octets, out _))
                return null;
            try
            {
                switch (label)
                {
                    case "RSA PRIVATE KEY" when rest[fields.Location].Contains("ENCRYPTED", StringComparison.Ordinal):
                    case "ENCRYPTED PRIVATE KEY":
                        fault = "holds an encrypted key; it must be usable without a pass phrase";
                        return null;
                    case "RSA PRIVATE KEY":
                        return new RsaSigningKey(octets);
                    case "PRIVATE KEY":
                        return ReadPkcs8(octets, ref fault);
                }
            }
            catch (Exception e) when (e is CryptographicException or AsnContentException)
            {
                fault = "holds a private key that can't be read";
                return null;
            }
        }
        return null;
    }

    private static SigningKey? ReadPkcs8(byte[] octets, ref string fault)
    {
        var info = new AsnReader(octets, AsnEncodingRules.BER).ReadSequence();
        info.ReadInteger();
        var algorithm = info.ReadSequence().ReadObjectIdentifier();
        var key = info.ReadOctetString();
        switch (algorithm)
        {
            case RsaOid:
                return new RsaSigningKey(key);
            case Ed25519Oid when Ed25519.IsAvailable:
                return new Ed25519SigningKey(new AsnReader(key, AsnEncodingRules.BER).ReadOctetString());
            default:
                fault = $"holds a private key of an algorithm that can't be used ({algorithm}); RSA and Ed25519 can";
                return null;
        }
    }

    private sealed class RsaSigningKey : SigningKey
    {
        private readonly byte[] _octets;
        /// <summary>One for each signature being made: instances are not promised to be safe for several threads.</summary>
        private readonly ConcurrentBag<RSA> _idle = [];

        /// <exception cref="CryptographicException">Not an RSAPrivateKey.</exception>
        public RsaSigningKey(byte[] octets)
        {
            _octets = octets;
            var rsa = Import();
            Bits = rsa.KeySize;
            PublicKey = rsa.ExportSubjectPublicKeyInfo();
            _idle.Add(rsa);
        }

        public override string KeyType => "rsa";

        public override int Bits { get; }

        public override byte[] PublicKey { get; }

        public override byte[] Sign(ReadOnlySpan<byte> hash)
        {
            var rsa = _idle.TryTake(out var idle) ? idle : Import();
            try
            {
                return rsa.SignHash(hash.ToArray(), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            }
            finally
            {
                _idle.Add(rsa);
            }
        }

        public override string ToPem() => PemEncoding.WriteString("RSA PRIVATE KEY", _octets) + "\n";

        public override void Dispose()
        {
            while (_idle.TryTake(out var rsa))
                rsa.Dispose();
        }

        private RSA Import()
        {
            var rsa = RSA.Create();
            try
            {
                rsa.ImportRSAPrivateKey(_octets, out _);
                return rsa;
            }
            catch
            {
                rsa.Dispose();
                throw;
            }
        }
    }

    private sealed class Ed25519SigningKey(byte[] seed) : SigningKey
    {
        public override string KeyType => "ed25519";

        public override int Bits => Ed25519.KeyOctets * 8;

        public override byte[] PublicKey { get; } = Ed25519.PublicKeyOf(seed);

        public override byte[] Sign(ReadOnlySpan<byte> hash) => Ed25519.Sign(seed, hash.ToArray());

        /// <summary>RFC 8410 §7.</summary>
        public override string ToPem()
        {
            var inner = new AsnWriter(AsnEncodingRules.DER);
            inner.WriteOctetString(seed);
            var outer = new AsnWriter(AsnEncodingRules.DER);
            using (outer.PushSequence())
            {
                outer.WriteInteger(0);
                using (outer.PushSequence())
                    outer.WriteObjectIdentifier(Ed25519Oid);
                outer.WriteOctetString(inner.Encode());
            }
            return PemEncoding.WriteString("PRIVATE KEY", outer.Encode()) + "\n";
        }

        public override void Dispose()
        {
        }
    }
}
