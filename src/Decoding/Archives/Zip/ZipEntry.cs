using System.Buffers.Binary;
using System.Text;
using Amavis.Core.Parts;

namespace Amavis.Decoding.Archives.Zip;

/// <summary>What one of the two directories of a ZIP archive says of a member (APPNOTE 4.3.7 and 4.3.12).</summary>
internal sealed record ZipEntry
{
    public const int LocalOctets = 30;
    public const int CentralOctets = 46;
    private const uint InExtraField = uint.MaxValue;
    private const int UnixSystem = 3;
    private const int MacSystem = 19;
    private const uint DosDirectory = 0x10;

    /// <summary>Where the local header begins.</summary>
    public required long HeaderOffset { get; init; }

    /// <summary>Octets of the local header with its variable fields; 0 in the central directory.</summary>
    public int HeaderOctets { get; init; }

    public required ushort Flags { get; init; }

    public required ushort Method { get; init; }

    public required uint Crc { get; init; }

    public required long CompressedOctets { get; init; }

    public required long Octets { get; init; }

    public required byte[] Name { get; init; }

    /// <summary>Name of the Info-ZIP Unicode path field (0x7075), or null.</summary>
    public string? UnicodeName { get; init; }

    public int MadeBy { get; init; }

    public uint ExternalAttributes { get; init; }

    public bool Encrypted => (Flags & 1) != 0;

    /// <summary>Sizes and checksum stand behind the data.</summary>
    public bool HasDescriptor => (Flags & 8) != 0;

    /// <summary>The archive's directory is encrypted and the local header masked.</summary>
    public bool Masked => (Flags & 0x2000) != 0;

    public IEnumerable<string> Names => MemberNames.Zip(Name, (Flags & 0x800) != 0).Concat(UnicodeName is null ? [] : [UnicodeName]);

    public PartAttributes Attributes
    {
        get
        {
            var mode = MadeBy is UnixSystem or MacSystem ? ExternalAttributes >> 28 : 0;
            if (Name.AsSpan().EndsWith("/"u8) || mode == 4 || (mode == 0 && (ExternalAttributes & DosDirectory) != 0 && Octets == 0))
                return PartAttributes.Directory;
            return mode switch { 10 => PartAttributes.Link, 0 or 8 => PartAttributes.None, _ => PartAttributes.Special };
        }
    }

