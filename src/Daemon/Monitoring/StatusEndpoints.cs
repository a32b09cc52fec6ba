using Amavis.Core.Status;
using Amavis.Daemon.Metrics;

namespace Amavis.Daemon.Monitoring;

/// <summary>What is served at <c>metrics_listen</c>: for Prometheus, for health checks, and for <c>amavis agent</c> and <c>amavis nanny</c>.</summary>
internal static class StatusEndpoints
{
    public static void MapStatus(this WebApplication app, DaemonState state)
    {
        app.MapGet("/metrics", () => Results.Text(PrometheusText.Write(state.Counters), PrometheusText.ContentType));
        app.MapGet("/healthz", () => Results.Text("ok\n"));
        app.MapGet(StatusJson.CountersPath, () => Results.Json(state.CountersNow(), StatusJson.Options));
        app.MapGet(StatusJson.ProcessesPath, () => Results.Json(state.ProcessesNow(), StatusJson.Options));
    }
}
