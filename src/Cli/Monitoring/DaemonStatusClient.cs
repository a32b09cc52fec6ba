using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Amavis.Core.Policy;
using Amavis.Core.Status;

namespace Amavis.Cli.Monitoring;

/// <summary>Asks the daemon for its state, at <c>metrics_listen</c>.</summary>
internal sealed class DaemonStatusClient : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    // The daemon is on this machine, or near: never behind a proxy.
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Timeout };
    private readonly Uri _base;

    private DaemonStatusClient(Uri address) => _base = address;

    /// <summary>A client for the daemon of a configuration; null: the configuration gives it no address, for the reason told.</summary>
    public static DaemonStatusClient? For(Settings settings, out string fault)
    {
        fault = "";
        if (settings.MetricsListen is not { } listen)
        {
            fault = "metrics_listen is not set, and the daemon tells its state there only; set it, to 127.0.0.1:9464 for example, and start the daemon again";
            return null;
        }
        if (!ListenSocket.TryParse(listen, settings.InetSocketBind, out var sockets, out fault) || sockets[0].Address is not { } address)
        {
            fault = "metrics_listen: " + fault;
            return null;
        }
        var host = address.Equals(IPAddress.IPv6Any) || address.Equals(IPAddress.Any) ? IPAddress.Loopback : address;
        var name = host.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{host}]" : host.ToString();
        return new DaemonStatusClient(new Uri($"http://{name}:{sockets[0].Port}"));
    }

    /// <summary>A document of the daemon's, or why there is none.</summary>
    /// <param name="path">One of <see cref="StatusJson"/>.</param>
    public async Task<(T? Document, string Fault)> GetAsync<T>(string path, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            using var response = await _http.GetAsync(new Uri(_base, path), cancellationToken);
            if (!response.IsSuccessStatusCode)
                return (null, $"what answers at {_base} is not amavisd, or an older one: it says {(int)response.StatusCode} to {path}");
            var document = await response.Content.ReadFromJsonAsync<T>(StatusJson.Options, cancellationToken);
            return (document, document is null ? $"what answers at {_base} is not amavisd" : "");
        }
        catch (HttpRequestException e)
        {
            return (null, $"the daemon does not answer at {_base}: {e.InnerException?.Message ?? e.Message}; does it run, with this metrics_listen?");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, $"the daemon does not answer at {_base} within {Timeout.TotalSeconds:0} s");
        }
        catch (JsonException e)
        {
            return (null, $"what answers at {_base} is not amavisd: {e.Message}");
        }
    }

    public void Dispose() => _http.Dispose();
}
