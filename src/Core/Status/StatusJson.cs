using System.Text.Json;
using System.Text.Json.Serialization;

namespace Amavis.Core.Status;

/// <summary>The documents of the daemon's state as JSON: names in camel case, times in seconds, letters as texts.</summary>
public static class StatusJson
{
    /// <summary>Path of the <see cref="CountersDocument"/> at <c>metrics_listen</c>.</summary>
    public const string CountersPath = "/status/counters";

    /// <summary>Path of the <see cref="ProcessesDocument"/> at <c>metrics_listen</c>.</summary>
    public const string ProcessesPath = "/status/processes";

    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { Converters = { new Seconds() } };

    private sealed class Seconds : JsonConverter<TimeSpan>
    {
        /// <summary>More than any process runs, and less than a TimeSpan holds.</summary>
        private const double Most = 1e10;

        public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeSpan.FromSeconds(Math.Clamp(reader.GetDouble(), -Most, Most));

        public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(Math.Round(value.TotalSeconds, 3));
    }
}
