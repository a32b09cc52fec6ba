using System.Globalization;

namespace Amavis.Demo;

/// <summary>Flags of the demonstration.</summary>
internal sealed record DemoOptions
{
    public required string StateDirectory { get; init; }
    public int PortBase { get; init; } = 10000;
    public bool Samples { get; init; } = true;
    /// <summary>Where amavisd.dll and amavis-web.dll are.</summary>
    public required string DaemonAssembly { get; init; }
    public required string WebAssembly { get; init; }

    public int SmtpPort => PortBase + 24;
    public int NextHopPort => PortBase + 25;
    public int SubmissionPort => PortBase + 26;
    public int MetricsPort => PortBase + 64;
    public int ConsolePort => PortBase + 88;
    public int ReleasePort => PortBase + 98;

    /// <returns>Null when a word is not understood; the fault is written to standard error.</returns>
    public static DemoOptions? Parse(string[] words)
    {
        string state = Path.Combine("var", "demo"), daemon = "", web = "";
        var portBase = 10000;
        var samples = true;
        for (var i = 0; i < words.Length; i++)
        {
            var value = i + 1 < words.Length ? words[i + 1] : null;
            switch (words[i])
            {
                case "--no-samples":
                    samples = false;
                    continue;
                case "--state" when value is not null:
                    state = value;
                    break;
                case "--port-base" when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out portBase) && portBase is > 0 and < 65400:
                    break;
                case "--daemon" when value is not null:
                    daemon = value;
                    break;
                case "--web" when value is not null:
                    web = value;
                    break;
                default:
                    Console.Error.WriteLine($"run: \"{words[i]}\" is not understood; flags: --state DIR, --port-base N, --no-samples");
                    return null;
            }
            i++;
        }
        return new DemoOptions { StateDirectory = Path.GetFullPath(state), PortBase = portBase, Samples = samples, DaemonAssembly = daemon, WebAssembly = web };
    }
}
