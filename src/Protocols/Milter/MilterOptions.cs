using System.Buffers.Binary;
using System.Text;

namespace Amavis.Protocols.Milter;

/// <summary>What a filter may do to a message; the values are the protocol's.</summary>
[Flags]
public enum MilterActions : uint
{
    None = 0,
    /// <summary>Append and insert.</summary>
    AddHeaders = 0x01,
    ReplaceBody = 0x02,
    AddRecipients = 0x04,
    DeleteRecipients = 0x08,
    /// <summary>Replace and delete.</summary>
    ChangeHeaders = 0x10,
    Quarantine = 0x20,
    ChangeSender = 0x40,
    AddRecipientsWithParameters = 0x80,
    /// <summary>Tell which macros it wants.</summary>
    SetMacros = 0x100,
}

/// <summary>Which packets are left out, in which direction, and details of others; the values are the protocol's.</summary>
[Flags]
public enum MilterSteps : uint
{
    None = 0,
    NoConnect = 0x01,
    NoHelo = 0x02,
    NoMail = 0x04,
    NoRcpt = 0x08,
    NoBody = 0x10,
    NoHeaders = 0x20,
    NoEndOfHeader = 0x40,
    NoReplyToHeaders = 0x80,
    NoUnknown = 0x100,
    NoData = 0x200,
    /// <summary>The filter may answer a body packet with "skip".</summary>
    Skip = 0x400,
    /// <summary>Recipients the MTA refused are sent as well.</summary>
    RefusedRecipients = 0x800,
    NoReplyToConnect = 0x1000,
    NoReplyToHelo = 0x2000,
    NoReplyToMail = 0x4000,
    NoReplyToRcpt = 0x8000,
    NoReplyToData = 0x10000,
    NoReplyToUnknown = 0x20000,
    NoReplyToEndOfHeader = 0x40000,
    NoReplyToBody = 0x80000,
    /// <summary>Header bodies come, and are sent, with the blank after the colon.</summary>
    LeadingBlanks = 0x100000,
}

/// <summary>The option negotiation at the beginning of a connection.</summary>
/// <param name="Version">Of the protocol, 2 to 6.</param>
public sealed record MilterOptions(uint Version, MilterActions Actions, MilterSteps Steps)
{
    public const uint NewestVersion = 6;
    public const uint OldestVersion = 2;

    private const int Octets = 12;

    /// <summary>The payload of a negotiation packet; what follows the three numbers is passed over. Null: too short.</summary>
    public static MilterOptions? Read(ReadOnlySpan<byte> payload) => payload.Length < Octets
        ? null
        : new MilterOptions(
            BinaryPrimitives.ReadUInt32BigEndian(payload),
            (MilterActions)BinaryPrimitives.ReadUInt32BigEndian(payload[4..]),
            (MilterSteps)BinaryPrimitives.ReadUInt32BigEndian(payload[8..]));

    /// <summary>What both sides can do of what we want.</summary>
    public MilterOptions Agree(MilterActions wantedActions, MilterSteps wantedSteps) =>
        new(Math.Min(Version, NewestVersion), Actions & wantedActions, Steps & wantedSteps);

    /// <param name="macros">Stage number of the protocol and the macros wanted there; empty unless the MTA takes such wishes.</param>
    public byte[] Encode(IReadOnlyList<(uint Stage, string Names)> macros)
    {
        ArgumentNullException.ThrowIfNull(macros);
        var payload = new byte[Octets + macros.Sum(m => 5 + Encoding.ASCII.GetByteCount(m.Names))];
        BinaryPrimitives.WriteUInt32BigEndian(payload, Version);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(4), (uint)Actions);
        BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(8), (uint)Steps);
        var at = Octets;
        foreach (var (stage, names) in macros)
        {
            BinaryPrimitives.WriteUInt32BigEndian(payload.AsSpan(at), stage);
            at += 4 + Encoding.ASCII.GetBytes(names, payload.AsSpan(at + 4)) + 1;
        }
        return payload;
    }
}
