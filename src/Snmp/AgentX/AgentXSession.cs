using System.Buffers;
using System.IO.Pipelines;
using Amavis.Core.Logging;
using Amavis.Snmp.Mib;

namespace Amavis.Snmp.AgentX;

/// <summary>
/// One session with a master on one connection: opened, the objects registered, requests answered, and the master asked for a sign of
/// life when it is quiet.
/// </summary>
public sealed class AgentXSession(Stream stream, MibView mib, TimeProvider clock, IMailLog log)
{
    private readonly PipeReader _reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
    private readonly AgentXResponder _responder = new(mib);
    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>What was asked for and not answered yet, by packet id; null: a Ping.</summary>
    private readonly Dictionary<uint, Oid?> _asked = [];

    private uint _session;
    private uint _packet;

    /// <summary>Runs the session to its end.</summary>
    /// <param name="description">Told to the master, for its lists.</param>
    /// <param name="established">Called once, when everything is registered.</param>
    /// <returns>Why it ended.</returns>
    /// <exception cref="OperationCanceledException">We stop; the master was told.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async Task<string> RunAsync(string description, Action established, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(established);
        try
        {
            if (await OpenAsync(description, stopping) is { } fault)
                return fault;
            foreach (var group in mib.Groups)
                await AskAsync(new PduBody.Register(new Registration(group.Subtree)), group.Subtree, stopping);
            return await ServeAsync(established, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await SayFarewellAsync();
            throw;
        }
        finally
        {
            await _reader.CompleteAsync();
        }
    }

    /// <returns>Why it did not open; null: it did.</returns>
    private async Task<string?> OpenAsync(string description, CancellationToken stopping)
    {
        await SendAsync(new PduBody.Open(0, AmavisMib.Product, description), 0, ++_packet, stopping);
        var (status, _, pdu) = await ReadAsync(AgentXLimits.Answer, stopping);
        if (status is null)
            return "no answer to Open";
        if (pdu is not { Body: PduBody.Response response } || pdu.PacketId != _packet)
            return "what answers there does not speak AgentX";
        _session = pdu.SessionId;
        return response.Error == ResponseError.None ? null : $"the master refused the session: {Name(response.Error)}";
    }

    private async Task<string> ServeAsync(Action established, CancellationToken stopping)
    {
        Action? tell = established;
        while (true)
        {
            if (_asked.Count == 0)
            {
                tell?.Invoke();
                tell = null;
            }
            var (status, header, pdu) = await ReadAsync(_asked.Count > 0 ? AgentXLimits.Answer : AgentXLimits.Quiet, stopping);
            switch (status, pdu?.Body)
            {
                case (null, _) when _asked.Count > 0:
                    return "the master does not answer";
                case (null, _):
                    await AskAsync(new PduBody.Ping(), null, stopping);
                    break;
                case (PduStatus.Incomplete, _):
                    return "the master closed the connection";
                case (PduStatus.Unusable, _):
                    return "what the master sent is not AgentX";
                case (PduStatus.Malformed, _) when header.Type != PduType.Response:
                    await SendAsync(AgentXResponder.Failed(ResponseError.ParseError, 0), header.TransactionId, header.PacketId, stopping);
                    break;
                case (_, PduBody.Response response):
                    if (TakeAnswer(pdu, response) is { } fault)
                        return fault;
                    break;
                case (_, PduBody.Close close):
                    return $"the master closed the session: {Name(close.Reason)}";
                case (_, not null):
                    await AnswerAsync(pdu, stopping);
                    break;
            }
        }
    }

    /// <returns>Why the session is over; null: it goes on.</returns>
    private string? TakeAnswer(AgentXPdu pdu, PduBody.Response response)
    {
        if (!_asked.Remove(pdu.PacketId, out var subtree))
            return null;
        switch (response.Error)
        {
            case ResponseError.None:
                return null;
            case ResponseError.NotOpen:
                return "the master does not know the session";
            case ResponseError.DuplicateRegistration:
                log.Line(-1, null, $"SNMP: {subtree} is registered by somebody else at the master, its objects are theirs; does amavis-agentx run, or another amavisd?");
                return null;
            default:
                log.Line(-1, null, $"SNMP: the master refused {(subtree is null ? "Ping" : "to register " + subtree)}: {Name(response.Error)}");
                return null;
        }
    }

    private async Task AnswerAsync(AgentXPdu request, CancellationToken stopping)
    {
        PduBody.Response? answer;
        if (request.SessionId != _session)
        {
            answer = request.Body is PduBody.CleanupSet ? null : AgentXResponder.Failed(ResponseError.NotOpen, 0);
        }
        else
        {
            await mib.RefreshAsync(AgentXResponder.RangesOf(request.Body), stopping);
            answer = _responder.Answer(request);
        }
        if (answer is not null)
            await SendAsync(answer, request.TransactionId, request.PacketId, stopping, request.SessionId);
    }

    private async Task AskAsync(PduBody body, Oid? subtree, CancellationToken stopping)
    {
        _asked[++_packet] = subtree;
        await SendAsync(body, 0, _packet, stopping);
    }

    /// <summary>A PDU; Incomplete: the connection was closed; null: nothing came in time.</summary>
    private async Task<(PduStatus? Status, PduHeader Header, AgentXPdu? Pdu)> ReadAsync(TimeSpan limit, CancellationToken stopping)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        while (true)
        {
            ReadResult result;
            try
            {
                result = await _reader.ReadAsync(both.Token);
            }
            catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
            {
                return (null, default, null);
            }
            var buffer = result.Buffer;
            var status = PduCodec.TryRead(ref buffer, out var header, out var pdu);
            _reader.AdvanceTo(buffer.Start, status == PduStatus.Incomplete ? buffer.End : buffer.Start);
            if (status != PduStatus.Incomplete || result.IsCompleted)
                return (status, header, pdu);
        }
    }

    private async Task SendAsync(PduBody body, uint transaction, uint packet, CancellationToken stopping, uint? session = null)
    {
        _output.ResetWrittenCount();
        PduCodec.Write(_output, new AgentXPdu(session ?? _session, transaction, packet, body));
        using var timeout = new CancellationTokenSource(AgentXLimits.Answer, clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, stopping);
        try
        {
            await stream.WriteAsync(_output.WrittenMemory, both.Token);
        }
        catch (OperationCanceledException e) when (!stopping.IsCancellationRequested)
        {
            throw new IOException("the master takes nothing any more", e);
        }
    }

    private async Task SayFarewellAsync()
    {
        using var patience = new CancellationTokenSource(AgentXLimits.Farewell, clock);
        try
        {
            await SendAsync(new PduBody.Close(CloseReason.Shutdown), 0, ++_packet, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // It finds out by itself that the connection is closed.
        }
    }

    private static string Name(ResponseError error) => $"{error} ({(int)error})";

    private static string Name(CloseReason reason) => $"{reason} ({(int)reason})";
}
