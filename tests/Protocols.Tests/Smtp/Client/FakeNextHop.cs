using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>What a next hop does when a verb comes. Text is sent as it is, line ends included by <see cref="Say"/>.</summary>
internal abstract record HopAction
{
    public sealed record Send(string Octets) : HopAction;

    public sealed record Drop : HopAction;

    public sealed record Hang : HopAction;

    /// <summary>Sends the text and closes.</summary>
    public sealed record SendAndDrop(string Octets) : HopAction;

    public static HopAction Say(params string[] lines) => new Send(string.Concat(lines.Select(line => line + "\r\n")));
}

/// <summary>One message as a next hop saw it.</summary>
internal sealed record HopTransaction(int Connection, IReadOnlyList<string> Commands, string Data)
{
    public string Mail => Commands.Last(c => c.StartsWith("MAIL", StringComparison.Ordinal));

    public IEnumerable<string> Rcpts => Commands.Where(c => c.StartsWith("RCPT", StringComparison.Ordinal));
}

/// <summary>A next hop on a real socket that follows a script: what to do for a verb, by connection.</summary>
internal sealed class FakeNextHop : IAsyncDisposable
{
    public static readonly string[] AllFeatures =
        ["PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "XFORWARD NAME ADDR PORT PROTO HELO IDENT SOURCE"];

    private readonly Socket _listener;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _connections = [];
    private readonly TaskCompletionSource _hung = new();
    private readonly Task _accepting;
    private int _connectionCount;

    public FakeNextHop(string? unixPath = null)
    {
        _listener = unixPath is null
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(unixPath is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(unixPath));
        _listener.Listen(256);
        Path = unixPath;
        _accepting = AcceptAsync();
    }

    public string? Path { get; }
    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;
    public string Address => Path ?? $"[127.0.0.1]:{Port}";
    public string[] Features { get; init; } = AllFeatures;

    /// <summary>Replies after the dot for each recipient.</summary>
    public bool Lmtp { get; init; }

    public X509Certificate2? Certificate { get; init; }

    /// <summary>What to do for a command line ("" for the greeting, "." for the end of data); null: the usual.</summary>
    public Func<int, string, HopAction?> Script { get; set; } = (_, _) => null;

    public List<HopTransaction> Transactions { get; } = [];

    /// <summary>Every command line in order, with its connection from 1.</summary>
    public List<(int Connection, string Line)> Lines { get; } = [];

    /// <summary>What each read of a socket gave.</summary>
    public List<string> Reads { get; } = [];

    /// <summary>Ends when the hop hangs.</summary>
    public Task Hung => _hung.Task;

    public int Connections => Volatile.Read(ref _connectionCount);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        await Task.WhenAll(_connections);
        _stop.Dispose();
        if (Path is not null)
            File.Delete(Path);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                _connections.Add(ServeAsync(socket, Interlocked.Increment(ref _connectionCount)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket, int number)
    {
        Stream stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var connection = new Connection(this, number);
            if (!await DoAsync(stream, Script(number, "") ?? HopAction.Say("220 hop.test ESMTP")))
                return;
            while (await connection.ReadLineAsync(stream, _stop.Token) is { } line)
            {
                var action = connection.Take(line);
                if (action is not null && !await DoAsync(stream, action))
                    return;
                if (line == "STARTTLS" && action is HopAction.Send { Octets: var said } && said.StartsWith("220", StringComparison.Ordinal))
                {
                    var tls = new SslStream(stream);
                    stream = tls;
                    await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _stop.Token);
                    connection.Forget();
                }
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException or System.Security.Authentication.AuthenticationException)
        {
            // The client has gone, or the test is over.
        }
        finally
        {
            await stream.DisposeAsync();
        }
    }

    private async Task<bool> DoAsync(Stream stream, HopAction action)
    {
        switch (action)
        {
            case HopAction.Send send:
                await stream.WriteAsync(Encoding.Latin1.GetBytes(send.Octets), _stop.Token);
                return true;
            case HopAction.SendAndDrop send:
                await stream.WriteAsync(Encoding.Latin1.GetBytes(send.Octets), _stop.Token);
                return false;
            case HopAction.Hang:
                _hung.TrySetResult();
                await Task.Delay(Timeout.Infinite, _stop.Token);
                return false;
            default:
                return false;
        }
    }

    private sealed class Connection(FakeNextHop hop, int number)
    {
        private readonly byte[] _buffer = new byte[256 * 1024];
        private readonly List<string> _commands = [];
        private readonly StringBuilder _data = new();
        private string _unread = "";
        private bool _inData;
        private int _accepted;

        public void Forget() => _unread = "";

        public async Task<string?> ReadLineAsync(Stream stream, CancellationToken cancellationToken)
        {
            while (true)
            {
                var end = _unread.IndexOf("\r\n", StringComparison.Ordinal);
                if (end >= 0)
                {
                    var line = _unread[..end];
                    _unread = _unread[(end + 2)..];
                    return line;
                }
                var length = await stream.ReadAsync(_buffer, cancellationToken);
                if (length == 0)
                    return null;
                var text = Encoding.Latin1.GetString(_buffer, 0, length);
                lock (hop.Reads)
                    hop.Reads.Add(text);
                _unread += text;
            }
        }

        public HopAction? Take(string line)
        {
            if (_inData && line != ".")
            {
                _data.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
                return hop.Script(number, "data line");
            }
            if (!_inData)
            {
                lock (hop.Lines)
                    hop.Lines.Add((number, line));
                _commands.Add(line);
            }
            var special = hop.Script(number, line);
            var action = special ?? Usual(line);
            Follow(line, action is HopAction.Send { Octets: var said } ? said : action is HopAction.SendAndDrop { Octets: var last } ? last : "");
            return action;
        }

        private HopAction Usual(string line)
        {
            if (_inData)
                return HopAction.Say([.. Enumerable.Repeat("250 2.0.0 Ok: queued as X", hop.Lmtp ? _accepted : 1)]);
            return line.Split(' ')[0] switch
            {
                "EHLO" or "LHLO" => HopAction.Say([.. new[] { "hop.test" }.Concat(hop.Features)
                    .Select((f, i) => (i == hop.Features.Length ? "250 " : "250-") + f)]),
                "STARTTLS" => HopAction.Say("220 2.0.0 Ready"),
                "DATA" => _accepted > 0 ? HopAction.Say("354 End data with <CR><LF>.<CR><LF>") : HopAction.Say("554 5.5.1 Error: no valid recipients"),
                "RCPT" => HopAction.Say("250 2.1.5 Ok"),
                "QUIT" => new HopAction.SendAndDrop("221 2.0.0 Bye\r\n"),
                _ => HopAction.Say("250 2.0.0 Ok"),
            };
        }

        private void Follow(string line, string said)
        {
            if (_inData)
            {
                lock (hop.Transactions)
                    hop.Transactions.Add(new HopTransaction(number, [.. _commands], _data.ToString()));
                (_inData, _accepted) = (false, 0);
                _commands.Clear();
                _data.Clear();
                return;
            }
            if (line.StartsWith("RCPT", StringComparison.Ordinal) && said.StartsWith("25", StringComparison.Ordinal))
                _accepted++;
            if (line is "RSET" || line.StartsWith("MAIL", StringComparison.Ordinal))
                _accepted = 0;
            _inData = line == "DATA" && said.StartsWith("354", StringComparison.Ordinal);
        }
    }
}
