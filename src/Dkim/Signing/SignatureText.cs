using System.Globalization;
using System.Text;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;

namespace Amavis.Dkim.Signing;

/// <summary>Writes signature fields, folded with LF at 76 columns.</summary>
internal static class SignatureText
{
    public const string Name = "DKIM-Signature";

    /// <summary>Everything up to and including <c>b=</c>, which is last.</summary>
    public static string Unsigned(SignatureOrder order, IReadOnlyList<string> fields, byte[] bodyHash, DateTimeOffset receivedAt)
    {
        var options = order.Options;
        var text = new TagFolder(Name.Length + 2);
        text.Tag("v=1");
        text.Tag("a=" + order.Algorithm.Tag());
        if (options.HeaderForm != CanonicalForm.Simple || options.BodyForm != CanonicalForm.Simple)
            text.Tag($"c={Form(options.HeaderForm)}/{Form(options.BodyForm)}");
        text.Tag("d=" + order.Domain);
        text.Tag("s=" + order.Selector);
        if (order.Identity is { } identity)
            text.Tag("i=" + Quoted(identity));
        var seconds = receivedAt.ToUnixTimeMilliseconds() / 1000.0;
        text.Tag(string.Create(CultureInfo.InvariantCulture, $"t={Math.Floor(seconds):0}"));
        if (options.TimeToLive is { } life)
            text.Tag(string.Create(CultureInfo.InvariantCulture, $"x={Math.Ceiling(seconds + life.TotalSeconds):0}"));
        text.List("h=", fields);
        text.Tag("bh=" + Convert.ToBase64String(bodyHash));
        text.Word("b=");
        return text.ToString();
    }

    public static string WithSignature(string unsigned, byte[] signature)
    {
        var text = new StringBuilder(unsigned);
        var column = unsigned.Length - unsigned.LastIndexOf('\n') - 1;
        foreach (var c in Convert.ToBase64String(signature))
        {
            if (column >= TagFolder.Columns)
            {
                text.Append("\n ");
                column = 1;
            }
            text.Append(c);
            column++;
        }
        return text.ToString();
    }

    private static string Form(CanonicalForm form) => form == CanonicalForm.Simple ? "simple" : "relaxed";

    /// <summary>RFC 6376 §2.11.</summary>
    private static string Quoted(string identity)
    {
        var text = new StringBuilder(identity.Length);
        foreach (var octet in Encoding.UTF8.GetBytes(identity))
        {
            if (octet is > 0x20 and < 0x7f and not ((byte)'=' or (byte)';'))
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
        }
        return text.ToString();
    }
}
