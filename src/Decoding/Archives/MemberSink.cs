using Amavis.Core.Parts;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>Where a reader puts the members of one archive: each becomes a part below the archive's.</summary>
internal sealed class MemberSink(MessagePart archive, PartList parts, PartStore store, UnpackBudget budget, CodecSet codecs)
{
    private int _members;

    /// <summary>The archive itself.</summary>
    public MessagePart Archive { get; } = archive;

    public CodecSet Codecs { get; } = codecs;

    /// <summary>Adds a member without content.</summary>
    public MessagePart Add(IReadOnlyList<string> names, PartAttributes attributes = PartAttributes.None)
    {
        budget.ChargeFile();
        var part = parts.AddMember(Archive, ++_members);
        part.Names = names;
        part.Attributes = attributes;
        return part;
    }

    /// <summary>Takes the content of a member; complete it, and dispose it in any case.</summary>
    /// <param name="part">The member.</param>
    /// <param name="expectedOctets">What the archive declares; only a hint.</param>
    public MemberOutput Open(MessagePart part, long expectedOctets = 0) => new(part, store.Create(expectedOctets, isBound: false), budget);

    /// <summary>Room for what a reader needs in between; nothing of it is charged.</summary>
    public PartWriter Scratch(long octets) => store.Create(octets, isBound: false);

    /// <summary>Gives up for the whole message.</summary>
    public static UnpackLimitException Overlapping(MessagePart archive) => new($"Overlapping members in archive {archive.BaseName}");
}

/// <summary>Writes one member, charging each octet before it is kept.</summary>
internal sealed class MemberOutput(MessagePart part, PartWriter writer, UnpackBudget budget) : IOctetSink, IDisposable
{
    private bool _completed;

    public long Length => writer.Length;

    /// <summary>CRC-32 of all octets written.</summary>
    public uint Crc { get; private set; }

    public void Write(ReadOnlySpan<byte> octets)
    {
        budget.Charge(octets.Length, part.BaseName);
        Crc = Crc32.Update(Crc, octets);
        writer.Write(octets);
    }

    /// <summary>What was written becomes the member's content, whole or not.</summary>
    public void Complete()
    {
        _completed = true;
        part.Content = writer.Complete();
    }

    public void Dispose()
    {
        // Given up in the middle: what is there is kept, as far as it goes.
        if (!_completed)
            Complete();
        writer.Dispose();
    }
}
