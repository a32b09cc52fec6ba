using System.Buffers;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Client;

/// <summary>
/// The octets of one connection: commands are gathered and sent with one write, replies are read within limits. Faults of the
/// other side are values, only the caller's giving up is an exception.
/// </summary>
internal sealed class SmtpWire(Socket socket) : IDisposable
{
    private const int WriteOctets = 64 * 1024;

    /// <summary>Less room behind the commands than this is not worth filling with the message's first octets.</summary>
    private const int UsefulOctets = 4096;


    private readonly ReplyParser _parser = new();
    private readonly byte[] _in = new byte[2 * ReplyParser.MaxLineOctets];
    private Stream _stream = new NetworkStream(socket, ownsSocket: true);
    private byte[] _out = [];
    private int _inStart;
    private int _inEnd;
    private int _outLength;
    private int _lineStart;

    /// <summary>False when the server closed the connection or said something unasked: it must not be used again.</summary>
    public bool IsQuiet => _inStart == _inEnd && !socket.Poll(0, SelectMode.SelectRead);

    /// <summary>Appends to the command at hand; UTF-8.</summary>
    public SmtpWire Append(ReadOnlySpan<char> text)
    {
        Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        _outLength += Encoding.UTF8.GetBytes(text, _out.AsSpan(_outLength));
        return this;
    }

    /// <summary>Octets of the command at hand.</summary>
    public int CommandOctets => _outLength - _lineStart;

    /// <summary>Ends the command at hand; it is sent with the next flush.</summary>
    public void EndCommand()
    {
        var command = _out.AsSpan(_lineStart, _outLength - _lineStart);
        if (command.ContainsAnyInRange((byte)0, (byte)0x1f) || command.Contains((byte)0x7f))
        {
            _outLength = _lineStart;
            throw new InvalidOperationException("a command with a control character was about to be sent");
        }
        Reserve(2);
        "\r\n"u8.CopyTo(_out.AsSpan(_outLength));
        _outLength += 2;
        _lineStart = _outLength;
    }

    /// <summary>Sends the gathered commands.</summary>
    public async ValueTask<WireFault> FlushAsync(StageClock clock, TimeSpan limit)
    {
        if (_outLength == 0)
            return WireFault.None;
        try
        {
            await _stream.WriteAsync(_out.AsMemory(0, _outLength), clock.Start(limit));
            return WireFault.None;
        }
        catch (OperationCanceledException)
        {
            clock.ThrowIfAbandoned();
            return WireFault.TimedOut;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return WireFault.Closed;
        }
        finally
        {
            _outLength = _lineStart = 0;
        }
    }

    /// <summary>Sends a message, dots doubled, and the lone dot; the last octets and the dot go out in one write.</summary>
    /// <param name="limit">For each write.</param>
    public async ValueTask<WireFault> SendMessageAsync(OutgoingMessage message, StageClock clock, TimeSpan limit)
    {
        const int EndOctets = 5;
        Reserve(UsefulOctets);
        var stuffer = new DotStuffer(message.LeadingDots);
        foreach (var chunk in message.Chunks())
        {
            for (var at = 0; at < chunk.Length;)
            {
                var (taken, written) = stuffer.Copy(chunk.Span[at..], _out.AsSpan(_outLength, _out.Length - EndOctets - _outLength));
                at += taken;
                _outLength += written;
                if (at < chunk.Length && await FlushAsync(clock, limit) is var fault and not WireFault.None)
                    return fault;
            }
        }
        stuffer.End.CopyTo(_out.AsSpan(_outLength));
        _outLength += stuffer.End.Length;
        return await FlushAsync(clock, limit);
    }

