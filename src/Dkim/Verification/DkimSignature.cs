using System.Globalization;
using System.Text;
using Amavis.Core.Addresses;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Tags;

namespace Amavis.Dkim.Verification;

/// <summary>What a signature field says of itself (RFC 6376 §3.5), with everything checked that needs neither key nor message.</summary>
public sealed record DkimSignature
{
    /// <summary>Names listed in h=; more sign nothing more.</summary>
    public const int MaxFields = 1000;

    public required SigningAlgorithm Algorithm { get; init; }
    public required byte[] Signature { get; init; }
    public required byte[] BodyHash { get; init; }
    public CanonicalForm HeaderForm { get; init; }
    public CanonicalForm BodyForm { get; init; }
    /// <summary>d=, lower case, A-labels.</summary>
    public required string Domain { get; init; }
    /// <summary>s=, lower case, A-labels.</summary>
    public required string Selector { get; init; }
    /// <summary>i= as written; empty: not given, which stands for the domain.</summary>
    public string Identity { get; init; } = "";
    /// <summary>Domain of i=, as <see cref="Domain"/>; without i= the same.</summary>
    public required string IdentityDomain { get; init; }
    /// <summary>h=, in order, as written.</summary>
    public required IReadOnlyList<string> Fields { get; init; }
    /// <summary>l=; null: all of the body is signed.</summary>
    public long? BodyLength { get; init; }
    /// <summary>t=; null: not given.</summary>
    public DateTimeOffset? SignedAt { get; init; }
    /// <summary>x=; null: never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    /// <summary>b= without white space.</summary>
    public required string SignatureText { get; init; }

    /// <summary>Where the key is published.</summary>
    public string KeyName => Selector + "._domainkey." + Domain;

    /// <summary>Null, with the fault, for a field that is no signature that could be verified.</summary>
    /// <param name="body">The field after its colon, folded or not.</param>
    public static DkimSignature? TryParse(ReadOnlySpan<byte> body, out string fault)
    {
        if (TagList.TryParse(Encoding.UTF8.GetString(body), out fault) is not { } tags)
            return null;
        if (tags["v"] != "1")
        {
            fault = tags["v"] is null ? "tag v= is missing" : "of another version";
            return null;
        }
        return TryRead(tags, isArc: false, out fault);
    }

    /// <summary>An ARC-Message-Signature (RFC 8617 §4.1.2), where i= is an instance and no v= stands.</summary>
    internal static DkimSignature? TryReadArc(TagList tags, out string fault) => TryRead(tags, isArc: true, out fault);

    private static DkimSignature? TryRead(TagList tags, bool isArc, out string fault)
    {
        fault = Missing(tags) ?? "";
        if (fault.Length > 0)
            return null;
        var reader = new Reader(tags);
        var fields = reader.Fields(isArc);
        var domain = reader.Domain("d");
        var signature = new DkimSignature
        {
            Algorithm = reader.Algorithm(),
            Signature = reader.Base64("b"),
            BodyHash = reader.Base64("bh"),
            HeaderForm = reader.Form(0),
            BodyForm = reader.Form(1),
            Domain = domain,
            Selector = reader.Domain("s"),
            Identity = isArc ? "" : tags["i"] ?? "",
            IdentityDomain = isArc ? domain : reader.IdentityDomain(domain),
            Fields = fields,
            BodyLength = reader.Number("l", 76),
            SignedAt = reader.Time("t"),
            ExpiresAt = reader.Time("x"),
            SignatureText = tags.Packed("b") ?? "",
        };
        reader.CheckQuery();
        // ARC does not ask for it: a chain tells who handled the message, not who wrote it.
        if (!isArc && !fields.Contains("from", StringComparer.OrdinalIgnoreCase))
            reader.Say("the From field is not signed");
        fault = reader.Fault;
        return fault.Length == 0 ? signature : null;
    }

    private static string? Missing(TagList tags)
    {
        foreach (var name in (string[])["a", "b", "bh", "d", "h", "s"])
            if (tags[name] is null)
                return $"tag {name}= is missing";
        return null;
    }

