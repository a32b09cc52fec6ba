using System.Globalization;
using System.Net;
using System.Text;
using Amavis.Dns.Messages;
using Amavis.Testing;
using YamlDotNet.RepresentationModel;

namespace Amavis.Authentication.Tests.Spf;

/// <summary>One case of the public suite for RFC 7208.</summary>
public sealed record SpfCase(string Name, string Helo, string Host, string MailFrom, IReadOnlyList<string> Results, string? Explanation, ZoneResolver Zone);

/// <summary>Reads the suite, when the collection is there.</summary>
public static class SpfSuite
{
    public static IReadOnlyDictionary<string, SpfCase> Cases { get; } = Read();

    private static Dictionary<string, SpfCase> Read()
    {
        var cases = new Dictionary<string, SpfCase>(StringComparer.Ordinal);
        foreach (var file in Samples.Files("mailauth", "rfc7208-tests.yml"))
        {
            using var reader = new StringReader(File.ReadAllText(file, Encoding.UTF8));
            var yaml = new YamlStream();
            yaml.Load(reader);
            foreach (var scenario in yaml.Documents.Select(d => (YamlMappingNode)d.RootNode))
            {
                var zone = (YamlMappingNode)scenario["zonedata"];
                foreach (var (name, test) in ((YamlMappingNode)scenario["tests"]).Children)
                    cases.Add(Text(name), Case(Text(name), (YamlMappingNode)test, zone));
            }
        }
        return cases;
    }

    private static SpfCase Case(string name, YamlMappingNode test, YamlMappingNode zone)
    {
        string? Value(string key) => test.Children.TryGetValue(new YamlScalarNode(key), out var node) ? Text(node) : null;
        var result = test["result"];
        return new SpfCase(
            name, Value("helo") ?? "", Value("host")!, Value("mailfrom") ?? "",
            result is YamlSequenceNode several ? [.. several.Select(Text)] : [Text(result)], Value("explanation"), Zone(zone));
    }

    private static ZoneResolver Zone(YamlMappingNode zone)
    {
        var resolver = new ZoneResolver();
        foreach (var (nameNode, records) in zone.Children)
        {
            var name = Text(nameNode).ToLowerInvariant();
            var entries = ((YamlSequenceNode)records).ToList();
            var hasText = entries.OfType<YamlMappingNode>().Any(e => Text(e.Children.Keys.First()) == "TXT");
            var timesOut = entries.OfType<YamlScalarNode>().Any(e => e.Value == "TIMEOUT");
            if (timesOut && entries.Count == 1)
                resolver.Fail(name);
            foreach (var (keyNode, value) in entries.OfType<YamlMappingNode>().SelectMany(e => e.Children))
            {
                var key = Text(keyNode);
                if (key is "TXT" or "SPF")
                {
                    if (key == "TXT" ? Text(value) != "NONE" : !hasText)
                        resolver.Add(TextRecord(name, value));
                    continue;
                }
                resolver.Add(key switch
                {
                    "A" or "AAAA" => new DnsRecord.Address(name, 300, IPAddress.Parse(Text(value))),
                    "MX" => new DnsRecord.MailExchange(name, 300, int.Parse(Text(((YamlSequenceNode)value)[0]), CultureInfo.InvariantCulture), Text(((YamlSequenceNode)value)[1])),
                    "PTR" => new DnsRecord.Named(name, 300, RecordType.PTR, Text(value)),
                    "CNAME" => new DnsRecord.Named(name, 300, RecordType.CNAME, Text(value)),
                    _ => throw new InvalidDataException($"{name}: {key}"),
                });
            }
            if (timesOut && entries.Count > 1)
                resolver.FailOthers(name);
        }
        return resolver;
    }

    private static DnsRecord.Text TextRecord(string name, YamlNode value)
    {
        var strings = value is YamlSequenceNode several ? several.Select(Text).ToList() : [Text(value)];
        return new DnsRecord.Text(name, 300, [.. strings.Select(s => (ReadOnlyMemory<byte>)Encoding.Latin1.GetBytes(s))]);
    }

    private static string Text(YamlNode node) => node is YamlScalarNode scalar ? scalar.Value ?? "" : "";
}
