using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Amavis.Data.Console;

/// <summary>
/// Makes password hashes in the third form of ASP.NET Core Identity (PBKDF2 with HMAC-SHA512), so that a command line without that
/// framework can set what the console verifies.
/// </summary>
public static class PasswordText
{
    /// <summary>Shortest password accepted from people, in characters.</summary>
    public const int MinLength = 8;

    /// <summary>Longest, in characters: hashing must not be made to work on megabytes.</summary>
    public const int MaxLength = 256;

    /// <summary>Rounds of PBKDF2; the console asks for the same number.</summary>
    public const int Iterations = 210_000;

    private const int SaltOctets = 16;
    private const int KeyOctets = 32;
    private const int HeaderOctets = 13;

    public static string Hash(string password)
    {
        ArgumentException.ThrowIfNullOrEmpty(password);
        var octets = new byte[HeaderOctets + SaltOctets + KeyOctets];
        octets[0] = 0x01;                                                        // third form
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(1), 2);              // HMAC-SHA512
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(5), Iterations);
        BinaryPrimitives.WriteUInt32BigEndian(octets.AsSpan(9), SaltOctets);
        var salt = octets.AsSpan(HeaderOctets, SaltOctets);
        RandomNumberGenerator.Fill(salt);
        Rfc2898DeriveBytes.Pbkdf2(password, salt, octets.AsSpan(HeaderOctets + SaltOctets), Iterations, HashAlgorithmName.SHA512);
        return Convert.ToBase64String(octets);
    }

    /// <summary>A new password of 20 letters and digits that can't be mistaken for each other, about 117 bits.</summary>
    public static string Random() => RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20);
}
