using Amavis.Core.Parts;
using Amavis.Decoding.Archives.Zip;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>Where a reader puts the members of one archive: each becomes a part below the archive's.</summary>
internal sealed class MemberSink(MessagePart archive, PartList parts, PartStore store, UnpackBudget budget, CodecSet codecs)
{
    private readonly List<PostponedMember> _postponed = [];
    private int _members;
    private Func<string, MessagePart?>? _awaited;

    /// <summary>The archive itself.</summary>
    public MessagePart Archive { get; } = archive;

    public CodecSet Codecs { get; } = codecs;

    /// <summary>Members that a program has to unpack, when there is one.</summary>
    public IReadOnlyList<PostponedMember> Postponed => _postponed;

    public void Postpone(PostponedMember member) => _postponed.Add(member);

    /// <summary>Where members go that were added before, by the names they now come under.</summary>
    public MemberSink For(IReadOnlyDictionary<string, MessagePart> known) => Awaiting(known.GetValueOrDefault);

    /// <summary>Where a member goes that was added before, under any name.</summary>
    public MemberSink For(MessagePart known) => Awaiting(_ => known);

    private MemberSink Awaiting(Func<string, MessagePart?> known) => new(Archive, parts, store, budget, Codecs) { _awaited = known, _members = _members };

    /// <summary>Adds a member without content.</summary>
    public MessagePart Add(IReadOnlyList<string> names, PartAttributes attributes = PartAttributes.None)
    {
        if (_awaited?.Invoke(names.Count > 0 ? names[0] : "") is { } awaited)
            return awaited;
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
