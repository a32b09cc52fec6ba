using System.Text;
using System.Text.Json.Nodes;
using Amavis.Core.Counters;

namespace Amavis.Cli.Monitoring;

/// <summary>The counters as people read them: value, rate, and share of what they are a part of. Those that are 0 are left out.</summary>
internal sealed class CounterReport(RateWindow window)
{
    private const double Mebi = 1 << 20;
    private const string Types = "OpsDecType-";
    private const string Viruses = "virus.byname.";
    private const string VirusReference = "ContentVirusMsgs";

    private readonly StringBuilder _text = new();

    public string Text()
    {
        System();
        foreach (var counter in CounterCatalog.All.Where(c => window.Value(c.Name) != 0).OrderBy(c => c.Name, StringComparer.Ordinal))
            Line(counter);
        foreach (var name in Named(Types))
            Plain(name, "InMsgs", 7);
        _text.Append('\n');
        if (window.Value(VirusReference) > 0)
            foreach (var name in Named(Viruses))
                Plain(name, VirusReference, 6);
        return _text.ToString();
    }

    /// <summary>All counters, those that are 0, too.</summary>
    public JsonObject Json()
    {
        var daemon = window.Last.Daemon;
        var counters = CounterCatalog.All.Select(c => Json(c.Name, c)).Concat(window.Last.Named.Keys.Order(StringComparer.Ordinal).Select(n => Json(n, null)));
        return new JsonObject
        {
            ["product"] = daemon.Product,
            ["host"] = daemon.Host,
            ["pid"] = daemon.Pid,
            ["upSeconds"] = daemon.Up.TotalSeconds,
            ["counters"] = new JsonArray([.. counters]),
        };
    }

    private JsonObject Json(string name, CounterDefinition? counter)
    {
        var node = new JsonObject { ["name"] = name, ["value"] = window.Value(name), ["unit"] = counter?.Unit ?? "1" };
        if (counter?.Kind == CounterKind.Gauge32)
            return node;
        node["perHour"] = Math.Round(window.PerHour(name), 3);
        if (ReferenceOf(name) is not { } reference || Share(name, reference) is not { } percent)
            return node;
        node["percent"] = Math.Round(percent, 3);
        node["of"] = reference;
        return node;
    }

    private void System()
    {
        var daemon = window.Last.Daemon;
        var up = daemon.Up;
        var ticks = (long)(up.TotalSeconds * 100);
        Entry("sysContact", "STR " + daemon.Contact);
        Entry("sysDescr", "STR " + daemon.Product);
        Entry("sysLocation", "STR " + daemon.Location);
        Entry("sysName", "STR " + daemon.Host);
        Entry("sysObjectID", "OID 1.3.6.1.4.1.15312.2");
        Entry("sysServices", "INT 64");
        Entry("sysUpTime", $"TimeTicks {ticks} ({up.Days} days, {up.Hours}:{up.Minutes:00}:{up.Seconds:00}.{ticks % 100:00})");
    }

    private void Entry(string name, string value) => _text.Append($"{name,-15} {value}".TrimEnd()).Append('\n');

    private void Line(CounterDefinition counter)
    {
        var (name, value) = (counter.Name, window.Value(counter.Name));
        if (counter.Kind == CounterKind.TimeInterval)
            _text.Append($"{name,-35} {value / 1000.0,6:0} s   {SecondsPerMessage(name),8} s/msg (InMsgs)\n");
        else if (counter.Kind == CounterKind.Gauge32)
            _text.Append($"{name,-35} {value,6} {(counter.Unit == "1" ? "" : counter.Unit)}".TrimEnd()).Append('\n');
        else if (counter.Unit == "octets")
            Size(name, value);
        else
            Plain(name, CounterReferences.Of(name), 7);
    }

    private void Size(string name, long value)
    {
        var reference = CounterReferences.Of(name);
        _text.Append($"{name,-35} {value / Mebi,6:0}MB {window.PerHour(name) / Mebi,4:0}MB/h");
        Reference(name, reference, 5);
    }

    private void Plain(string name, string? reference, int width)
    {
        _text.Append($"{name,-35} {window.Value(name),6} {window.PerHour(name),6:0}/h");
        Reference(name, reference, width);
    }

    private void Reference(string name, string? reference, int width)
    {
        if (reference is not null)
        {
            var percent = Share(name, reference)?.ToString("0.0") ?? "---";
            _text.Append($" {percent.PadLeft(width)} % ({reference})");
        }
        _text.Append('\n');
    }

    /// <summary>In per cent; null: the reference is 0.</summary>
    private double? Share(string name, string reference) => window.Value(reference) is > 0 and var whole ? 100.0 * window.Value(name) / whole : null;

    private static string? ReferenceOf(string name) =>
        name.StartsWith(Viruses, StringComparison.Ordinal) ? VirusReference : CounterReferences.Of(name);

    private string SecondsPerMessage(string name)
    {
        var messages = window.Change("InMsgs");
        return messages > 0 ? (window.Change(name) / 1000.0 / messages).ToString("0.000") : "---";
    }

    /// <summary>Names with a beginning, by falling count.</summary>
    private IEnumerable<string> Named(string beginning) =>
        window.Last.Named.Where(n => n.Key.StartsWith(beginning, StringComparison.Ordinal))
            .OrderByDescending(n => n.Value).ThenBy(n => n.Key, StringComparer.Ordinal).Select(n => n.Key);
}