    /// <summary>Octets of a local header with its variable fields, said by its fixed ones.</summary>
    public static int LocalLength(ReadOnlySpan<byte> header) =>
        LocalOctets + LocalNameOctets(header) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);

    public static int LocalNameOctets(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);

    public static ushort LocalMethod(ReadOnlySpan<byte> header) => BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);

    /// <summary>Null when this is no local header, or it does not end within these octets.</summary>
    public static ZipEntry? ParseLocal(ReadOnlySpan<byte> header, long offset)
    {
        if (header.Length < LocalOctets || !header.StartsWith("PK\u0003\u0004"u8))
            return null;
        int nameOctets = BinaryPrimitives.ReadUInt16LittleEndian(header[26..]);
        int extraOctets = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (header.Length < LocalOctets + nameOctets)
            return null;
        var extra = header[(LocalOctets + nameOctets)..];
        var fields = new ZipExtra(extra[..Math.Min(extra.Length, extraOctets)]);
        var size = fields.Wide(BinaryPrimitives.ReadUInt32LittleEndian(header[22..]));
        return new ZipEntry
        {
            HeaderOffset = offset,
            HeaderOctets = LocalOctets + nameOctets + extraOctets,
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(header[14..]),
            Octets = size,
            CompressedOctets = fields.Wide(BinaryPrimitives.ReadUInt32LittleEndian(header[18..])),
            Name = header.Slice(LocalOctets, nameOctets).ToArray(),
            UnicodeName = fields.UnicodeName,
        };
    }

    /// <summary>Null when this is no central header, or it does not end within these octets.</summary>
    /// <param name="header">Octets from the header's first on.</param>
    /// <param name="shift">Octets before the archive, to be added to its offsets.</param>
    /// <param name="length">Octets of this header with its variable fields.</param>
    public static ZipEntry? ParseCentral(ReadOnlySpan<byte> header, long shift, out int length)
    {
        length = 0;
        if (header.Length < CentralOctets || !header.StartsWith("PK\u0001\u0002"u8))
            return null;
        int nameOctets = BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        int extraOctets = BinaryPrimitives.ReadUInt16LittleEndian(header[30..]);
        length = CentralOctets + nameOctets + extraOctets + BinaryPrimitives.ReadUInt16LittleEndian(header[32..]);
        if (header.Length < CentralOctets + nameOctets + extraOctets)
            return null;
        var fields = new ZipExtra(header.Slice(CentralOctets + nameOctets, extraOctets));
        var size = fields.Wide(BinaryPrimitives.ReadUInt32LittleEndian(header[24..]));
        var compressed = fields.Wide(BinaryPrimitives.ReadUInt32LittleEndian(header[20..]));
        return new ZipEntry
        {
            MadeBy = header[5],
            Flags = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]),
            Method = BinaryPrimitives.ReadUInt16LittleEndian(header[10..]),
            Crc = BinaryPrimitives.ReadUInt32LittleEndian(header[16..]),
            Octets = size,
            CompressedOctets = compressed,
            ExternalAttributes = BinaryPrimitives.ReadUInt32LittleEndian(header[38..]),
            HeaderOffset = fields.Wide(BinaryPrimitives.ReadUInt32LittleEndian(header[42..])) + shift,
            Name = header.Slice(CentralOctets, nameOctets).ToArray(),
            UnicodeName = fields.UnicodeName,
        };
    }

    /// <summary>
    /// The central directory's entry and the local one do not say the same, so programs will differ. Names may be written in two
    /// charsets when they agree in the Unicode field. Sizes and checksum are compared only where the local header has them.
    /// </summary>
    public bool Contradicts(ZipEntry local)
    {
        if (Method != local.Method || Encrypted != local.Encrypted || (!HasNameOf(local) && !Names.Intersect(local.Names).Any()))
            return true;
        return !local.HasDescriptor && !Masked && (Differ(CompressedOctets, local.CompressedOctets) || Differ(Octets, local.Octets) || Differ(Crc, local.Crc));
    }

    public bool HasNameOf(ZipEntry other) => Name.AsSpan().SequenceEqual(other.Name);

    // Some writers leave the local fields 0 without saying so.
    private static bool Differ(long central, long local) => local != 0 && central != local;

    /// <summary>The variable fields of a header.</summary>
    private ref struct ZipExtra
    {
        private readonly ReadOnlySpan<byte> _zip64;
        private int _used;

        public ZipExtra(ReadOnlySpan<byte> extra)
        {
            while (extra.Length >= 4)
            {
                int id = BinaryPrimitives.ReadUInt16LittleEndian(extra);
                var data = extra[4..];
                int length = Math.Min(data.Length, BinaryPrimitives.ReadUInt16LittleEndian(extra[2..]));
                extra = data[length..];
                data = data[..length];
                if (id == 1)
                    _zip64 = data;
                else if (id == 0x7075 && data.Length > 5)
                    UnicodeName = Encoding.UTF8.GetString(data[5..]);
            }
        }

        public string? UnicodeName { get; }

        // Fields stand in a fixed order, only those that are all ones in the header (APPNOTE 4.5.3).
        public long Wide(uint value)
        {
            if (value != InExtraField || _zip64.Length < _used + 8)
                return value;
            var wide = BinaryPrimitives.ReadInt64LittleEndian(_zip64[_used..]);
            _used += 8;
            return wide < 0 ? long.MaxValue / 4 : Math.Min(wide, long.MaxValue / 4);
        }
    }
}
