using System.Globalization;
using System.Text;

namespace Amavis.Dkim.Signing;

/// <summary>The DNS record that the public half of a declared key is published with (RFC 6376 §3.6.1).</summary>
public static class PublishedRecord
{
    /// <summary>Order of the tags before p=.</summary>
    private static readonly string[] Order = ["v", "g", "h", "k", "s", "t", "n"];

    /// <summary>Where it stands, without a dot at the end.</summary>
    public static string NameOf(DeclaredKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return $"{key.Selector}._domainkey.{key.Settings.Domain}";
    }

    /// <summary>Everything before the key: <c>v=DKIM1; p=</c> and the tags declared.</summary>
    public static string TagsOf(DeclaredKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var tags = new StringBuilder();
        foreach (var name in Order)
            if (ValueOf(key, name) is { } value)
                tags.Append(name).Append('=').Append(name == "n" ? QuotedPrintable(value) : value).Append("; ");
        return tags.Append("p=").ToString();
    }

    /// <summary>The value of p=.</summary>
    public static string PublicKeyOf(DeclaredKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Convert.ToBase64String(key.Key.PublicKey);
    }

    /// <summary>RSA is what a record without k= means; any other kind has to be told.</summary>
    private static string? ValueOf(DeclaredKey key, string name)
    {
        if (key.Settings.Tags.TryGetValue(name, out var declared))
            return declared;
        return name switch
        {
            "v" => "DKIM1",
            "k" when key.Key.KeyType != "rsa" => key.Key.KeyType,
            _ => null,
        };
    }

    /// <summary>Notes may hold anything (RFC 6376 §3.6.1: dkim-qp-section), also what would end the tag or a string of a zone file.</summary>
    private static string QuotedPrintable(string text)
    {
        var quoted = new StringBuilder(text.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (octet is >= (byte)' ' and < 0x7f and not ((byte)'=' or (byte)';' or (byte)'"' or (byte)'\\'))
                quoted.Append((char)octet);
            else
                quoted.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
        }
        return quoted.ToString();
    }
}
