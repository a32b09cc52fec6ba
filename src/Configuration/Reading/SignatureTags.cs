using System.Globalization;
using Amavis.Configuration.Yaml;
using Amavis.Core.Lookups;

namespace Amavis.Configuration.Reading;

/// <summary>Reads the tags of <c>dkim_signature_options_bysender_maps</c>.</summary>
internal static class SignatureTags
{
    private static readonly string[] Algorithms = ["rsa-sha256", "ed25519-sha256"];
    private static readonly string[] Forms = ["simple", "relaxed"];

    public static bool Read(Node node, BindContext context, out LookupValue? value)
    {
        value = null;
        if (node is not MapNode)
            return context.Expects(node, "a map with d, s, a, c, i or ttl");
        var reader = new SectionReader(node, context, "a", "c", "d", "i", "q", "s", "ttl");
        var tags = new Dictionary<string, string?>();
        foreach (var tag in (string[])["a", "c", "d", "i", "s", "ttl"])
        {
            if (!reader.Has(tag))
                continue;
            tags[tag] = tag == "a" ? string.Join(',', reader.Get<IReadOnlyList<string>>(tag, Scalars.Lines, [])) : reader.Get<string?>(tag, Scalars.Line, null);
            if (tags[tag] is { Length: > 0 } text && Fault(tag, text) is { } fault)
                reader.Fault(reader.Node(tag)!, fault);
        }
        value = new LookupValue(tags);
        return reader.IsGood;
    }

    private static string? Fault(string tag, string text) => tag switch
    {
        "a" when text.Split(',', StringSplitOptions.TrimEntries).Any(a => !Algorithms.Contains(a.ToLowerInvariant())) =>
            text.Contains("sha1", StringComparison.OrdinalIgnoreCase) ? "rsa-sha1 is no longer accepted by verifiers (RFC 8301); use rsa-sha256" : $"expects {string.Join(" or ", Algorithms)}, or a list of them",
        "c" when text.Split('/').Length > 2 || text.Split('/').Any(f => !Forms.Contains(f.ToLowerInvariant())) => "expects simple or relaxed for the header, a slash, and the same for the body",
        "ttl" when !double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds) || seconds is <= 0 or > int.MaxValue => "expects seconds",
        "d" or "s" when text.Any(c => c is <= ' ' or ';' or '@' or '/') => $"\"{text}\" is not a domain name",
        "i" when text.Any(c => c is <= ' ' or ';') => $"\"{text}\" is not an address or domain",
        _ => null,
    };
}