    /// <summary>Reads one reply.</summary>
    /// <param name="limit">For the whole reply; counted only when the wire has to be read.</param>
    /// <param name="lines">Takes the text of each line when not null.</param>
    public async ValueTask<ServerReply> ReadReplyAsync(StageClock clock, TimeSpan limit, List<string>? lines = null)
    {
        _parser.Start(lines);
        CancellationToken token = default;
        var waiting = false;
        while (true)
        {
            switch (TryTakeLine())
            {
                case ReplyLineStatus.Complete:
                    return _parser.Reply;
                case ReplyLineStatus.Malformed:
                    return ServerReply.Faulty(WireFault.Malformed, "malformed reply");
            }
            if (!waiting)
                token = clock.Start(limit);
            waiting = true;
            if (await FillAsync(clock, token) is var fault and not WireFault.None)
                return ServerReply.Faulty(fault, fault == WireFault.TimedOut ? "no reply in time" : "connection closed");
        }
    }

    /// <summary>Changes to TLS after STARTTLS was answered. Anything received before the handshake is a fault: it was not protected.</summary>
    public async ValueTask<ServerReply> StartTlsAsync(TlsClientSettings settings, string name, StageClock clock, TimeSpan limit)
    {
        if (_inStart != _inEnd)
            return ServerReply.Faulty(WireFault.Malformed, "plain text after STARTTLS");
        if (TlsClientOptions.Make(settings, name, out var fault) is not { } options)
            return ServerReply.Faulty(WireFault.Closed, fault);
        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        try
        {
            await tls.AuthenticateAsClientAsync(options, clock.Start(limit));
            return ServerReply.Of(220, "");
        }
        catch (OperationCanceledException)
        {
            clock.ThrowIfAbandoned();
            return ServerReply.Faulty(WireFault.TimedOut, "TLS handshake");
        }
        catch (Exception e) when (e is System.Security.Authentication.AuthenticationException or IOException or SocketException)
        {
            return ServerReply.Faulty(WireFault.Closed, "TLS handshake failed: " + Core.Logging.LogText.Sanitize(e.Message));
        }
    }

    /// <summary>Gives the write buffer back while the connection is idle.</summary>
    public void Rest()
    {
        if (_out.Length > 0)
            ArrayPool<byte>.Shared.Return(_out);
        _out = [];
        _outLength = _lineStart = 0;
    }

    public void Dispose()
    {
        Rest();
        _stream.Dispose();
    }

    private ReplyLineStatus TryTakeLine()
    {
        while (true)
        {
            var unread = _in.AsSpan(_inStart, _inEnd - _inStart);
            var end = unread.IndexOf((byte)'\n');
            if (end < 0)
                return unread.Length >= ReplyParser.MaxLineOctets ? ReplyLineStatus.Malformed : ReplyLineStatus.More;
            if (end >= ReplyParser.MaxLineOctets)
                return ReplyLineStatus.Malformed;
            // A lone LF ends a reply line, too: old servers send it, and a reply carries no content to hide.
            var line = unread[..end];
            _inStart += end + 1;
            if (line.EndsWith((byte)'\r'))
                line = line[..^1];
            if (_parser.Add(line) is var status and not ReplyLineStatus.More)
                return status;
        }
    }

    private async ValueTask<WireFault> FillAsync(StageClock clock, CancellationToken token)
    {
        if (_inStart == _inEnd)
        {
            _inStart = _inEnd = 0;
        }
        else if (_inEnd == _in.Length)
        {
            _in.AsSpan(_inStart, _inEnd - _inStart).CopyTo(_in);
            (_inStart, _inEnd) = (0, _inEnd - _inStart);
        }
        try
        {
            var length = await _stream.ReadAsync(_in.AsMemory(_inEnd), token);
            _inEnd += length;
            return length == 0 ? WireFault.Closed : WireFault.None;
        }
        catch (OperationCanceledException)
        {
            clock.ThrowIfAbandoned();
            return WireFault.TimedOut;
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
        {
            return WireFault.Closed;
        }
    }

    private void Reserve(int octets)
    {
        if (_out.Length - _outLength >= octets)
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(WriteOctets, _outLength + octets));
        _out.AsSpan(0, _outLength).CopyTo(larger);
        if (_out.Length > 0)
            ArrayPool<byte>.Shared.Return(_out);
        _out = larger;
    }
}
