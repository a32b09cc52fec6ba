namespace Amavis.Protocols.Smtp.Client;

/// <summary>XFORWARD attributes, in the order in which they are sent.</summary>
[Flags]
internal enum XforwardAttributes
{
    None = 0,
    Addr = 1,
    Name = 2,
    Port = 4,
    Proto = 8,
    Helo = 16,
    Source = 32,
    Ident = 64,
}

/// <summary>What the next hop offers in its reply to EHLO (RFC 5321 §4.1.1.1).</summary>
internal sealed record NextHopFeatures
{
    public static readonly NextHopFeatures None = new();

    public bool Pipelining { get; private init; }
    public bool EightBitMime { get; private init; }
    public bool SmtpUtf8 { get; private init; }
    public bool Dsn { get; private init; }
    public bool StartTls { get; private init; }
    public bool Auth { get; private init; }
    public bool AuthPlain { get; private init; }
    public bool AuthLogin { get; private init; }
    public XforwardAttributes Xforward { get; private init; }

    /// <param name="lines">Texts of all lines; the first is the greeting.</param>
    public static NextHopFeatures Read(IReadOnlyList<string> lines)
    {
        var features = None;
        for (var i = 1; i < lines.Count; i++)
        {
            // "AUTH=LOGIN PLAIN" is an old form of "AUTH LOGIN PLAIN".
            var words = lines[i].Split([' ', '='], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0)
                continue;
            features = words[0].ToUpperInvariant() switch
            {
                "PIPELINING" => features with { Pipelining = true },
                "8BITMIME" => features with { EightBitMime = true },
                "SMTPUTF8" => features with { SmtpUtf8 = true },
                "DSN" => features with { Dsn = true },
                "STARTTLS" => features with { StartTls = true },
                "AUTH" => features with
                {
                    Auth = true,
                    AuthPlain = features.AuthPlain || Has(words, "PLAIN"),
                    AuthLogin = features.AuthLogin || Has(words, "LOGIN"),
                },
                "XFORWARD" => features with { Xforward = features.Xforward | Attributes(words) },
                _ => features,
            };
        }
        return features;
    }

    private static bool Has(string[] words, string word) => words.Contains(word, StringComparer.OrdinalIgnoreCase);

    private static XforwardAttributes Attributes(string[] words)
    {
        var all = XforwardAttributes.None;
        foreach (var word in words.AsSpan(1))
        {
            all |= word.ToUpperInvariant() switch
            {
                "ADDR" => XforwardAttributes.Addr,
                "NAME" => XforwardAttributes.Name,
                "PORT" => XforwardAttributes.Port,
                "PROTO" => XforwardAttributes.Proto,
                "HELO" => XforwardAttributes.Helo,
                "SOURCE" => XforwardAttributes.Source,
                "IDENT" => XforwardAttributes.Ident,
                _ => XforwardAttributes.None,
            };
        }
        return all;
    }
}
