using System.Net.Sockets;
using System.Text;

namespace Amavis.Daemon.Logging;

/// <summary>The local syslog (<c>/dev/log</c>, RFC 3164 form); long lines are split with the id repeated. Falls back to standard error.</summary>
public sealed class SyslogSink(string ident, string facility, int maxLineOctets, string socketPath = "/dev/log") : ILogSink
{
    private const int SmallestLine = 50;
    private static readonly string[] Facilities =
    [
        "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp",
        "", "", "", "", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
    ];

    private Socket? _socket;

    public void Write(LogEntry entry)
    {
        var code = Math.Max(0, Array.IndexOf(Facilities, facility)) * 8 + Priority(entry.Level);
        foreach (var piece in Split(entry, Math.Max(SmallestLine, maxLineOctets)))
            Send($"<{code}>{entry.Time:MMM dd HH:mm:ss} {ident}[{Environment.ProcessId}]: {piece}");
    }

    public void Flush()
    {
    }

    public ValueTask DisposeAsync()
    {
        _socket?.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Every piece but the last ends with three dots; each following one repeats the id and begins with them.</summary>
    public static IEnumerable<string> Split(LogEntry entry, int max)
    {
        var text = entry.Text;
        var prefix = "";
        while (prefix.Length + text.Length > max)
        {
            var take = Math.Max(1, max - prefix.Length - 3);
            if (char.IsHighSurrogate(text[take - 1]))
                take = take > 1 ? take - 1 : Math.Min(2, text.Length);
            yield return prefix + text[..take] + "...";
            text = text[take..];
            prefix = entry.Prefix + "...";
        }
        yield return prefix + text;
    }

    private static int Priority(int level) => level switch
    {
        <= -3 => 2,
        -2 => 3,
        -1 => 4,
        0 => 5,
        1 or 2 => 6,
        _ => 7,
    };

    private void Send(string line)
    {
        try
        {
            if (_socket is null)
            {
                _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
                _socket.Connect(new UnixDomainSocketEndPoint(socketPath));
            }
            _socket.Send(Encoding.UTF8.GetBytes(line));
        }
        catch (SocketException)
        {
            _socket?.Dispose();
            _socket = null;
            Console.Error.WriteLine(line);
        }
    }
}
