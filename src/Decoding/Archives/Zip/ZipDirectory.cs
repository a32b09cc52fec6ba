using System.Buffers.Binary;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Zip;

/// <summary>The central directory of a ZIP archive, found from its end (APPNOTE 4.3.12 to 4.3.16).</summary>
internal sealed class ZipDirectory
{
    private const int EndOctets = 22;
    private const int Zip64EndOctets = 56;
    private const int LocatorOctets = 20;
    private const int SearchOctets = EndOctets + ushort.MaxValue;
    private const int UsualHeader = 4096;

    private readonly List<ZipEntry> _entries = [];

    private ZipDirectory()
    {
    }

    public IReadOnlyList<ZipEntry> Entries => _entries;

    /// <summary>Where it begins.</summary>
    public long Start { get; private set; }

    /// <summary>Behind its last entry; the end record follows.</summary>
    public long End { get; private set; }

    /// <summary>It breaks off, or its record counts something else.</summary>
    public bool Damaged { get; private set; }

    /// <summary>It is that of several volumes, of which the others are not here.</summary>
    public bool IsSplit { get; private set; }

    /// <summary>There is another end record that works, so that another program may take that one.</summary>
    public bool Ambiguous { get; private set; }

    /// <summary>
    /// The directory that the last end record leads to. Null when there is none.
    /// </summary>
    /// <param name="content">The archive, with or without something before and behind.</param>
    /// <param name="maxEntries">Entries beyond one more than this are not read.</param>
    public static ZipDirectory? Find(StoredContent content, int maxEntries)
    {
        var length = (int)Math.Min(content.Length, SearchOctets);
        var start = content.Length - length;
        if (content.TryGetArray(out var array))
            return Find(content, array.AsSpan((int)start, length), start, maxEntries);
        var tail = LargeArrays.Rent(Math.Max(1, length));
        try
        {
            return Find(content, tail.AsSpan(0, content.Read(start, tail.AsSpan(0, length))), start, maxEntries);
        }
        finally
        {
            LargeArrays.Return(tail);
        }
    }

    private static ZipDirectory? Find(StoredContent content, ReadOnlySpan<byte> octets, long start, int maxEntries)
    {
        ZipDirectory? found = null;
        for (var at = octets.Length; (at = octets[..at].LastIndexOf("PK\u0005\u0006"u8)) >= 0;)
        {
            if (found is not null && start + at < found.Start)
                break; // within a member, or seen by the walk over the gaps
            if (at + EndOctets > octets.Length || TryRead(content, octets[at..], start + at, maxEntries) is not { } directory)
                continue;
            if (found is not null && directory.Start != found.Start)
            {
                found.Ambiguous = true;
                break;
            }
            found ??= directory;
        }
        return found;
    }

    private static ZipDirectory? TryRead(StoredContent content, ReadOnlySpan<byte> end, long endOffset, int maxEntries)
    {
        long count = BinaryPrimitives.ReadUInt16LittleEndian(end[10..]);
        long size = BinaryPrimitives.ReadUInt32LittleEndian(end[12..]);
        long offset = BinaryPrimitives.ReadUInt32LittleEndian(end[16..]);
        var disk = BinaryPrimitives.ReadUInt16LittleEndian(end[4..]);
        var behind = endOffset;
        if (TryZip64(content, endOffset, out var record, out var recordOffset))
        {
            count = Wide(record.AsSpan(32), count, ushort.MaxValue);
            size = Wide(record.AsSpan(40), size, uint.MaxValue);
            offset = Wide(record.AsSpan(48), offset, uint.MaxValue);
            behind = recordOffset;
        }
        // With ZIP64 all ones refer to the wider record, which has the same field.
        var volume = disk == ushort.MaxValue && behind != endOffset ? BinaryPrimitives.ReadUInt32LittleEndian(record.AsSpan(16)) : disk;
        var directory = new ZipDirectory { IsSplit = volume > 0 };
        // Right before its end is where most programs look first when something stands before the archive.
        foreach (var start in (ReadOnlySpan<long>)[behind - size, offset])
        {
            if (start < 0 || start > behind || (count > 0 && !HasSignature(content, start)))
                continue;
            directory.Start = start;
            directory.ReadEntries(content, start - offset, behind, count, maxEntries);
            return directory;
        }
        return null;
    }

    private void ReadEntries(StoredContent content, long shift, long end, long count, int maxEntries)
    {
        var buffer = LargeArrays.Rent(UsualHeader);
        try
        {
            var at = Start;
            while (_entries.Count <= maxEntries && at < end)
            {
                var got = content.Read(at, buffer.AsSpan(0, ZipEntry.CentralOctets));
                var wanted = got < ZipEntry.CentralOctets ? got : (int)Math.Min(end - at, ZipEntry.CentralOctets
                    + BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(28)) + BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(30)));
                LargeArrays.Enlarge(ref buffer, wanted);
                got = content.Read(at, buffer.AsSpan(0, wanted));
                if (ZipEntry.ParseCentral(buffer.AsSpan(0, got), shift, out var length) is not { } entry)
                    break;
                _entries.Add(entry);
                at += length;
            }
            End = at;
        }
        finally
        {
            LargeArrays.Return(buffer);
        }
        // The count is kept modulo 65536 by writers without ZIP64.
        Damaged = _entries.Count <= maxEntries && (ushort)_entries.Count != (ushort)count;
    }

    private static bool TryZip64(StoredContent content, long endOffset, out byte[] record, out long recordOffset)
    {
        record = new byte[Zip64EndOctets];
        recordOffset = 0;
        Span<byte> locator = stackalloc byte[LocatorOctets];
        if (endOffset < LocatorOctets || content.Read(endOffset - LocatorOctets, locator) < LocatorOctets || !locator.StartsWith("PK\u0006\u0007"u8))
            return false;
        foreach (var at in (ReadOnlySpan<long>)[BinaryPrimitives.ReadInt64LittleEndian(locator[8..]), endOffset - LocatorOctets - Zip64EndOctets])
        {
            recordOffset = at;
            if (at >= 0 && at < endOffset && content.Read(at, record) == record.Length && record.AsSpan().StartsWith("PK\u0006\u0006"u8))
                return true;
        }
        return false;
    }

    private static long Wide(ReadOnlySpan<byte> field, long narrow, long marker)
    {
        var wide = BinaryPrimitives.ReadInt64LittleEndian(field);
        return narrow != marker || wide < 0 ? narrow : Math.Min(wide, long.MaxValue / 4);
    }

    private static bool HasSignature(StoredContent content, long offset)
    {
        Span<byte> signature = stackalloc byte[4];
        return content.Read(offset, signature) == 4 && signature.SequenceEqual("PK\u0001\u0002"u8);
    }
}
