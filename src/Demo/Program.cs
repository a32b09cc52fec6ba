using System.Net;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Amavis.Core.Counters;
using Amavis.Demo;
using Amavis.Protocols.Smtp.Client;
using Microsoft.AspNetCore.Connections;

// The demonstration behind ./run: the filter, the console and a next hop that keeps what it gets.
if (DemoOptions.Parse(args) is not { } options)
    return 2;
Directory.CreateDirectory(options.StateDirectory);
using var stop = new CancellationTokenSource();
using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);

var clamd = await Scanners.FindClamdAsync();
var spamd = await Scanners.FindSpamdAsync();
var configuration = DemoConfiguration.Write(options, clamd, spamd);
var password = Password();

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, options.NextHopPort, o => o.UseConnectionHandler<NextHopHandler>()));
builder.Services.AddSingleton(new KeptMail(Path.Combine(options.StateDirectory, "mail")));
await using var nextHop = builder.Build();
try
{
    await nextHop.StartAsync(stop.Token);
}
catch (IOException e)
{
    Console.Error.WriteLine($"port {options.NextHopPort} is in use ({e.Message}); choose others with --port-base N");
    return 1;
}

var none = new Dictionary<string, string>();
await using var daemon = ChildProcess.Start(options.DaemonAssembly, ["--config", configuration], none, line => Console.WriteLine("amavisd: " + line));
await using var console = ChildProcess.Start(options.WebAssembly, ["--config", configuration],
    new Dictionary<string, string> { ["AMAVIS_WEB_ADMIN_PASSWORD"] = password }, line => Console.WriteLine("amavis-web: " + line));
try
{
    await WaitForAsync($"http://127.0.0.1:{options.MetricsPort}/healthz", daemon, "amavisd");
    await WaitForAsync($"http://127.0.0.1:{options.ConsolePort}/healthz", console, "amavis-web");
    Greet();
    if (options.Samples)
        await FeedAsync();
    Console.WriteLine("\nCtrl-C ends all of it.");
    await Task.WhenAny(daemon.Exited, console.Exited, Task.Delay(Timeout.Infinite, stop.Token));
}
catch (OperationCanceledException)
{
    return 0;
}
catch (InvalidOperationException e)
{
    Console.Error.WriteLine(e.Message);
    return 1;
}
if (stop.IsCancellationRequested)
    return 0;
Console.Error.WriteLine("amavisd or amavis-web has ended; see above");
return 1;

void Stop(PosixSignalContext context)
{
    context.Cancel = true;
    stop.Cancel();
}

string Password()
{
    var path = Path.Combine(options.StateDirectory, "console-password");
    if (!File.Exists(path))
    {
        File.WriteAllText(path, RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 16));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
    return File.ReadAllText(path).Trim();
}

async Task WaitForAsync(string address, ChildProcess process, string name)
{
    using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
    for (var i = 0; i < 600; i++)
    {
        stop.Token.ThrowIfCancellationRequested();
        if (process.Exited.IsCompleted)
            throw new InvalidOperationException($"{name} ended with status {process.ExitCode}");
        try
        {
            using var response = await client.GetAsync(new Uri(address), stop.Token);
            if (response.IsSuccessStatusCode)
                return;
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !stop.IsCancellationRequested)
        {
            // Not there yet.
        }
        await Task.Delay(200, stop.Token);
    }
    throw new InvalidOperationException($"{name} does not answer at {address}");
}

void Greet()
{
    Console.WriteLine($"""

        Amavis Web is running.

          console      http://127.0.0.1:{options.ConsolePort}   sign in as admin, password {password}
          mail in      127.0.0.1:{options.SmtpPort} (SMTP), 127.0.0.1:{options.SubmissionPort} (submission, originating)
          next hop     127.0.0.1:{options.NextHopPort}, keeps mail in {Path.Combine(options.StateDirectory, "mail")}
          release      127.0.0.1:{options.ReleasePort} (AM.PDP)
          metrics      http://127.0.0.1:{options.MetricsPort}/metrics
          clamd        {clamd ?? "does not answer on its usual sockets: viruses are not looked for"}
          spamd        {spamd ?? "does not answer on 127.0.0.1:783: mail is not scored"}
          local domain example.com; configuration {configuration}

        """);
}

async Task FeedAsync()
{
    await using var pool = new SmtpClientPool(TimeProvider.System, new CounterSet(), new SmtpClientOptions());
    foreach (var line in await SampleMail.SendAsync(pool, options.SmtpPort, TimeProvider.System.GetUtcNow(), stop.Token))
        Console.WriteLine("sample " + line);
}
