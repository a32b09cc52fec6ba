using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Authentication.Spf;

/// <summary>What macros stand for.</summary>
/// <param name="Client">Plain IPv4, or IPv6.</param>
/// <param name="LocalPart">Of the sender; postmaster where it has none.</param>
/// <param name="SenderDomain">Of the sender, or the HELO name.</param>
internal sealed record SpfFacts(IPAddress Client, string LocalPart, string SenderDomain, string Helo, string Receiver, DateTimeOffset Now);

/// <summary>Macros of policies (RFC 7208 §7).</summary>
internal static class SpfMacros
{
    private const int LongestName = 253;

    /// <summary>Octets of an explanation with all macros in their places.</summary>
    private const int LongestText = 2000;

    /// <summary>Printable characters with macros that are closed; letters of explanations are not told from others here.</summary>
    public static bool IsMacroString(string text) => Read(text, null, out _);

    /// <summary>A macro string that ends in a top-level label or a macro, without letters for explanations.</summary>
    public static bool IsDomainSpec(string text)
    {
        if (text.Length == 0 || !Read(text, null, out var endsInMacro) || HasExplanationLetters(text))
            return false;
        if (endsInMacro)
            return true;
        var name = text.EndsWith('.') ? text[..^1] : text;
        var dot = name.LastIndexOf('.');
        if (dot < 0)
            return false;
        var top = name[(dot + 1)..];
        return top.Length > 0 && top.All(c => char.IsAsciiLetterOrDigit(c) || c == '-') && top[0] != '-' && top[^1] != '-' && !top.All(char.IsAsciiDigit);
    }

    public static async ValueTask<string> ExpandAsync(string text, string domain, SpfFacts facts, Func<ValueTask<string>> validatedName, bool isExplanation)
    {
        var pieces = new List<(string Plain, Macro? Macro)>();
        Read(text, pieces, out _);
        var expanded = new StringBuilder();
        foreach (var (plain, macro) in pieces)
        {
            if (macro is not { } m)
                expanded.Append(plain);
            else
                expanded.Append(m.Transform(m.Letter == 'p' ? await validatedName() : Value(m.Letter, domain, facts)));
            if (expanded.Length > LongestText)
                break;
        }
        return isExplanation ? expanded.ToString() : Shortened(expanded.ToString());
    }

    /// <summary>Letters that may stand in explanations only (§7.2).</summary>
    private static bool HasExplanationLetters(string text)
    {
        var pieces = new List<(string Plain, Macro? Macro)>();
        Read(text, pieces, out _);
        return pieces.Exists(p => p.Macro is { Letter: 'c' or 'r' or 't' });
    }

    /// <summary>Labels are taken off the front of a name that is too long (§7.3).</summary>
    private static string Shortened(string name)
    {
        while (name.TrimEnd('.').Length > LongestName && name.IndexOf('.') is var dot and >= 0)
            name = name[(dot + 1)..];
        return name;
    }

    private static string Value(char letter, string domain, SpfFacts facts) => letter switch
    {
        's' => facts.LocalPart + "@" + facts.SenderDomain,
        'l' => facts.LocalPart,
        'o' => facts.SenderDomain,
        'd' => domain,
        'i' => Dotted(facts.Client),
        'v' => facts.Client.AddressFamily == AddressFamily.InterNetwork ? "in-addr" : "ip6",
        'h' => facts.Helo,
        'c' => facts.Client.ToString(),
        'r' => facts.Receiver,
        _ => facts.Now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
    };

    private static string Dotted(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? address.ToString()
        : string.Join('.', Convert.ToHexString(address.GetAddressBytes()).ToCharArray());

    /// <summary>Checks, and with a list also takes it apart. False: not a macro string.</summary>
    private static bool Read(string text, List<(string Plain, Macro? Macro)>? pieces, out bool endsInMacro)
    {
        endsInMacro = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] is < ' ' or > '~')
                return false;
            endsInMacro = false;
            if (text[i] != '%')
            {
                pieces?.Add((text[i].ToString(), null));
                continue;
            }
            if (++i == text.Length)
                return false;
            switch (text[i])
            {
                case '%' or '_' or '-':
                    pieces?.Add((text[i] switch { '%' => "%", '_' => " ", _ => "%20" }, null));
                    break;
                case '{' when text.IndexOf('}', i) is var end and > 0 && Macro.TryParse(text[(i + 1)..end], out var macro):
                    pieces?.Add(("", macro));
                    i = end;
                    endsInMacro = true;
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    /// <param name="Labels">From the right; 0: all.</param>
    internal readonly record struct Macro(char Letter, bool Escaped, int Labels, bool Reversed, string Delimiters)
    {
        public static bool TryParse(string text, out Macro macro)
        {
            macro = default;
            if (text.Length == 0 || !"slodiphvcrt".Contains(char.ToLowerInvariant(text[0])))
                return false;
            var at = 1;
            while (at < text.Length && char.IsAsciiDigit(text[at]))
                at++;
            var labels = 0;
            if (at > 1 && (!int.TryParse(text.AsSpan(1, Math.Min(at - 1, 9)), NumberStyles.None, CultureInfo.InvariantCulture, out labels) || labels == 0))
                return false;
            var reversed = at < text.Length && text[at] is 'r' or 'R' && at < text.Length;
            if (reversed)
                at++;
            var delimiters = text[at..];
            if (delimiters.Any(c => !".-+,/_=".Contains(c)))
                return false;
            macro = new Macro(char.ToLowerInvariant(text[0]), char.IsAsciiLetterUpper(text[0]), labels, reversed, delimiters.Length == 0 ? "." : delimiters);
            return true;
        }

        public string Transform(string value)
        {
            var parts = value.Split(Delimiters.ToCharArray());
            if (Reversed)
                Array.Reverse(parts);
            var kept = Labels > 0 && Labels < parts.Length ? parts[^Labels..] : parts;
            var text = string.Join('.', kept);
            return Escaped ? Uri.EscapeDataString(text) : text;
        }
    }
}
