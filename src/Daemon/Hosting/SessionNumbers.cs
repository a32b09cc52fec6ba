using System.Globalization;

namespace Amavis.Daemon.Hosting;

/// <summary>Log ids of connections: process id and a running number, at most 20 characters with the transaction's number.</summary>
internal sealed class SessionNumbers
{
    private long _count;

    public string Next() =>
        string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessId:00000}-{Interlocked.Increment(ref _count) % 10_000_000:00}");
}
