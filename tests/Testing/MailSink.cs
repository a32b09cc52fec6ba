using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Amavis.Testing;

/// <summary>A message a <see cref="MailSink"/> took.</summary>
/// <param name="MailArguments">Everything after <c>MAIL FROM:</c>.</param>
/// <param name="Octets">As received, dots unstuffed, CRLF line ends.</param>
public sealed record SunkMessage(string MailArguments, IReadOnlyList<string> RcptArguments, string? Xforward, byte[] Octets)
{
    public string Text => Encoding.Latin1.GetString(Octets);
}

/// <summary>
/// A next hop that keeps what it gets. Its answer to each verb can be changed while it runs; an answer of null closes the connection.
/// </summary>
public sealed class MailSink : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly ConcurrentQueue<SunkMessage> _messages = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private long _number;

    public MailSink(int port = 0)
    {
        _listener = new TcpListener(IPAddress.Loopback, port);
        _listener.Start(512);
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Reply to a verb (MAIL, RCPT, DATA, or <c>.</c> for the end of data, EHLO, …) with its argument; the default accepts all.</summary>
    public Func<string, string, string?> Answer { get; set; } = (_, _) => "";

    /// <summary>Keep no octets, only count; for load tests.</summary>
    public bool CountOnly { get; set; }

    public long Count => Volatile.Read(ref _number);

    public IReadOnlyList<SunkMessage> Messages => [.. _messages];

    public void Clear()
    {
        while (_messages.TryDequeue(out _))
        {
        }
    }

    /// <summary>Waits until that many messages are there and gives them.</summary>
    public async Task<IReadOnlyList<SunkMessage>> WaitForAsync(int count, TimeSpan? limit = null)
    {
        using var deadline = new CancellationTokenSource(limit ?? TimeSpan.FromSeconds(30));
        while (_messages.Count < count)
        {
            try
            {
                await _arrived.WaitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"{_messages.Count} of {count} messages arrived at the next hop");
            }
        }
        return Messages;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
        _stop.Dispose();
        _arrived.Dispose();
    }

    private async Task AcceptAsync()
    {
        var sessions = new ConcurrentDictionary<Task, byte>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                var session = ServeAsync(client);
                sessions[session] = 0;
                foreach (var done in sessions.Keys.Where(t => t.IsCompleted))
                    sessions.TryRemove(done, out _);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(sessions.Keys);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            client.NoDelay = true;
            try
            {
                await SessionAsync(new LineStream(client.GetStream()), _stop.Token);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // The filter went away; what was complete is kept.
            }
        }
    }

    private async Task SessionAsync(LineStream stream, CancellationToken stop)
    {
        if (!await ReplyAsync(stream, "CONNECT", "", "220 sink.test ESMTP", stop))
            return;
        var mail = "";
        string? xforward = null;
        var rcpts = new List<string>();
        while (await stream.ReadLineAsync(stop) is { } line)
        {
            var space = line.IndexOf(' ');
            var verb = (space < 0 ? line : line[..space]).ToUpperInvariant();
            var argument = space < 0 ? "" : line[(space + 1)..];
            var reply = "250 2.0.0 Ok";
            switch (verb)
            {
                case "EHLO" or "LHLO":
                    reply = "250-sink.test\r\n250-PIPELINING\r\n250-SIZE\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n250-SMTPUTF8\r\n250-DSN\r\n"
                        + "250 XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE";
                    break;
                case "XFORWARD":
                    xforward = argument;
                    break;
                case "MAIL":
                    mail = argument["FROM:".Length..];
                    rcpts.Clear();
                    break;
                case "DATA":
                    reply = rcpts.Count > 0 ? "354 go on" : "554 5.5.1 no valid recipients";
                    break;
                case "QUIT":
                    await ReplyAsync(stream, verb, argument, "221 2.0.0 Bye", stop);
                    return;
            }
            if (await AskAsync(stream, verb, argument, reply, stop) is not { } given)
                return;
            if (verb == "RCPT" && given.StartsWith('2'))
                rcpts.Add(argument["TO:".Length..]);
            if (verb != "DATA" || !given.StartsWith("354", StringComparison.Ordinal))
                continue;
            var octets = await stream.ReadDataAsync(stop);
            if (octets is null)
                return;
            var id = Interlocked.Increment(ref _number);
            if (await AskAsync(stream, ".", "", $"250 2.0.0 Ok: queued as SINK{id:X6}", stop, () => Keep(new SunkMessage(mail, [.. rcpts], xforward, CountOnly ? [] : octets))) is null)
                return;
            xforward = null;
        }
    }

    private void Keep(SunkMessage message)
    {
        _messages.Enqueue(message);
        _arrived.Release();
    }

    private async Task<bool> ReplyAsync(LineStream stream, string verb, string argument, string reply, CancellationToken stop) =>
        await AskAsync(stream, verb, argument, reply, stop) is not null;

    /// <summary>The reply given, or null when the connection is to be closed. A message counts as taken before its 250 is written.</summary>
    private async Task<string?> AskAsync(LineStream stream, string verb, string argument, string reply, CancellationToken stop, Action? onSuccess = null)
    {
        var wanted = Answer(verb, argument);
        if (wanted is null)
            return null;
        if (wanted.Length > 0)
            reply = wanted;
        if (reply.StartsWith('2'))
            onSuccess?.Invoke();
        await stream.WriteAsync(reply + "\r\n", stop);
        return reply;
    }
}
