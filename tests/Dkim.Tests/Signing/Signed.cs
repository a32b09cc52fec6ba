using System.Collections.Frozen;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Signing;
using Amavis.Mime.Headers;
using Amavis.Testing;

namespace Amavis.Dkim.Tests.Signing;

/// <summary>Keys, settings and signed mail for tests.</summary>
internal static class Signed
{
    public const string Mail =
        "Received: from a by b;\n Sun, 22 Nov 2026 11:00:00 +0000\nFrom: \"The  Author\" <author@example.com>\nTo: somebody@example.net\n"
        + "Subject: a subject\nDate: Sun, 22 Nov 2026 11:00:00 +0000\nMessage-ID: <1@example.com>\nMIME-Version: 1.0\n\nHello,\n\nthis is \t text.\n\n\n";

    public static readonly SigningKey Rsa = SigningKey.GenerateRsa(1024);
    public static readonly SigningKey Edwards = SigningKey.GenerateEd25519();

    public static DkimKeySettings Key(string domain = "example.com", string selector = "s1", SigningKey? key = null, params (string Tag, string Value)[] tags) =>
        new(domain, domain.Contains('*') ? new System.Text.RegularExpressions.Regex("^" + domain.Replace(".", "\\.").Replace("*", ".*") + "$") : null, selector, "key.pem",
            (key ?? Rsa).ToPem(), tags.ToFrozenDictionary(t => t.Tag, t => t.Value));

    public static ZoneResolver Zone(string domain = "example.com", string selector = "s1", SigningKey? key = null, string tags = "v=DKIM1; ")
    {
        key ??= Rsa;
        return new ZoneResolver().AddText($"{selector}._domainkey.{domain}", $"{tags}k={key.KeyType}; p={Convert.ToBase64String(key.PublicKey)}");
    }

    public static LookupMaps Options(params (string Address, (string, string?)[] Tags)[] entries) =>
        new([new HashTable(entries.Select(e => KeyValuePair.Create<string, LookupValue?>(e.Address, new LookupValue(e.Tags.ToDictionary(t => t.Item1, t => t.Item2)))))]);

    public static IReadOnlyList<SignatureOrder> Choose(string mail, IReadOnlyList<DkimKeySettings> keys, LookupMaps? options = null, string sender = "bounce@example.com") =>
        SignerChooser.Choose(SignerChooser.Candidates(HeaderSection.Parse(Octets.Crlf(mail)), MailAddress.FromUnquoted(sender)), options ?? LookupMaps.Empty,
            AddressRules.Default, KeyRing.Of(keys), [], out _);

    /// <summary>The message with its signatures on top.</summary>
    public static async Task<byte[]> SignAsync(byte[] mail, IReadOnlyList<SignatureOrder> orders, FrozenDictionary<string, int>? fields = null, bool withoutTopReceived = false)
    {
        var made = await MessageSigner.SignAsync(
            new InMemoryMessage(mail), orders, fields ?? Settings.DefaultSignedHeaderFields, withoutTopReceived, DkimCase.Now, MessageSigner.WithKey, CancellationToken.None);
        return [.. System.Text.Encoding.UTF8.GetBytes(string.Concat(made.Select(m => m.Field))), .. mail];
    }

    public static Task<byte[]> SignAsync(string mail = Mail, LookupMaps? options = null, SigningKey? key = null) =>
        SignAsync(Octets.Crlf(mail), Choose(mail, [Key(key: key)], options));
}
