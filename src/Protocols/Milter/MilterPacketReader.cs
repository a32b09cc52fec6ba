using System.Buffers;
using System.Buffers.Binary;

namespace Amavis.Protocols.Milter;

public enum MilterReadStatus
{
    Incomplete,
    Complete,
    /// <summary>A packet of no octets, or one longer than any MTA sends; nothing more can be read from this connection.</summary>
    Malformed,
}

/// <summary>A packet, or a piece of one that carries body octets.</summary>
/// <param name="Payload">Valid as long as the buffer is.</param>
/// <param name="IsEnd">The last piece of its packet; false only for bodies.</param>
public readonly record struct MilterPacket(MilterCommand Command, ReadOnlySequence<byte> Payload, bool IsEnd);

/// <summary>
/// Reads packets: a length of four octets, a command, its payload. Body octets are handed on as they come, so that a long packet
/// is never held as a whole. Keeps its place between calls.
/// </summary>
public sealed class MilterPacketReader
{
    /// <summary>Octets of a packet that is no body, the command included: the longest header field Postfix and Sendmail can be told to take.</summary>
    public const int MaxPacketOctets = 1 << 20;

    /// <summary>Octets of a body packet; 65,535 is usual, 1 MiB the largest an MTA can negotiate.</summary>
    public const int MaxBodyPacketOctets = (1 << 20) + 65536;

    private const int LengthOctets = 4;

    private MilterCommand _bodyCommand;
    private uint _bodyLeft;
    private bool _inBody;

    /// <summary>Takes one packet or piece off the front of the buffer.</summary>
    /// <param name="buffer">Moved past what was taken.</param>
    public MilterReadStatus Read(ref ReadOnlySequence<byte> buffer, out MilterPacket packet)
    {
        packet = default;
        if (_inBody)
            return ReadBody(ref buffer, out packet);
        if (buffer.Length <= LengthOctets)
            return buffer.Length == LengthOctets && Length(buffer) is 0 or > MaxBodyPacketOctets ? MilterReadStatus.Malformed : MilterReadStatus.Incomplete;
        var length = Length(buffer);
        var command = (MilterCommand)buffer.Slice(LengthOctets).FirstSpan[0];
        var isBody = command is MilterCommand.Body or MilterCommand.EndOfMessage;
        if (length == 0 || length > (isBody ? MaxBodyPacketOctets : MaxPacketOctets))
            return MilterReadStatus.Malformed;
        if (isBody)
        {
            (_inBody, _bodyCommand, _bodyLeft) = (true, command, length - 1);
            buffer = buffer.Slice(LengthOctets + 1);
            return ReadBody(ref buffer, out packet);
        }
        if (buffer.Length < LengthOctets + length)
            return MilterReadStatus.Incomplete;
        packet = new MilterPacket(command, buffer.Slice(LengthOctets + 1, length - 1), IsEnd: true);
        buffer = buffer.Slice(LengthOctets + length);
        return MilterReadStatus.Complete;
    }

    private MilterReadStatus ReadBody(ref ReadOnlySequence<byte> buffer, out MilterPacket packet)
    {
        packet = default;
        if (buffer.IsEmpty && _bodyLeft > 0)
            return MilterReadStatus.Incomplete;
        var take = Math.Min(buffer.Length, _bodyLeft);
        _bodyLeft -= (uint)take;
        _inBody = _bodyLeft > 0;
        packet = new MilterPacket(_bodyCommand, buffer.Slice(0, take), !_inBody);
        buffer = buffer.Slice(take);
        return MilterReadStatus.Complete;
    }

    private static uint Length(ReadOnlySequence<byte> buffer)
    {
        Span<byte> octets = stackalloc byte[LengthOctets];
        buffer.Slice(0, LengthOctets).CopyTo(octets);
        return BinaryPrimitives.ReadUInt32BigEndian(octets);
    }
}
