using System.Buffers;
using Amavis.Protocols.Transport;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>How a wait for the client ended.</summary>
internal enum InputStatus
{
    Complete,
    /// <summary>A command longer than <see cref="CommandReader.MaxOctets"/>, read to its end and dropped.</summary>
    TooLong,
    /// <summary>The client is gone, or reads no replies.</summary>
    Closed,
    TimedOut,
    /// <summary>The server stops, and no transaction is open.</summary>
    Stopping,
}

/// <summary>Reads command lines. Replies are sent when nothing is left that could be a further complete command (RFC 2920 §3.2).</summary>
internal sealed class CommandReader(SmtpWire wire)
{
    /// <summary>Octets a line may have with its CRLF.</summary>
    public int MaxOctets { get; set; } = SmtpLimits.CommandOctets;

    /// <summary>The last complete command.</summary>
    public SmtpCommand Command { get; private set; } = new("", "", "", IsClean: false);

    /// <param name="idle">The longest wait for a first octet, and for replies to be taken.</param>
    /// <param name="mayFinish">A transaction is open, which a stop of the server does not end at once.</param>
    public async ValueTask<InputStatus> ReadAsync(TimeSpan idle, bool mayFinish, CancellationToken stopping)
    {
        var waiting = new WaitClock(wire.Pipes, idle, stopping);
        long? firstOctet = null;
        var dropping = false;
        while (true)
        {
            if (stopping.IsCancellationRequested && !mayFinish)
                return InputStatus.Stopping;
            if (wire.Replies.PendingOctets >= SmtpLimits.PendingReplyOctets && !await wire.FlushAsync(idle))
                return InputStatus.Closed;
            if (!wire.Input.TryRead(out var result))
            {
                if (!await wire.FlushAsync(idle))
                    return InputStatus.Closed;
                if (Left(ref waiting, firstOctet) is var left && left <= TimeSpan.Zero)
                    return InputStatus.TimedOut;
                result = await wire.ReadAsync(left);
            }

            var status = Take(result.Buffer, ref dropping, out var empty);
            if (status != LineStatus.Incomplete)
                return status == LineStatus.Complete ? InputStatus.Complete : InputStatus.TooLong;
            if (result.IsCompleted)
                return InputStatus.Closed;
            if (firstOctet is null && (!empty || dropping))
            {
                firstOctet = wire.Now;
                waiting.Restart();
            }
            if (Left(ref waiting, firstOctet) <= TimeSpan.Zero)
                return InputStatus.TimedOut;
        }
    }

    private TimeSpan Left(ref WaitClock waiting, long? firstOctet) =>
        firstOctet is { } first ? WaitClock.Min(waiting.Left, SmtpLimits.Command - wire.Since(first)) : waiting.Left;

    /// <summary>Takes a line, or drops what belongs to one that is too long.</summary>
    private LineStatus Take(ReadOnlySequence<byte> buffer, ref bool dropping, out bool empty)
    {
        var rest = buffer;
        empty = buffer.IsEmpty;
        try
        {
            if (!dropping)
            {
                var status = SmtpLine.TryRead(ref rest, MaxOctets, out var line);
                if (status == LineStatus.Complete)
                    Command = line.IsSingleSegment ? SmtpCommand.Parse(line.FirstSpan) : SmtpCommand.Parse(line.ToArray());
                if (status != LineStatus.TooLong)
                    return status;
                dropping = true;
            }
            return DropLine(ref rest) ? LineStatus.TooLong : LineStatus.Incomplete;
        }
        finally
        {
            // A complete line leaves what follows for the next read; of an incomplete one all was looked at.
            wire.Input.AdvanceTo(rest.Start, rest.Length < buffer.Length ? rest.Start : buffer.End);
        }
    }

    /// <summary>Drops to the end of the line; a CR that may be half of it is kept. True: the end was there.</summary>
    private static bool DropLine(ref ReadOnlySequence<byte> rest)
    {
        var reader = new SequenceReader<byte>(rest);
        if (reader.TryReadTo(out ReadOnlySequence<byte> _, "\r\n"u8))
        {
            rest = reader.UnreadSequence;
            return true;
        }
        var last = rest.Slice(rest.Length - Math.Min(1, rest.Length));
        rest = !last.IsEmpty && last.FirstSpan[0] == '\r' ? last : rest.Slice(rest.End);
        return false;
    }
}
