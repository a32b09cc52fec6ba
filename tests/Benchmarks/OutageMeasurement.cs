using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Amavis.Core.Addresses;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Scanning;
using Amavis.Scanning.Sockets;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus;
using Amavis.Testing;

namespace Amavis.Benchmarks;

/// <summary>
/// <c>dotnet run … -- outages</c>: what a message waits for a scanner that is dead, hung, slow or garbled: the first one that meets it, and those
/// after it. With the limits the daemon has, over real sockets.
/// </summary>
internal static class OutageMeasurement
{
    private const int After = 40;

    private static readonly (string Name, Func<Socket, CancellationToken, Task>? Server)[] Faults =
    [
        ("dead", null),
        ("hung", (_, ending) => Task.Delay(Timeout.Infinite, ending)),
        ("slow, an octet a second", SlowAsync),
        ("garbled", GarbledAsync),
        ("closes at once", (_, _) => Task.CompletedTask),
    ];

    public static async Task RunAsync()
    {
        Console.WriteLine("| scanner | fault | first message | after it, median | after it, most |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var kind in (string[])["clamd", "spamd", "rspamd"])
            foreach (var (name, server) in Faults)
                await MeasureAsync(kind, name, server);
    }

    private static async Task MeasureAsync(string kind, string fault, Func<Socket, CancellationToken, Task>? behaviour)
    {
        await using var server = behaviour is null ? null : new FakeServer(behaviour);
        var address = server?.Address ?? $"127.0.0.1:{FreePorts.Next()}";
        using var registry = new ScannerRegistry(TimeProvider.System, ScannerLimits.Default);
        var first = await TimeAsync(registry, kind, address);
        var after = new List<double>(After);
        for (var i = 0; i < After; i++)
        {
            after.Add(await TimeAsync(registry, kind, address));
            // Long enough to meet several probes.
            await Task.Delay(75);
        }
        after.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {kind} | {fault} | {first:0} ms | {after[After / 2]:0.0} ms | {after[^1]:0} ms |"));
    }

    private static async Task<double> TimeAsync(ScannerRegistry registry, string kind, string address)
    {
        using var spool = new MemorySpool(Octets.Of("From: a@example.org\r\nSubject: words\r\n\r\nsome text\r\n"));
        var started = Stopwatch.GetTimestamp();
        if (kind == "clamd")
        {
            var scanner = registry.Get(new VirusScannerSettings("av", kind, [address]), "/");
            if (await scanner.ScanAsync([new ScanItem("p001", new Words())], null, CancellationToken.None) is not ScanOutcome.Failed)
                throw new InvalidOperationException("a faulty scanner gave a verdict");
        }
        else
        {
            var scanner = registry.Get(new SpamScannerSettings("spam", kind, [kind == "rspamd" ? "http://" + address : address]));
            var input = new SpamCheckInput { Spool = spool, Sender = MailAddress.Null, Recipients = [new SpamRecipient(MailAddress.FromUnquoted("b@example.com"))], Scanners = [scanner], HeaderOctets = 40 };
            if (!(await SpamCheck.RunAsync(input, TimeProvider.System, CancellationToken.None)).AllFailed)
                throw new InvalidOperationException("a faulty scanner gave a score");
        }
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static async Task SlowAsync(Socket socket, CancellationToken ending)
    {
        foreach (var octet in Octets.Of("1: stream: OK SPAMD/1.1 0 EX_OK HTTP/1.1 200 OK and much more that never comes to its end"))
        {
            await socket.SendAsync(new[] { octet }, SocketFlags.None, ending);
            await Task.Delay(TimeSpan.FromSeconds(1), ending);
        }
    }

    private static async Task GarbledAsync(Socket socket, CancellationToken ending)
    {
        var octets = new byte[512];
        Random.Shared.NextBytes(octets);
        await socket.SendAsync(octets, SocketFlags.None, ending);
    }

    /// <summary>A part to be scanned.</summary>
    private sealed class Words : IPartContent
    {
        private static readonly byte[] Text = Octets.Of("some text\r\n");

        public long Length => Text.Length;

        public Stream OpenRead() => new MemoryStream(Text, writable: false);
    }
}
