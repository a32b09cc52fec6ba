using System.Globalization;
using System.Text;
using Amavis.Dkim.Canonicalization;
using Amavis.Dkim.Tags;
using Amavis.Dkim.Verification;
using Amavis.Mime.Headers;

namespace Amavis.Authentication.Arc;

/// <summary>The seal of an instance (RFC 8617 §4.1.3).</summary>
/// <param name="ChainStatus">cv=: none, pass or fail.</param>
internal sealed record ArcSeal(HeaderField Field, Dkim.Keys.SigningAlgorithm Algorithm, byte[] Signature, string Domain, string Selector, string ChainStatus)
{
    public string KeyName => Selector + "._domainkey." + Domain;
}

/// <summary>The three fields that one handler has added (§4.2).</summary>
/// <param name="Readings">The signature; where it says nothing of its canonical form, which signers take for the simple or the relaxed one, in both.</param>
internal sealed record ArcSet(int Instance, HeaderField Results, HeaderField MessageField, IReadOnlyList<DkimSignature> Readings, ArcSeal Seal)
{
    public DkimSignature Message => Readings[0];

    public const int MaxInstances = 50;

    private const string ResultsName = "ARC-Authentication-Results";
    private const string MessageName = "ARC-Message-Signature";
    private const string SealName = "ARC-Seal";

    /// <summary>All sets from the first on. Empty with a fault: there are fields, but no chain; empty without: there are none.</summary>
    public static IReadOnlyList<ArcSet> ReadAll(HeaderSection header, out string fault)
    {
        fault = "";
        var (results, messages, seals) = (header.All(ResultsName).ToList(), header.All(MessageName).ToList(), header.All(SealName).ToList());
        if (results.Count + messages.Count + seals.Count == 0)
            return [];
        if (results.Count != seals.Count || messages.Count != seals.Count)
            fault = "the sets are not complete";
        else if (seals.Count > MaxInstances)
            fault = $"more than {MaxInstances} sets";
        var sets = new List<ArcSet>();
        for (var instance = 1; instance <= seals.Count && fault.Length == 0; instance++)
        {
            var number = instance;
            if (One(results, f => InstanceOfResults(f) == number) is { } result && One(messages, f => InstanceOf(f) == number) is { } message && One(seals, f => InstanceOf(f) == number) is { } seal)
                Add(sets, number, result, message, seal, ref fault);
            else
                fault = $"set {instance} is not there once";
        }
        return fault.Length == 0 ? sets : [];
    }

    private static void Add(List<ArcSet> sets, int instance, HeaderField results, HeaderField message, HeaderField sealField, ref string fault)
    {
        if (Tags(message, out fault) is not { } tags || DkimSignature.TryReadArc(tags, out fault) is not { } signature)
            fault = $"{MessageName} {instance}: {fault}";
        else if (signature.Fields.Any(f => f.Equals(SealName, StringComparison.OrdinalIgnoreCase)))
            fault = $"{MessageName} {instance} signs a seal";
        else if (ReadSeal(sealField, out fault) is not { } seal)
            fault = $"{SealName} {instance}: {fault}";
        else
            sets.Add(new ArcSet(instance, results, message, tags["c"] is null ? [signature, signature with { HeaderForm = CanonicalForm.Relaxed, BodyForm = CanonicalForm.Relaxed }] : [signature], seal));
    }

    private static ArcSeal? ReadSeal(HeaderField field, out string fault)
    {
        if (Tags(field, out fault) is not { } tags)
            return null;
        var missing = Array.Find((string[])["a", "b", "cv", "d", "i", "s"], name => tags[name] is null);
        var status = tags["cv"]?.ToLowerInvariant() ?? "";
        var (domain, selector) = (SignatureNames.Normalize(tags["d"] ?? ""), SignatureNames.Normalize(tags["s"] ?? ""));
        var signature = TagList.FromBase64(tags.Packed("b") ?? "");
        var time = tags["t"];
        fault = missing is not null ? $"tag {missing}= is missing"
            : tags["h"] is not null ? "it has a tag h="
            : status is not ("none" or "pass" or "fail") ? "tag cv= can't be understood"
            : domain is null || selector is null ? "tag d= or s= is not a domain name"
            : signature is not { Length: > 0 } ? "tag b= is not base64"
            : time is not null && (time.Length is 0 or > 12 || !time.All(char.IsAsciiDigit)) ? "tag t= is not a number"
            : Dkim.Keys.SigningAlgorithms.FromTag(tags["a"]!) is null or Dkim.Keys.SigningAlgorithm.RsaSha1 ? "an algorithm that is not accepted"
            : "";
        return fault.Length > 0 ? null : new ArcSeal(field, Dkim.Keys.SigningAlgorithms.FromTag(tags["a"]!)!.Value, signature!, domain!, selector!, status); // All checked above.
    }

    /// <summary>Unlike in other lists nothing may stand between two semicolons: it is not agreed what that would mean for a seal.</summary>
    private static TagList? Tags(HeaderField field, out string fault)
    {
        var text = Encoding.UTF8.GetString(field.BodyOctets);
        var specs = text.Split(';');
        fault = "an empty tag";
        return specs.Take(specs.Length - 1).Any(s => s.Trim(' ', '\t', '\r', '\n').Length == 0) ? null : TagList.TryParse(text, out fault);
    }

    private static HeaderField? One(List<HeaderField> fields, Predicate<HeaderField> fits)
    {
        var found = fields.FindAll(fits);
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>0: none that counts.</summary>
    private static int InstanceOf(HeaderField field) => Tags(field, out _) is { } tags ? Number(tags["i"]) : 0;

    /// <summary>What stands before the first semicolon: <c>i=1</c>.</summary>
    private static int InstanceOfResults(HeaderField field)
    {
        var text = Encoding.UTF8.GetString(field.BodyOctets);
        var semicolon = text.IndexOf(';');
        return semicolon > 0 && TagList.TryParse(text[..semicolon], out _) is { } tags && HasContent(text[(semicolon + 1)..]) ? Number(tags["i"]) : 0;
    }

    private static bool HasContent(string results) => results.Trim(' ', '\t', '\r', '\n').Length > 0;

    private static int Number(string? text) =>
        text is { Length: > 0 and <= 2 } && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= MaxInstances ? number : 0;
}
