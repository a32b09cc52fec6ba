using System.Collections.Concurrent;
using Amavis.Core.Policy;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus;
using Amavis.Scanning.Virus.Clamd;

namespace Amavis.Scanning;

/// <summary>
/// The scanners of all policy banks. What was learned of an address (that it fails) outlives the message and also a reload: equal
/// settings give the same scanner. Any thread.
/// </summary>
public sealed class ScannerRegistry(TimeProvider clock, ScannerLimits limits) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ScannerEndpoints>> _endpoints = new(StringComparer.Ordinal);

    /// <param name="workDirectory">Where a scanner that is told a path finds its files.</param>
    /// <exception cref="ArgumentException">The protocol is not known here, or an address cannot be read.</exception>
    public IVirusScanner Get(VirusScannerSettings settings, string workDirectory)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Protocol != "clamd")
            throw new ArgumentException($"{settings.Name}: no virus scanner protocol \"{settings.Protocol}\"", nameof(settings));
        var endpoints = Endpoints("clamd", settings.Addresses, ClamdScanner.DefaultPort);
        return settings.ByPath
            ? new ClamdPathScanner(settings.Name, endpoints, limits, workDirectory)
            : new ClamdScanner(settings.Name, endpoints, limits);
    }

    /// <exception cref="ArgumentException">The protocol is not known here, or an address cannot be read.</exception>
    public ISpamScanner Get(SpamScannerSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.Protocol != "spamd")
            throw new ArgumentException($"{settings.Name}: no spam scanner protocol \"{settings.Protocol}\"", nameof(settings));
        var endpoints = Endpoints("spamd", settings.Addresses, SpamdScanner.DefaultPort);
        return new SpamdScanner(settings.Name, settings.ScoreFactor, settings.BodySizeLimit, endpoints, limits);
    }

    public void Dispose()
    {
        foreach (var endpoints in _endpoints.Values)
            if (endpoints.IsValueCreated)
                endpoints.Value.Dispose();
    }

    private ScannerEndpoints Endpoints(string protocol, IReadOnlyList<string> addresses, int defaultPort)
    {
        var key = protocol + " " + string.Join(' ', addresses);
        return _endpoints.GetOrAdd(key, _ => new Lazy<ScannerEndpoints>(() => Create(protocol, addresses, defaultPort))).Value;
    }

    private ScannerEndpoints Create(string protocol, IReadOnlyList<string> addresses, int defaultPort)
    {
        var parsed = addresses.Select(text => ScannerAddress.TryParse(text, defaultPort, out var address)
            ? address!
            : throw new ArgumentException($"\"{text}\" is not a scanner's address"));
        return new ScannerEndpoints([.. parsed], protocol == "clamd" ? ClamdScanner.ProbeAsync : SpamdScanner.ProbeAsync, limits, clock);
    }
}