    /// <summary>Domain and selector of a field that is no good otherwise, for reports; empty where they are none.</summary>
    public static (string Domain, string Selector) Names(ReadOnlySpan<byte> body)
    {
        if (TagList.TryParse(Encoding.UTF8.GetString(body), out _) is not { } tags)
            return ("", "");
        return (SignatureNames.Normalize(tags["d"] ?? "") ?? "", SignatureNames.Normalize(tags["s"] ?? "") ?? "");
    }

    /// <summary>Reads values and keeps the first fault.</summary>
    private sealed class Reader(TagList tags)
    {
        /// <summary>Seconds beyond which no time is meant.</summary>
        private const long LatestSecond = 253_402_300_799;

        public string Fault { get; private set; } = "";

        public void Say(string fault)
        {
            if (Fault.Length == 0)
                Fault = fault;
        }

        public SigningAlgorithm Algorithm()
        {
            if (SigningAlgorithms.FromTag(tags["a"] ?? "") is { } known)
                return known;
            Say("an algorithm that is not known");
            return SigningAlgorithm.RsaSha256;
        }

        public byte[] Base64(string name)
        {
            if (TagList.FromBase64(tags.Packed(name) ?? "") is { Length: > 0 } octets)
                return octets;
            Say($"tag {name}= is not base64");
            return [];
        }

        /// <param name="index">0: header, 1: body.</param>
        public CanonicalForm Form(int index)
        {
            var forms = (tags["c"] ?? "simple/simple").Split('/', StringSplitOptions.TrimEntries);
            if (forms.Length > 2)
                Say("tag c= can't be understood");
            switch (index < forms.Length ? forms[index].ToLowerInvariant() : "simple")
            {
                case "simple":
                    return CanonicalForm.Simple;
                case "relaxed":
                    return CanonicalForm.Relaxed;
                default:
                    Say("tag c= can't be understood");
                    return CanonicalForm.Simple;
            }
        }

        public string Domain(string name)
        {
            if (SignatureNames.Normalize(tags[name] ?? "") is { } domain)
                return domain;
            Say($"tag {name}= is not a domain name");
            return "";
        }

        public string IdentityDomain(string domain)
        {
            if (tags["i"] is not { } identity)
                return domain;
            var own = identity.LastIndexOf('@') is var at and >= 0 ? SignatureNames.Normalize(identity[(at + 1)..]) : null;
            if (own is null)
                Say("tag i= is not an address");
            else if (own != domain && !own.EndsWith("." + domain, StringComparison.Ordinal))
                Say("the domain of i= is outside of d=");
            return own ?? "";
        }

        /// <param name="skipsEmpty">Names of no length are passed over instead of being a fault.</param>
        public IReadOnlyList<string> Fields(bool skipsEmpty)
        {
            var fields = tags.Parts("h") ?? [];
            if (skipsEmpty)
                fields = [.. fields.Where(f => f.Length > 0)];
            if (fields.Count > MaxFields || fields.Any(f => f.Length == 0 || f.AsSpan().ContainsAnyExceptInRange('!', '~')))
                Say("tag h= can't be understood");
            return fields;
        }

        public long? Number(string name, int maxDigits)
        {
            if (tags[name] is not { } text)
                return null;
            if (text.Length is 0 || text.Length > maxDigits || text.AsSpan().ContainsAnyExceptInRange('0', '9'))
                Say($"tag {name}= is not a number");
            return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
        }

        public DateTimeOffset? Time(string name) =>
            Number(name, 12) is { } seconds ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, LatestSecond)) : null;

        public void CheckQuery()
        {
            // "dns" alone was said before RFC 4871.
            if (tags.Parts("q") is { } methods && !methods.Any(m => m.Equals("dns/txt", StringComparison.OrdinalIgnoreCase) || m.Equals("dns", StringComparison.OrdinalIgnoreCase)))
                Say("the key is not in the DNS");
        }
    }
}
