using System.Buffers;
using Amavis.Core.Parts;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives;

/// <summary>
/// Tar in the dialects pax, ustar, GNU and v7. Sparse files are kept as the pieces that are stored, without the holes; their part
/// is marked undecipherable, for it is not the file a user would get.
/// </summary>
internal sealed class TarReader
{
    private const int Block = TarHeader.BlockOctets;
    private const int LongestExtension = 1 << 20;

    private readonly ContentCursor _input;
    private readonly MemberSink _members;
    private readonly PaxFields _global = new();
    private PaxFields _next = new();
    private ArchiveFindings _findings;

    private TarReader(ContentCursor input, MemberSink members) => (_input, _members) = (input, members);

    public static ArchiveFindings Read(StoredContent content, MemberSink members)
    {
        using var input = new ContentCursor(content);
        var reader = new TarReader(input, members);
        reader.ReadAll();
        return reader._findings;
    }

    private void ReadAll()
    {
        Span<byte> header = stackalloc byte[Block];
        while (true)
        {
            var got = _input.Read(header);
            if (got == 0)
                return; // many writers leave the end mark out
            if (got < Block)
            {
                if (header[..got].ContainsAnyExcept((byte)0))
                    _findings |= ArchiveFindings.Damaged;
                return;
            }
            // Two blocks of zeros end an archive, but another one may be appended.
            if (!header.ContainsAnyExcept((byte)0))
                continue;
            if (!TarHeader.IsValid(header) || !ReadEntry(header))
            {
                _findings |= ArchiveFindings.Damaged;
                return;
            }
        }
    }

    // False when the archive can't be followed any further.
    private bool ReadEntry(ReadOnlySpan<byte> header)
    {
        if (!TarHeader.TryNumber(header.Slice(124, 12), out var size))
            size = 0; // links and directories of old writers leave it blank
        switch (header[156])
        {
            case (byte)'x' or (byte)'X':
                return ReadExtension(size, octets => _next.Parse(octets));
            case (byte)'g':
                return ReadExtension(size, octets => _global.Parse(octets));
            case (byte)'L':
                return ReadExtension(size, octets => _next.Path = MemberNames.Utf8OrLatin1(octets.TrimEnd((byte)0)));
            case (byte)'K':
                return ReadExtension(size, _ => { });
            case (byte)'V':
                return Skip(size);
        }
        var fields = _next;
        _next = new PaxFields();
        if (fields.SizeUnusable || _global.SizeUnusable)
            _findings |= ArchiveFindings.Damaged;
        return ReadMember(header, fields, fields.Size ?? _global.Size ?? size);
    }

    private bool ReadMember(ReadOnlySpan<byte> header, PaxFields fields, long size)
    {
        var type = header[156];
        var path = fields.Path ?? _global.Path ?? Path(header);
        var isDirectory = type == '5' || (type is 0 or (byte)'0' && size == 0 && path.EndsWith('/'));
        var attributes = isDirectory ? PartAttributes.Directory : type switch
        {
            (byte)'1' or (byte)'2' => PartAttributes.Link,
            (byte)'3' or (byte)'4' or (byte)'6' => PartAttributes.Special,
            _ => PartAttributes.None,
        };
        // Directories, links and devices have no data, whatever the field says; only pax hard links and GNU dump directories do.
        var hasData = attributes == PartAttributes.None || (type == '1' && fields.Size is not null);
        var names = fields.Path is null || fields.Path == Path(header) ? MemberNames.Of(path) : MemberNames.Of(path, Path(header));
        if (type == 'S' || fields.Sparse)
            attributes |= PartAttributes.Undecipherable;
        var part = _members.Add(names, attributes);
        if (type == 'S' && !SkipSparseMaps(header))
            return false;
        if (!hasData)
            return true;
        using var output = _members.Open(part, Math.Min(size, _input.Left));
        var whole = _input.TryCopyTo(output, size);
        output.Complete();
        return whole && SkipPadding(size);
    }

    // Old GNU: more headers with the map of the pieces follow the first while their flag is set.
    private bool SkipSparseMaps(ReadOnlySpan<byte> header)
    {
        var more = header[482] != 0;
        Span<byte> map = stackalloc byte[Block];
        while (more)
        {
            if (!_input.TryReadExactly(map))
                return false;
            more = map[504] != 0;
        }
        return true;
    }

    private bool ReadExtension(long size, Action<ReadOnlySpan<byte>> parse)
    {
        if (size > LongestExtension || size > _input.Left)
            return Skip(size);
        var octets = ArrayPool<byte>.Shared.Rent((int)Math.Max(1, size));
        var whole = _input.TryReadExactly(octets.AsSpan(0, (int)size));
        if (whole)
            parse(octets.AsSpan(0, (int)size));
        ArrayPool<byte>.Shared.Return(octets);
        return whole && SkipPadding(size);
    }

    private bool Skip(long size)
    {
        if (size > _input.Left)
            return false;
        _input.Seek(_input.Offset + size);
        return SkipPadding(size);
    }

    // The last block may be cut short without any loss.
    private bool SkipPadding(long size)
    {
        var padding = (Block - (size % Block)) % Block;
        _input.Seek(_input.Offset + Math.Min(padding, _input.Left));
        return true;
    }

    private static string Path(ReadOnlySpan<byte> header)
    {
        var name = MemberNames.Utf8OrLatin1(Text(header[..100]));
        var prefix = TarHeader.IsPosix(header) && header[262] == 0 ? Text(header.Slice(345, 155)) : default;
        return prefix.IsEmpty ? name : MemberNames.Utf8OrLatin1(prefix) + "/" + name;
    }

    private static ReadOnlySpan<byte> Text(ReadOnlySpan<byte> field) =>
        field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field;
}
