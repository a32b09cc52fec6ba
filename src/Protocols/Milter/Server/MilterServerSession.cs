using System.Buffers;
using System.IO.Pipelines;
using Amavis.Protocols.Milter.Server.Stages;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Milter.Server;

/// <summary>
/// The filter's side of the milter protocol, versions 2 to 6, on two pipes; they are completed at its end. Whatever goes wrong
/// ends in a tempfail, or in a closed connection, which MTAs take for one.
/// </summary>
public sealed class MilterServerSession(IDuplexPipe transport, MilterSessionContext context)
{
    private readonly MilterPacketReader _reader = new();

    /// <summary>Runs the session to its end; an MTA that goes away is no error.</summary>
    /// <param name="stopping">The server stops: a session between messages ends at once, another one after its message was answered.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var pipes = new TimedPipes(transport, context.Clock);
        using var wake = stopping.UnsafeRegister(static p => ((TimedPipes)p!).Wake(), pipes);
        var session = new MilterSession(context, pipes);
        try
        {
            while (await ReadAsync(session, stopping) && !session.IsOver)
                continue;
            await FlushAsync(session);
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            session.Log(1, "connection lost: " + gone.Message);
        }
        catch (Exception fault)
        {
            session.Log(-2, $"TROUBLE in a session: {fault}");
        }
        finally
        {
            session.Reset();
        }
    }

    /// <summary>Waits for octets and handles the packets in them. False: there is nothing more to come.</summary>
    private async ValueTask<bool> ReadAsync(MilterSession session, CancellationToken stopping)
    {
        var waiting = new WaitClock(session.Pipes, MilterLimits.Idle, stopping);
        while (true)
        {
            if (stopping.IsCancellationRequested && session.Transaction is null)
                return false;
            if (!session.Pipes.Input.TryRead(out var result))
            {
                if (!await FlushAsync(session))
                    return false;
                var left = waiting.Left;
                if (left <= TimeSpan.Zero)
                {
                    session.Log(-1, "no word from the MTA, closing the connection");
                    return false;
                }
                result = await session.Pipes.ReadAsync(left);
            }
            var (status, ends) = Take(result.Buffer, session, out var any);
            if (any)
                waiting.Restart();
            if (ends)
                await EndOfMessageStage.ExecuteAsync(session);
            if (status == MilterReadStatus.Malformed)
                session.GiveUp("a packet of impossible length");
            if (status != MilterReadStatus.Incomplete)
                return true;
            if (result.IsCompleted)
                return false;
        }
    }

    /// <summary>Handles what is complete up to an end of message, which takes time: its last piece of body is taken, the rest left.</summary>
    private (MilterReadStatus Status, bool EndsMessage) Take(ReadOnlySequence<byte> buffer, MilterSession session, out bool any)
    {
        var rest = buffer;
        var status = MilterReadStatus.Complete;
        any = false;
        try
        {
            while (true)
            {
                status = _reader.Read(ref rest, out var packet);
                if (status != MilterReadStatus.Complete)
                    return (status, false);
                any = true;
                Execute(session, packet);
                if (session.IsOver)
                    return (MilterReadStatus.Complete, false);
                if (packet is { Command: MilterCommand.EndOfMessage, IsEnd: true })
                    return (MilterReadStatus.Complete, true);
            }
        }
        finally
        {
            // Of what is incomplete all was looked at; what follows an end of message is left for the next read.
            session.Pipes.Input.AdvanceTo(rest.Start, status == MilterReadStatus.Incomplete ? buffer.End : rest.Start);
        }
    }

    private static void Execute(MilterSession session, MilterPacket packet)
    {
        var payload = packet.Payload.IsSingleSegment ? packet.Payload.FirstSpan : packet.Payload.ToArray();
        if (packet.Command == MilterCommand.Negotiate || session.Options is null)
        {
            NegotiationStage.Execute(session, packet.Command, payload);
            return;
        }
        switch (packet.Command)
        {
            case MilterCommand.Macros: session.Macros.Take(payload); break;
            case MilterCommand.Connect: ConnectionStages.Connect(session, payload); break;
            case MilterCommand.Helo: ConnectionStages.Helo(session, payload); break;
            case MilterCommand.Mail: EnvelopeStages.Mail(session, payload); break;
            case MilterCommand.Rcpt: EnvelopeStages.Rcpt(session, payload); break;
            case MilterCommand.Data: session.Continue(MilterSteps.NoReplyToData); break;
            case MilterCommand.Unknown: session.Continue(MilterSteps.NoReplyToUnknown); break;
            case MilterCommand.Header: ContentStages.Header(session, payload); break;
            case MilterCommand.EndOfHeader: ContentStages.EndOfHeader(session); break;
            case MilterCommand.Body or MilterCommand.EndOfMessage: ContentStages.Body(session, packet.Command, payload, packet.IsEnd); break;
            case MilterCommand.Abort: ConnectionStages.Abort(session); break;
            case MilterCommand.Quit: session.IsOver = true; break;
            case MilterCommand.QuitNewConnection: ConnectionStages.NextClient(session); break;
            default: session.GiveUp($"a packet of unknown kind {(byte)packet.Command}"); break;
        }
    }

    private static async ValueTask<bool> FlushAsync(MilterSession session)
    {
        if (session.Replies.PendingOctets == 0)
            return true;
        session.Replies.Flushed();
        return await session.Pipes.FlushAsync(MilterLimits.Write);
    }
}
