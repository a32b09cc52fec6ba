using Amavis.Dkim.Signing;

namespace Amavis.Cli.Dkim;

/// <summary>Key records as lines of a zone file, in the layout of amavisd-new's <c>showkeys</c>.</summary>
internal static class ZoneText
{
    private const int KeyColumns = 64;

    /// <summary>Of one string in the DNS (RFC 1035 §3.3).</summary>
    private const int LongestString = 255;

    public static void Write(TextWriter output, NumberedKey numbered)
    {
        var (number, key) = numbered;
        var settings = key.Settings;
        output.WriteLine($"; key#{number} {key.Key.Bits} bits, s={key.Selector}, d={settings.Domain}, {settings.File}");
        if (key.IsWildcard)
            output.WriteLine("; this is a pattern of domains: put the record under each domain's own name");
        output.WriteLine($"{PublishedRecord.NameOf(key)}.\t3600 TXT (");
        var strings = Pieces(PublishedRecord.TagsOf(key), LongestString).Concat(Pieces(PublishedRecord.PublicKeyOf(key), KeyColumns)).ToList();
        output.Write(string.Join(Environment.NewLine, strings.Select(s => $"  \"{s}\"")));
        output.WriteLine(")");
        output.WriteLine();
    }

    private static IEnumerable<string> Pieces(string text, int length) => text.Chunk(length).Select(piece => new string(piece));
}
