using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using Amavis.Decoding.Codecs;
using ICSharpCode.SharpZipLib.BZip2;

namespace Amavis.Decoding.Tests;

/// <summary>Makes archives, good ones and hostile ones.</summary>
internal static class Archived
{
    public static byte[] Gzip(byte[] octets, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var result = new MemoryStream();
        using (var gzip = new GZipStream(result, level, leaveOpen: true))
            gzip.Write(octets);
        return result.ToArray();
    }

    /// <summary>With a file name in the header.</summary>
    public static byte[] Gzip(byte[] octets, string storedName)
    {
        var plain = Gzip(octets);
        plain[3] |= 8;
        return [.. plain[..10], .. Encoding.Latin1.GetBytes(storedName), 0, .. plain[10..]];
    }

    public static byte[] Deflate(byte[] octets)
    {
        using var result = new MemoryStream();
        using (var deflate = new DeflateStream(result, CompressionLevel.Optimal, leaveOpen: true))
            deflate.Write(octets);
        return result.ToArray();
    }

    public static byte[] Bzip2(byte[] octets)
    {
        using var result = new MemoryStream();
        using (var bzip2 = new BZip2OutputStream(result) { IsStreamOwner = false })
            bzip2.Write(octets);
        return result.ToArray();
    }

    public static byte[] Tar(params TarEntry[] entries)
    {
        using var result = new MemoryStream();
        using (var writer = new TarWriter(result, TarEntryFormat.Pax, leaveOpen: true))
            foreach (var entry in entries)
                writer.WriteEntry(entry);
        return result.ToArray();
    }

    public static TarEntry TarFile(string name, string text, TarEntryFormat format = TarEntryFormat.Pax)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.Ustar => new UstarTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            _ => new PaxTarEntry(TarEntryType.RegularFile, name),
        };
        entry.DataStream = new MemoryStream(Encoding.Latin1.GetBytes(text));
        return entry;
    }

    public static byte[] Zip(params (string Name, string Text)[] members)
    {
        var zip = new RawZip();
        foreach (var (name, text) in members)
            zip.Add(name, Encoding.Latin1.GetBytes(text));
        return zip.Finish();
    }
}

/// <summary>Writes ZIP archives octet by octet, so that anything about them can be wrong.</summary>
internal sealed class RawZip
{
    private readonly List<byte> _file = [];
    private readonly List<byte> _central = [];
    private int _count;

    public long Position => _file.Count;

    public RawZip Add(string name, byte[] octets, ushort method = 8, ushort flags = 0, uint externalAttributes = 0)
    {
        var data = method == 8 ? Archived.Deflate(octets) : octets;
        return AddRaw(name, data, method, flags, Crc32.Update(0, octets), octets.Length, externalAttributes);
    }

    public RawZip AddRaw(
        string name, byte[] data, ushort method, ushort flags, uint crc, long size, uint externalAttributes = 0, string? localName = null, ushort? localMethod = null)
    {
        var offset = _file.Count;
        Local(localName ?? name, data, localMethod ?? method, flags, crc, size);
        return Central(name, data.Length, method, flags, crc, size, offset, externalAttributes);
    }

    /// <summary>A local header with data, which the directory does not know.</summary>
    public RawZip Local(string name, byte[] data, ushort method, ushort flags, uint crc, long size)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var header = new byte[30];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x04034b50);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(4), 20);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), flags);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), method);
        var known = (flags & 8) == 0;
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(14), known ? crc : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(18), known ? (uint)data.Length : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(22), known ? (uint)size : 0);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(26), (ushort)bytes.Length);
        _file.AddRange(header);
        _file.AddRange(bytes);
        _file.AddRange(data);
        if (known)
            return this;
        var descriptor = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor, 0x08074b50);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(4), crc);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(8), (uint)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(descriptor.AsSpan(12), (uint)size);
        _file.AddRange(descriptor);
        return this;
    }

    /// <summary>An entry of the directory alone.</summary>
    public RawZip Central(string name, long compressed, ushort method, ushort flags, uint crc, long size, long offset, uint externalAttributes = 0)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        var header = new byte[46];
        BinaryPrimitives.WriteUInt32LittleEndian(header, 0x02014b50);
        header[4] = 20;
        header[5] = (byte)(externalAttributes == 0 ? 0 : 3);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(6), 20);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), flags);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(10), method);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(16), crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(20), (uint)compressed);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(24), (uint)size);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(28), (ushort)bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(38), externalAttributes);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), (uint)offset);
        _central.AddRange(header);
        _central.AddRange(bytes);
        _count++;
        return this;
    }

    public RawZip Raw(byte[] octets)
    {
        _file.AddRange(octets);
        return this;
    }

    public byte[] Finish(int? count = null)
    {
        var start = _file.Count;
        _file.AddRange(_central);
        var end = new byte[22];
        BinaryPrimitives.WriteUInt32LittleEndian(end, 0x06054b50);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)(count ?? _count));
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)(count ?? _count));
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)_central.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)start);
        _file.AddRange(end);
        return [.. _file];
    }
}
