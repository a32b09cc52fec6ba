using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Amavis.Authentication.Spf;

/// <summary>Reads policies (RFC 7208 §12). A fault anywhere makes the whole policy unusable, so all of it is read first.</summary>
internal static class SpfParser
{
    /// <summary>Terms of one policy: a record of the longest answer has fewer that mean something.</summary>
    private const int MaxTerms = 500;

    /// <summary>Null, with the fault, for what is no policy.</summary>
    public static SpfRecord? TryParse(string text, out string fault)
    {
        var directives = new List<SpfDirective>();
        string? redirect = null, explanation = null;
        var terms = text[SpfRecord.Version.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        fault = terms.Length > MaxTerms ? "too many terms" : "";
        foreach (var term in terms)
        {
            if (fault.Length > 0)
                return null;
            if (Modifier(term) is { } modifier)
            {
                ref var place = ref redirect;
                if (modifier.Name == "exp")
                    place = ref explanation;
                if (modifier.Name is not ("redirect" or "exp"))
                    fault = SpfMacros.IsMacroString(modifier.Value) ? "" : $"{term}: not a macro string";
                else if (place is not null)
                    fault = $"{modifier.Name}= occurs twice";
                else if (!SpfMacros.IsDomainSpec(modifier.Value))
                    fault = $"{term}: not a domain";
                else
                    place = modifier.Value;
            }
            else if (Directive(term) is { } directive)
            {
                directives.Add(directive);
            }
            else
            {
                fault = $"{term}: not understood";
            }
        }
        return fault.Length > 0 ? null : new SpfRecord(directives, redirect, explanation);
    }

    private static (string Name, string Value)? Modifier(string term)
    {
        var equals = term.IndexOf('=');
        if (equals <= 0 || !char.IsAsciiLetter(term[0]))
            return null;
        var name = term[..equals];
        return name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') ? (name.ToLowerInvariant(), term[(equals + 1)..]) : null;
    }

    private static SpfDirective? Directive(string term)
    {
        var outcome = term[0] switch { '+' => SpfVerdict.Pass, '-' => SpfVerdict.Fail, '~' => SpfVerdict.SoftFail, '?' => SpfVerdict.Neutral, _ => SpfVerdict.None };
        var rest = outcome == SpfVerdict.None ? term : term[1..];
        outcome = outcome == SpfVerdict.None ? SpfVerdict.Pass : outcome;
        var end = rest.IndexOfAny([':', '/']);
        var name = end < 0 ? rest : rest[..end];
        var arguments = end < 0 ? "" : rest[end..];
        SpfDirective Plain(SpfMechanism mechanism, string? domain = null) => new(term, outcome, mechanism, domain, null, 32, 128);
        switch (name.ToLowerInvariant())
        {
            case "all":
                return arguments.Length == 0 ? Plain(SpfMechanism.All) : null;
            case "include":
                return Domain(arguments) is { } included ? Plain(SpfMechanism.Include, included) : null;
            case "exists":
                return Domain(arguments) is { } asked ? Plain(SpfMechanism.Exists, asked) : null;
            case "ptr":
                return arguments.Length == 0 ? Plain(SpfMechanism.Ptr) : Domain(arguments) is { } within ? Plain(SpfMechanism.Ptr, within) : null;
            case "a":
                return Addresses(Plain(SpfMechanism.A), arguments);
            case "mx":
                return Addresses(Plain(SpfMechanism.Mx), arguments);
            case "ip4":
                return Network(Plain(SpfMechanism.Ip4), arguments, AddressFamily.InterNetwork);
            case "ip6":
                return Network(Plain(SpfMechanism.Ip6), arguments, AddressFamily.InterNetworkV6);
            default:
                return null;
        }
    }

    private static string? Domain(string arguments) => arguments.StartsWith(':') && SpfMacros.IsDomainSpec(arguments[1..]) ? arguments[1..] : null;

    /// <summary>An optional domain, then <c>/24</c>, <c>//64</c> or <c>/24//64</c>. A slash may also be part of a macro.</summary>
    private static SpfDirective? Addresses(SpfDirective directive, string arguments)
    {
        var prefixes = PrefixesAt(arguments);
        var (domain, tail) = (arguments[..prefixes], arguments[prefixes..]);
        if (domain.Length > 0 && Domain(domain) is null)
            return null;
        var (four, six) = tail.IndexOf("//", StringComparison.Ordinal) is var split and >= 0 ? (tail[..split], tail[(split + 2)..]) : (tail, null);
        var (prefix4, prefix6) = (32, 128);
        if ((four.Length > 0 && !TryPrefix(four[1..], 32, out prefix4)) || (six is not null && !TryPrefix(six, 128, out prefix6)))
            return null;
        return directive with { Domain = domain.Length > 0 ? domain[1..] : null, Prefix4 = prefix4, Prefix6 = prefix6 };
    }

    /// <summary>Where the lengths begin: at the first slash after which there are only digits and slashes.</summary>
    private static int PrefixesAt(string arguments)
    {
        var at = arguments.Length;
        while (at > 0 && (char.IsAsciiDigit(arguments[at - 1]) || arguments[at - 1] == '/'))
            at--;
        var slash = arguments.IndexOf('/', at);
        return slash < 0 ? arguments.Length : slash;
    }

    private static SpfDirective? Network(SpfDirective directive, string arguments, AddressFamily family)
    {
        if (!arguments.StartsWith(':'))
            return null;
        var slash = arguments.IndexOf('/');
        var text = slash < 0 ? arguments[1..] : arguments[1..slash];
        var longest = family == AddressFamily.InterNetwork ? 32 : 128;
        var prefix = longest;
        if ((slash >= 0 && !TryPrefix(arguments[(slash + 1)..], longest, out prefix)) || !TryAddress(text, family, out var address))
            return null;
        return directive with { Network = address, Prefix4 = prefix, Prefix6 = prefix };
    }

    /// <summary>IPv4 in four decimal numbers only: other notations are read in other ways elsewhere.</summary>
    private static bool TryAddress(string text, AddressFamily family, out IPAddress? address)
    {
        address = null;
        var isIPv4 = text.Split('.') is { Length: 4 } numbers && numbers.All(n => n.Length is > 0 and <= 3 && n.All(char.IsAsciiDigit) && int.Parse(n, CultureInfo.InvariantCulture) <= 255);
        if (family == AddressFamily.InterNetwork)
            return isIPv4 && IPAddress.TryParse(string.Join('.', text.Split('.').Select(n => int.Parse(n, CultureInfo.InvariantCulture))), out address);
        return text.Contains(':') && !text.Contains('%') && !text.Contains('[') && IPAddress.TryParse(text, out address) && address.AddressFamily == family;
    }

    /// <summary>Digits without a zero before them.</summary>
    private static bool TryPrefix(string text, int longest, out int prefix)
    {
        prefix = 0;
        return text.Length is > 0 and <= 3 && (text[0] != '0' || text.Length == 1) && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out prefix) && prefix <= longest;
    }
}
