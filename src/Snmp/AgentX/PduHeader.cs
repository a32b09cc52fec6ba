using System.Buffers.Binary;

namespace Amavis.Snmp.AgentX;

/// <summary>The 20 octets before each payload (RFC 2741 §6.1).</summary>
/// <param name="TransactionId">Of the SNMP request a PDU belongs to.</param>
/// <param name="PacketId">A response has the one of its request.</param>
/// <param name="PayloadOctets">Octets that follow; not checked.</param>
public readonly record struct PduHeader(PduType Type, PduFlags Flags, uint SessionId, uint TransactionId, uint PacketId, uint PayloadOctets)
{
    public const int Octets = 20;

    /// <summary>The only version there is.</summary>
    public const byte Version = 1;

    public bool IsNetworkByteOrder => Flags.HasFlag(PduFlags.NetworkByteOrder);

    /// <summary>Reads a header.</summary>
    /// <param name="octets">At least <see cref="Octets"/>.</param>
    /// <returns>False: another version, so that nothing is known of what follows.</returns>
    public static bool TryRead(ReadOnlySpan<byte> octets, out PduHeader header)
    {
        var flags = (PduFlags)octets[2];
        var network = flags.HasFlag(PduFlags.NetworkByteOrder);
        header = new PduHeader(
            (PduType)octets[1], flags, Number(octets[4..], network), Number(octets[8..], network), Number(octets[12..], network), Number(octets[16..], network));
        return octets[0] == Version;
    }

    private static uint Number(ReadOnlySpan<byte> octets, bool network) =>
        network ? BinaryPrimitives.ReadUInt32BigEndian(octets) : BinaryPrimitives.ReadUInt32LittleEndian(octets);
}
