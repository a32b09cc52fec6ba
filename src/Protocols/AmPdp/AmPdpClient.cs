using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Amavis.Core.Messages;

namespace Amavis.Protocols.AmPdp;

/// <summary>What the server made of a release.</summary>
/// <param name="Replies">One for each recipient; a single one when the request as a whole failed.</param>
/// <param name="Message">The whole answer.</param>
public sealed record ReleaseAnswer(IReadOnlyList<SmtpReply> Replies, AmPdpMessage Message);

/// <summary>The client side of a connection; several requests may follow one another.</summary>
public sealed class AmPdpClient : IAsyncDisposable
{
    private readonly Socket _socket;
    private readonly NetworkStream _stream;
    private readonly PipeReader _input;
    private readonly AmPdpReader _reader = new();
    private readonly string _name;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    private AmPdpClient(Socket socket, string name, TimeSpan timeout, TimeProvider time)
    {
        _socket = socket;
        _stream = new NetworkStream(socket, ownsSocket: true);
        _input = PipeReader.Create(_stream, new StreamPipeReaderOptions(leaveOpen: true));
        _name = name;
        _timeout = timeout;
        _time = time;
    }

    /// <param name="timeout">For connecting, and for each exchange.</param>
    /// <exception cref="IOException">No connection.</exception>
    public static async Task<AmPdpClient> ConnectAsync(AmPdpEndpoint endpoint, TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        using var limit = new CancellationTokenSource(timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var socket = endpoint.Path is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(endpoint.ToEndPoint(), linked.Token);
            return new AmPdpClient(socket, endpoint.ToString(), timeout, time);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            if (cancellationToken.IsCancellationRequested)
                throw;
            var reason = exception is OperationCanceledException ? "no answer in time" : exception.Message;
            throw new IOException($"can't connect to {endpoint}: {reason}", exception);
        }
    }

    /// <summary>Asks for one message to be released.</summary>
    /// <exception cref="IOException">No answer, or one that makes no sense; whether the message was released is not known.</exception>
    public async Task<ReleaseAnswer> ReleaseAsync(ReleaseRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        var answer = await ExchangeAsync(request.ToAttributes(), cancellationToken);
        var replies = answer.Values("setreply").Select(SmtpReply.Parse).ToList();
        return replies.Count > 0 ? new ReleaseAnswer(replies, answer) : throw new IOException($"{_name} answered without a reply");
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="IOException">No answer.</exception>
    public Task<AmPdpMessage> ExchangeAsync(IEnumerable<AmPdpAttribute> attributes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var writer = new AmPdpWriter();
        foreach (var (name, value) in attributes)
            writer.Attribute(name, value);
        writer.End();
        return ExchangeAsync(writer, cancellationToken);
    }

    /// <summary>The same with a request that was written already, its end included.</summary>
    /// <exception cref="IOException">No answer.</exception>
    public async Task<AmPdpMessage> ExchangeAsync(AmPdpWriter writer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(writer);
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _stream.WriteAsync(writer.Written, linked.Token);
            return await ReadAsync(linked.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"{_name} gave no answer in time", exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _input.CompleteAsync();
        await _stream.DisposeAsync();
        _socket.Dispose();
    }

    private async Task<AmPdpMessage> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            try
            {
                var status = _reader.Read(ref buffer, out var message);
                if (message is not null)
                    return message;
                if (status == AmPdpReadStatus.TooLarge || result.IsCompleted)
                    throw new IOException(status == AmPdpReadStatus.TooLarge ? $"{_name} sent too much" : $"{_name} closed the connection");
            }
            finally
            {
                _input.AdvanceTo(buffer.Start, result.Buffer.End);
            }
        }
    }
}
