using System.Globalization;
using System.Text;
using Amavis.Core.Counters;

namespace Amavis.Daemon.Metrics;

/// <summary>The counter list in the Prometheus text format, version 0.0.4.</summary>
public static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(CounterSet counters)
    {
        ArgumentNullException.ThrowIfNull(counters);
        var text = new StringBuilder(64 << 10);
        foreach (var counter in CounterCatalog.All)
        {
            var kind = counter.Kind == CounterKind.Gauge32 ? "gauge" : "counter";
            var value = (double)counters.Get(counter.Index);
            if (counter.Kind == CounterKind.TimeInterval)
                value /= 1000;
            text.Append("# HELP ").Append(counter.PrometheusName).Append(' ').Append(counter.Help).Append('\n')
                .Append("# TYPE ").Append(counter.PrometheusName).Append(' ').Append(kind).Append('\n')
                .Append(counter.PrometheusName).Append(' ').Append(Number(value)).Append('\n');
        }
        const string name = "amavis_stage_duration_seconds";
        text.Append("# HELP ").Append(name).Append(" Time of the stages of a message.\n# TYPE ").Append(name).Append(" histogram\n");
        foreach (var stage in Enum.GetValues<Stage>())
        {
            var histogram = counters.Latency(stage);
            var label = stage.ToString().ToLowerInvariant();
            var sum = 0L;
            for (var i = 0; i <= LatencyHistogram.Bounds.Length; i++)
            {
                sum += histogram.Count(i);
                var bound = i == LatencyHistogram.Bounds.Length ? "+Inf" : Number(LatencyHistogram.Bounds[i]);
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{stage=\"{label}\",le=\"{bound}\"}} {sum}\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{stage=\"{label}\"}} {Number(histogram.SumSeconds)}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_count{{stage=\"{label}\"}} {sum}\n");
        }
        return text.ToString();
    }

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);
}
