using Amavis.Core.Parts;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Zip;

/// <summary>
/// Takes ZIP archives apart by both directories: the members of the central one, and those that only have a local header.
/// Where the two contradict each other the member is read both ways. Members that share octets are a bomb.
/// </summary>
internal sealed class ZipReader
{
    private const int UsualHeader = 4096;
    private const ushort Stored = 0;
    private const ushort Deflated = 8;
    private const ushort Deflated64 = 9;
    private const ushort Bzip2 = 12;
    private const ushort MaxMethod = 99;

    /// <summary>Octets; longer than any path.</summary>
    private const int LongestHiddenName = UsualHeader - 1;

    private readonly StoredContent _content;
    private readonly MemberSink _members;
    private byte[] _header = LargeArrays.Rent(UsualHeader);
    private ArchiveFindings _findings;

    private ZipReader(StoredContent content, MemberSink members) => (_content, _members) = (content, members);

    /// <exception cref="UnpackLimitException">Too many members, too many octets, or members that overlap.</exception>
    public static ArchiveFindings Read(StoredContent content, MemberSink members, int maxFiles)
    {
        var reader = new ZipReader(content, members);
        try
        {
            reader.ReadAll(ZipDirectory.Find(content, maxFiles > 0 ? maxFiles : int.MaxValue));
        }
        finally
        {
            LargeArrays.Return(reader._header);
        }
        return reader._findings;
    }

    /// <summary>An archive stands at the end of something else: a self-extracting program, a picture with an appendix.</summary>
    public static bool IsAppended(StoredContent content) => ZipDirectory.Find(content, maxEntries: 0) is { Entries.Count: > 0 };

    private void ReadAll(ZipDirectory? directory)
    {
        if (directory is null)
        {
            // Broken off before its directory: what has a local header is there.
            _findings |= ArchiveFindings.Damaged;
            if (_content.WithHead(4, static (head, _) => head.SequenceEqual("PK\u0007\u0008"u8)))
                _findings |= ArchiveFindings.Unsupported; // the first volume of several
            ReadHidden(0, _content.Length);
            return;
        }
        if (directory.IsSplit)
            _findings |= ArchiveFindings.Unsupported;
        if (directory.Damaged)
            _findings |= ArchiveFindings.Damaged;
        if (directory.Ambiguous)
            _findings |= ArchiveFindings.Ambiguous;
        var members = ReadLocals(directory.Entries);
        var inOrder = members.Where(member => member.Local is not null).OrderBy(member => member.Start).ToList();
        RefuseOverlap(inOrder, directory.Start);
        foreach (var member in members)
            ReadMember(member, directory.Start);
        ReadGaps(inOrder, directory);
    }

    // Headers that are together longer than the archive share octets; stopping there bounds the memory for their names.
    private List<Member> ReadLocals(IReadOnlyList<ZipEntry> entries)
    {
        var members = new List<Member>(entries.Count);
        var octets = 0L;
        foreach (var central in entries)
        {
            var local = ReadLocal(central.HeaderOffset);
            octets += local?.HeaderOctets ?? 0;
            if (octets > _content.Length)
                throw MemberSink.Overlapping(_members.Archive);
            members.Add(new Member(central, local));
        }
        return members;
    }

    // Only members that lie in the archive as a whole can be told to overlap; others are damage.
    private void RefuseOverlap(List<Member> inOrder, long limit)
    {
        var end = 0L;
        foreach (var member in inOrder.Where(member => member.End <= limit))
        {
            if (member.Start < end)
                throw MemberSink.Overlapping(_members.Archive);
            end = member.End;
        }
    }

    private void ReadMember(Member member, long limit)
    {
        var (central, local) = member;
        if (local is null)
        {
            _findings |= ArchiveFindings.Damaged;
            _members.Add(MemberNames.Of(central.Names), central.Attributes | PartAttributes.Undecipherable);
            return;
        }
        var contradiction = central.Contradicts(local);
        var names = MemberNames.Of(central.HasNameOf(local) ? central.Names : central.Names.Concat(local.Names));
        Extract(central, names, member.DataStart, Math.Min(member.End, limit));
        if (member.End > limit)
            _findings |= ArchiveFindings.Damaged;
        if (!contradiction)
            return;
        _findings |= ArchiveFindings.Ambiguous;
        var sameData = central.Method == local.Method && central.Encrypted == local.Encrypted
            && (local.CompressedOctets == 0 || local.CompressedOctets == central.CompressedOctets);
        if (!sameData)
            Extract(local with { MadeBy = central.MadeBy, ExternalAttributes = central.ExternalAttributes }, names, member.DataStart,
                DataEnd(local, member.DataStart, limit));
    }

    // What lies between the members of the central directory, before the first and behind the end.
    private void ReadGaps(List<Member> inOrder, ZipDirectory directory)
    {
        var at = 0L;
        var hidden = 0;
        foreach (var member in inOrder)
        {
            hidden += ReadHidden(at, Math.Min(member.Start, directory.Start));
            at = Math.Max(at, member.End);
        }
        hidden += ReadHidden(at, directory.Start);
        hidden += ReadHidden(directory.End, _content.Length);
        if (hidden > 0)
            _findings |= ArchiveFindings.Ambiguous;
    }

