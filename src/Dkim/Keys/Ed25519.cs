using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace Amavis.Dkim.Keys;

/// <summary>
/// Ed25519 (RFC 8032) by the OpenSSL library, which the runtime needs itself for all its cryptography; it does not offer this
/// algorithm of its own.
/// </summary>
public static class Ed25519
{
    public const int KeyOctets = 32;
    public const int SignatureOctets = 64;

    private const string Library = "libcrypto";
    private const int AlgorithmNumber = 1087;

    /// <summary>The names under which the library is found: those of OpenSSL 3 and 1.1.</summary>
    private static readonly string[] LibraryNames = ["libcrypto.so.3", "libcrypto.so.1.1", "libcrypto.so"];

    static Ed25519()
    {
        NativeLibrary.SetDllImportResolver(typeof(Ed25519).Assembly, (name, _, _) => name == Library ? Handle.Value : IntPtr.Zero);
    }

    private static readonly Lazy<IntPtr> Handle = new(() =>
    {
        foreach (var name in LibraryNames)
            if (NativeLibrary.TryLoad(name, out var handle))
                return handle;
        return IntPtr.Zero;
    });

    /// <summary>False where OpenSSL is too old or not there.</summary>
    public static bool IsAvailable { get; } = Handle.Value != IntPtr.Zero && NativeLibrary.TryGetExport(Handle.Value, "EVP_PKEY_new_raw_private_key", out _);

    /// <summary>False as well for a key that is none.</summary>
    public static bool Verify(byte[] publicKey, byte[] data, byte[] signature)
    {
        ArgumentNullException.ThrowIfNull(publicKey);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(signature);
        if (publicKey.Length != KeyOctets || signature.Length != SignatureOctets)
            return false;
        using var key = EVP_PKEY_new_raw_public_key(AlgorithmNumber, IntPtr.Zero, publicKey, KeyOctets);
        using var context = EVP_MD_CTX_new();
        if (key.IsInvalid || context.IsInvalid)
            return false;
        return EVP_DigestVerifyInit(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, key) == 1
            && EVP_DigestVerify(context, signature, (nuint)signature.Length, data, (nuint)data.Length) == 1;
    }

    /// <param name="privateKey">The seed of 32 octets.</param>
    /// <exception cref="CryptographicException">The library can't sign.</exception>
    public static byte[] Sign(byte[] privateKey, byte[] data)
    {
        ArgumentNullException.ThrowIfNull(data);
        using var key = ReadPrivate(privateKey);
        using var context = EVP_MD_CTX_new();
        var signature = new byte[SignatureOctets];
        nuint length = SignatureOctets;
        if (context.IsInvalid || EVP_DigestSignInit(context, IntPtr.Zero, IntPtr.Zero, IntPtr.Zero, key) != 1
            || EVP_DigestSign(context, signature, ref length, data, (nuint)data.Length) != 1 || length != SignatureOctets)
            throw new CryptographicException("signing with Ed25519 failed");
        return signature;
    }

    /// <exception cref="CryptographicException">Not 32 octets.</exception>
    public static byte[] PublicKeyOf(byte[] privateKey)
    {
        using var key = ReadPrivate(privateKey);
        var octets = new byte[KeyOctets];
        nuint length = KeyOctets;
        return EVP_PKEY_get_raw_public_key(key, octets, ref length) == 1 ? octets : throw new CryptographicException("not an Ed25519 key");
    }

    private static Key ReadPrivate(byte[] privateKey)
    {
        ArgumentNullException.ThrowIfNull(privateKey);
        if (privateKey.Length != KeyOctets || !IsAvailable)
            throw new CryptographicException("not an Ed25519 key, or none can be used here");
        var key = EVP_PKEY_new_raw_private_key(AlgorithmNumber, IntPtr.Zero, privateKey, KeyOctets);
        return key.IsInvalid ? throw new CryptographicException("not an Ed25519 key") : key;
    }

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Key EVP_PKEY_new_raw_public_key(int type, IntPtr engine, byte[] key, nuint length);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Key EVP_PKEY_new_raw_private_key(int type, IntPtr engine, byte[] key, nuint length);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_PKEY_get_raw_public_key(Key key, byte[] octets, ref nuint length);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EVP_PKEY_free(IntPtr key);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Context EVP_MD_CTX_new();

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EVP_MD_CTX_free(IntPtr context);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_DigestVerifyInit(Context context, IntPtr keyContext, IntPtr digest, IntPtr engine, Key key);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_DigestVerify(Context context, byte[] signature, nuint signatureLength, byte[] data, nuint dataLength);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_DigestSignInit(Context context, IntPtr keyContext, IntPtr digest, IntPtr engine, Key key);

    [DllImport(Library), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int EVP_DigestSign(Context context, byte[] signature, ref nuint signatureLength, byte[] data, nuint dataLength);

    private sealed class Key() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            EVP_PKEY_free(handle);
            return true;
        }
    }

    private sealed class Context() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
    {
        protected override bool ReleaseHandle()
        {
            EVP_MD_CTX_free(handle);
            return true;
        }
    }
}
