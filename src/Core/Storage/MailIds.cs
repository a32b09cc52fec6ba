using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Amavis.Core.Storage;

/// <summary>
/// The pair of ids of a message: <c>mail_id</c> names it everywhere and for good, <c>secret_id</c> is the ticket that
/// authorises its release. The first is a digest of the second, so a release can be checked without any storage.
/// </summary>
public static class MailIds
{
    /// <summary>Bits a mail_id has when the configuration does not say.</summary>
    public const int DefaultBits = 72;

    /// <summary>Bits of the digest that both ids are cut from.</summary>
    private const int DigestBits = 128;

    /// <summary>Characters of a mail_id of amavisd-new up to 2.6.</summary>
    private const int LegacyLength = 12;

    /// <summary>Shortest mail_id that proves anything: a digest cut to less is guessed.</summary>
    private const int MinLength = 4;

    /// <summary>Longest id looked at; more is not an id.</summary>
    private const int MaxLength = 64;

    /// <summary>A fresh pair.</summary>
    /// <param name="bits">Size of both, a multiple of 24 from 24 to 120.</param>
    public static (string MailId, string SecretId) Create(int bits = DefaultBits)
    {
        if (bits is < 24 or > DigestBits || bits % 24 != 0)
            throw new ArgumentOutOfRangeException(nameof(bits), bits, "a multiple of 24, from 24 to 120");
        Span<byte> secret = stackalloc byte[bits / 8];
        while (true)
        {
            RandomNumberGenerator.Fill(secret);
            var mailId = Digest(secret, bits / 6);
            // Ids stand at the ends of file names and of words in logs: a dash or underline there gets lost.
            if (char.IsAsciiLetterOrDigit(mailId[0]) && char.IsAsciiLetterOrDigit(mailId[^1]))
                return (mailId, Base64Url.EncodeToString(secret));
        }
    }

    /// <summary>
    /// Does the ticket belong to the message? Takes ids of any size, where amavisd-new only ever compared 12 characters, and
    /// pairs made by amavisd-new up to 2.6. The time taken does not depend on where the ids differ.
    /// </summary>
    public static bool Verify(string mailId, string secretId)
    {
        ArgumentNullException.ThrowIfNull(mailId);
        ArgumentNullException.ThrowIfNull(secretId);
        mailId = mailId.TrimEnd('=');
        if (mailId.Length is < MinLength or > MaxLength || secretId.Length is 0 or > MaxLength)
            return false;
        return (!secretId.Contains('+') && IsCurrentPair(mailId, secretId)) || (!secretId.Contains('_') && IsLegacyPair(mailId, secretId));
    }

    private static bool IsCurrentPair(string mailId, string secretId)
    {
        Span<byte> secret = stackalloc byte[MaxLength];
        if (Base64Url.DecodeFromChars(secretId, secret, out _, out var written) != OperationStatus.Done || written == 0)
            return false;
        return SameText(Digest(secret[..written], mailId.Length), mailId);
    }

    /// <summary>Up to 2.6: the digest of the secret's text, in the ordinary base64 alphabet with the slash replaced.</summary>
    private static bool IsLegacyPair(string mailId, string secretId)
    {
        if (mailId.Length != LegacyLength)
            return false;
        var text = Convert.ToBase64String(MD5.HashData(Encoding.UTF8.GetBytes(secretId)))[..LegacyLength].Replace('/', '-');
        return SameText(text, mailId);
    }

    private static string Digest(ReadOnlySpan<byte> secret, int length)
    {
        Span<byte> digest = stackalloc byte[DigestBits / 8];
        MD5.HashData(secret, digest);
        var text = Base64Url.EncodeToString(digest);
        return length >= text.Length ? text : text[..length];
    }

    private static bool SameText(string a, string b) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(a), Encoding.UTF8.GetBytes(b));
}