    // Members between two places that have nothing but a local header. Gives their number.
    private int ReadHidden(long from, long to)
    {
        var count = 0;
        while (FindLocal(from, to) is { } local)
        {
            var start = local.HeaderOffset + local.HeaderOctets;
            var end = Extract(local, MemberNames.Of(local.Names), start, DataEnd(local, start, to));
            from = Math.Max(start, end);
            count++;
        }
        return count;
    }

    // Unpacks one member and gives the offset behind its data.
    private long Extract(ZipEntry entry, IReadOnlyList<string> names, long start, long end)
    {
        var attributes = entry.Attributes;
        if (entry.Encrypted)
        {
            _members.Add(names, attributes | PartAttributes.Undecipherable | PartAttributes.Encrypted);
            return end;
        }
        if (entry.Masked)
            _findings |= ArchiveFindings.Encrypted;
        if (entry.Method is not (Stored or Deflated or Deflated64 or Bzip2))
        {
            var unread = _members.Add(names, attributes | PartAttributes.Undecipherable);
            _members.Postpone(new PostponedMember(unread, entry, new SliceContent(_content, start, end - start)));
            return end;
        }
        var part = _members.Add(names, attributes);
        // A directory has no data; one that has some may be a file to another program.
        if (attributes == PartAttributes.Directory && entry.Octets == 0 && end == start)
            return end;
        using var input = new ContentCursor(_content, start, Math.Max(start, end));
        using var output = _members.Open(part, entry.Octets);
        var result = Decode(entry.Method, input, output);
        output.Complete();
        if (result != CodecResult.Complete)
            _findings |= ArchiveFindings.Damaged;
        else if (!entry.HasDescriptor || entry.Crc != 0)
            Check(entry, input, output);
        return input.Offset;
    }

    private void Check(ZipEntry entry, ContentCursor input, MemberOutput output)
    {
        if (input.Left > 0 || output.Crc != entry.Crc || output.Length != entry.Octets)
            _findings |= ArchiveFindings.Damaged;
    }

    private CodecResult Decode(ushort method, ContentCursor input, MemberOutput output) => method switch
    {
        Stored => input.TryCopyTo(output, input.Left) ? CodecResult.Complete : CodecResult.Truncated,
        Bzip2 => _members.Codecs.Bzip2.Run(input, output),
        _ => _members.Codecs.Inflater.Run(input, output, method == Deflated64),
    };

    // Where the data of a member ends that has no entry in the central directory.
    private long DataEnd(ZipEntry local, long start, long limit)
    {
        if (local.CompressedOctets > 0 || !local.HasDescriptor)
            return Math.Min(limit, start + local.CompressedOctets);
        if (local.Method != Stored)
            return limit; // the compressed data tells
        return ContentSearch.Find(_content, start, limit, "PK"u8, octets => octets[2] is 1 or 3 or 5 or 7 && octets[3] == octets[2] + 1) ?? limit;
    }

    private ZipEntry? FindLocal(long from, long to)
    {
        while (ContentSearch.Find(_content, from, to, "PK"u8, octets => octets[2] == 3 && octets[3] == 4) is { } offset)
        {
            if (IsPlausible(offset, to) && ReadLocal(offset) is { } local)
                return local;
            from = offset + 1;
        }
        return null;
    }

    // Chance makes four octets alike, hardly a whole header. Looked at before anything is made of it: there may be very many.
    private bool IsPlausible(long offset, long to)
    {
        var header = _header.AsSpan(0, ZipEntry.LocalOctets);
        if (_content.Read(offset, header) < ZipEntry.LocalOctets || offset + ZipEntry.LocalLength(header) > to || ZipEntry.LocalMethod(header) > MaxMethod)
            return false;
        var name = _header.AsSpan(0, Math.Min(ZipEntry.LocalNameOctets(header), LongestHiddenName + 1));
        return name.Length is > 0 and <= LongestHiddenName && _content.Read(offset + ZipEntry.LocalOctets, name) == name.Length && !name.ContainsAnyInRange((byte)0, (byte)8);
    }

    private ZipEntry? ReadLocal(long offset)
    {
        if (offset < 0 || _content.Read(offset, _header.AsSpan(0, ZipEntry.LocalOctets)) < ZipEntry.LocalOctets)
            return null;
        var length = ZipEntry.LocalLength(_header);
        LargeArrays.Enlarge(ref _header, length);
        return ZipEntry.ParseLocal(_header.AsSpan(0, _content.Read(offset, _header.AsSpan(0, length))), offset);
    }

    /// <summary>An entry of the central directory with the local header it leads to; null when there is none.</summary>
    private sealed record Member(ZipEntry Central, ZipEntry? Local)
    {
        public long Start => Central.HeaderOffset;

        public long DataStart => Start + (Local?.HeaderOctets ?? 0);

        public long End => DataStart + Central.CompressedOctets;
    }
}
