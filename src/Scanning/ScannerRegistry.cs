using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Amavis.Core.Policy;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Spam.Learning;
using Amavis.Scanning.Spam.Programs;
using Amavis.Scanning.Spam.Rspamd;
using Amavis.Scanning.Virus;
using Amavis.Scanning.Virus.Answers;
using Amavis.Scanning.Virus.Clamd;
using Amavis.Scanning.Virus.Daemons;
using Amavis.Scanning.Virus.Programs;

namespace Amavis.Scanning;

/// <summary>
/// The scanners of all policy banks. What was learned of an address (that it fails) outlives the message and also a reload: equal
/// settings give the same scanner. Programs are searched when an entry is first met, hence again after a reload. Any thread.
/// </summary>
public sealed class ScannerRegistry(TimeProvider clock, ScannerLimits limits) : IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<ScannerEndpoints>> _endpoints = new(StringComparer.Ordinal);
    private readonly ConditionalWeakTable<object, Found> _found = [];
    private readonly ConditionalWeakTable<object, Found> _learners = [];

    /// <summary>The scanner of an entry; null: it is a program, and there is none of its names.</summary>
    /// <exception cref="ArgumentException">The protocol is not known here, or an address cannot be read.</exception>
    public IVirusScanner? Find(VirusScannerSettings settings, ScannerPlace place)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(place);
        return (IVirusScanner?)_found.GetValue(settings, _ => new Found(Create(settings, place))).Scanner;
    }

    /// <summary>As the other one, for an entry that must be usable.</summary>
    /// <exception cref="ArgumentException">It is not.</exception>
    public IVirusScanner Get(VirusScannerSettings settings, string workDirectory) =>
        Find(settings, new ScannerPlace(workDirectory)) ?? throw new ArgumentException($"{settings.Name}: no such program", nameof(settings));

    /// <summary>The scanner of an entry.</summary>
    /// <exception cref="ArgumentException">The protocol is not known here, an address cannot be read, or there is none of its programs.</exception>
    public ISpamScanner Get(SpamScannerSettings settings, ScannerPlace? place = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return (ISpamScanner)_found.GetValue(settings, _ => new Found(Create(settings, place ?? new ScannerPlace("/")))).Scanner!;
    }

    /// <summary>What teaches the scanner of an entry; null: it is not to be taught.</summary>
    /// <exception cref="ArgumentException">As for scanning.</exception>
    public ISpamLearner? FindLearner(SpamScannerSettings settings, ScannerPlace place)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(place);
        return settings.Learns ? (ISpamLearner?)_learners.GetValue(settings, _ => new Found(CreateLearner(settings, place))).Scanner : null;
    }

    public void Dispose()
    {
        foreach (var endpoints in _endpoints.Values)
            if (endpoints.IsValueCreated)
                endpoints.Value.Dispose();
    }

    private ISpamScanner Create(SpamScannerSettings settings, ScannerPlace place)
    {
        switch (settings.Protocol)
        {
            case null:
                return new CommandSpamScanner(settings, Command(settings, place), place, limits);
            case "spamd":
                var spamd = Endpoints("spamd", settings.Addresses, SpamdScanner.DefaultPort, SpamdScanner.ProbeAsync);
                return new SpamdScanner(settings.Name, settings.ScoreFactor ?? 1, settings.BodySizeLimit, spamd, limits, settings.Timeout);
            case "rspamd":
                var uri = RspamdScanner.UriOf(settings.Addresses[0]);
                var rspamd = Endpoints(
                    uri.Scheme, [.. settings.Addresses.Select(RspamdScanner.SocketOf)], RspamdScanner.DefaultPort,
                    uri.Scheme == Uri.UriSchemeHttp ? RspamdScanner.ProbeAsync : DaemonProbe.Connection);
                return new RspamdScanner(settings, uri, rspamd, limits);
            default:
                throw new ArgumentException($"{settings.Name}: no spam scanner protocol \"{settings.Protocol}\"", nameof(settings));
        }
    }

    // A scanner that learns slowly, or refuses to, scores mail all the same: it has breakers of its own for the two.
    private ISpamLearner CreateLearner(SpamScannerSettings settings, ScannerPlace place)
    {
        switch (settings.Protocol)
        {
            case null:
                return new CommandLearner(settings, Command(settings, place), place, limits);
            case "spamd":
                return new SpamdLearner(settings.Name, Endpoints("spamd learning", settings.Addresses, SpamdScanner.DefaultPort, SpamdScanner.ProbeAsync), limits);
            default:
                var controller = RspamdLearner.ControllerOf(settings)
                    ?? throw new ArgumentException($"{settings.Name}: controller must tell where rspamd's controller listens, as in http://127.0.0.1:11334");
                var probe = controller.Scheme == Uri.UriSchemeHttp ? RspamdScanner.ProbeAsync : (Func<Socket, CancellationToken, Task<bool>>)DaemonProbe.Connection;
                return new RspamdLearner(settings, controller, Endpoints(controller.Scheme + " learning", [$"{controller.Host}:{controller.Port}"], RspamdLearner.DefaultPort, probe), limits);
        }
    }

    private static CommandLine Command(SpamScannerSettings settings, ScannerPlace place) => CommandLine.Find(settings.Commands, place.SearchPath)
        ?? throw new ArgumentException($"{settings.Name}: none of its programs is installed: {string.Join(", ", settings.Commands)}");

    private IVirusScanner? Create(VirusScannerSettings settings, ScannerPlace place)
    {
        var rules = AnswerRules.Of(settings);
        var (name, directory) = (settings.Name, place.WorkDirectory);
        switch (settings.Protocol)
        {
            case null:
                return CommandLine.Find(settings.Commands, place.SearchPath) is { } command
                    ? new CommandScanner(name, command, settings.Arguments, settings.Directory, rules, place)
                    : null;
            case "clamd":
                var clamd = Endpoints("clamd", settings.Addresses, ClamdScanner.DefaultPort, ClamdScanner.ProbeAsync);
                return settings.ByPath ? new ClamdPathScanner(name, clamd, limits, directory) : new ClamdScanner(name, clamd, limits);
            case "sssp":
                return new SsspScanner(name, Daemon(SsspScanner.DefaultPort, DaemonProbe.Greeting("OK SSSP/")), rules, limits, directory);
            case "savapi":
                return new SavapiScanner(name, settings.Argument, Daemon(SavapiScanner.DefaultPort, DaemonProbe.Greeting("100 SAVAPI:")), rules, limits, directory);
            case "drwebd":
                return new DrWebScanner(name, Daemon(DrWebScanner.DefaultPort, DaemonProbe.Connection), limits, directory);
            case "sophie" or "trophie":
                return new PlainScanner(name, settings.Query ?? "{}/\n", keepsOpen: true, Daemon(PlainScanner.DefaultPort, DaemonProbe.Connection), rules, limits, directory);
            case "simple":
                // F-Prot's daemon waits for further queries after its answer.
                var waits = name.Contains("fpscand", StringComparison.Ordinal);
                return new PlainScanner(name, settings.Query ?? "{}\n", waits, Daemon(PlainScanner.DefaultPort, DaemonProbe.Connection), rules, limits, directory);
            case "smtp" or "lmtp":
                return new MailScanner(name, settings.Protocol == "lmtp", settings.Argument, Daemon(MailScanner.DefaultPort, DaemonProbe.Greeting("2")), rules, limits);
            default:
                throw new ArgumentException($"{name}: no virus scanner protocol \"{settings.Protocol}\"", nameof(settings));
        }

        ScannerEndpoints Daemon(int defaultPort, Func<Socket, CancellationToken, Task<bool>> probe) =>
            Endpoints(settings.Protocol!, settings.Addresses, defaultPort, probe);
    }

    private ScannerEndpoints Endpoints(
        string protocol, IReadOnlyList<string> addresses, int defaultPort, Func<Socket, CancellationToken, Task<bool>> probe)
    {
        var key = protocol + " " + string.Join(' ', addresses);
        return _endpoints.GetOrAdd(key, _ => new Lazy<ScannerEndpoints>(() => Create(addresses, defaultPort, probe))).Value;
    }

    private ScannerEndpoints Create(IReadOnlyList<string> addresses, int defaultPort, Func<Socket, CancellationToken, Task<bool>> probe)
    {
        var parsed = addresses.Select(text => ScannerAddress.TryParse(text, defaultPort, out var address)
            ? address!
            : throw new ArgumentException($"\"{text}\" is not a scanner's address"));
        return new ScannerEndpoints([.. parsed], probe, limits, clock);
    }

    /// <param name="Scanner">Null: its program was not found.</param>
    private sealed record Found(object? Scanner);
}
