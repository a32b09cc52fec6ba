using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Amavis.Core.Parts;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Zip;

/// <summary>A member packed by a method that only a program unpacks.</summary>
/// <param name="Part">The member; undecipherable until it has been unpacked.</param>
/// <param name="Entry">What the archive says of it.</param>
/// <param name="Data">Its packed octets.</param>
internal sealed record PostponedMember(MessagePart Part, ZipEntry Entry, StoredContent Data)
{
    private const int CopyOctets = 64 << 10;

    /// <summary>
    /// An archive of these members alone, each under its number, so that no name of the mail reaches the program and each file that comes
    /// out is known.
    /// </summary>
    public static StoredContent Repack(IReadOnlyList<PostponedMember> members, MemberSink room)
    {
        using var writer = room.Scratch(members.Sum(member => member.Data.Length) + (members.Count * 128L));
        var central = new MemoryStream();
        var header = new byte[ZipEntry.CentralOctets];
        for (var i = 0; i < members.Count; i++)
        {
            var name = Encoding.ASCII.GetBytes(Name(i));
            var offset = writer.Length;
            members[i].WriteFields(header.AsSpan(0, ZipEntry.LocalOctets), "PK\u0003\u0004"u8, 4, name.Length);
            writer.Write(header.AsSpan(0, ZipEntry.LocalOctets));
            writer.Write(name);
            Copy(members[i].Data, writer);
            members[i].WriteFields(header, "PK\u0001\u0002"u8, 6, name.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(42), (uint)offset);
            central.Write(header);
            central.Write(name);
        }
        var end = new byte[22];
        "PK\u0005\u0006"u8.CopyTo(end);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(8), (ushort)members.Count);
        BinaryPrimitives.WriteUInt16LittleEndian(end.AsSpan(10), (ushort)members.Count);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(12), (uint)central.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(16), (uint)writer.Length);
        writer.Write(central.GetBuffer().AsSpan(0, (int)central.Length));
        writer.Write(end);
        return writer.Complete();
    }

    /// <summary>The file that the member of this index becomes.</summary>
    public static string Name(int index) => index.ToString(CultureInfo.InvariantCulture);

    // Both headers have the same fields in a row, the central one two octets later (APPNOTE 4.3.7 and 4.3.12).
    private void WriteFields(Span<byte> header, ReadOnlySpan<byte> signature, int at, int nameOctets)
    {
        const ushort Version = 63;
        const ushort LzmaEndMark = 2;
        header.Clear();
        signature.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header[4..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[at..], Version);
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 2)..], (ushort)(Entry.Flags & (LzmaEndMark | 4)));
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 4)..], Entry.Method);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(at + 10)..], Entry.Crc);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(at + 14)..], (uint)Data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[(at + 18)..], (uint)Entry.Octets);
        BinaryPrimitives.WriteUInt16LittleEndian(header[(at + 22)..], (ushort)nameOctets);
    }

    private static void Copy(StoredContent data, PartWriter writer)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(CopyOctets);
        try
        {
            for (var at = 0L; data.Read(at, buffer) is > 0 and var read; at += read)
                writer.Write(buffer.AsSpan(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
