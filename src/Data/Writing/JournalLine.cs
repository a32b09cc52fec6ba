using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Numerics;

namespace Amavis.Data.Writing;

/// <summary>
/// The frame of a record in the journal: <c>LLLLLLLL CCCCCCCC payload LF</c>, with the payload's length in octets and its CRC-32C,
/// both in hexadecimal. The payload holds no line end, so a reader finds the next record after a damaged one.
/// </summary>
internal static class JournalLine
{
    public const int HeaderOctets = 18;

    /// <summary>A longer one is damage, not a record: 32 MiB are beyond what the limits of a message allow.</summary>
    public const int MaxPayloadOctets = 32 << 20;

    private static readonly StandardFormat Hex8 = new('x', 8);

    public static void Write(ArrayBufferWriter<byte> output, FinalRow row)
    {
        var payload = new ArrayBufferWriter<byte>(2048);
        RowCodec.Write(payload, row);
        var header = output.GetSpan(HeaderOctets);
        Utf8Formatter.TryFormat((uint)payload.WrittenCount, header, out _, Hex8);
        header[8] = (byte)' ';
        Utf8Formatter.TryFormat(Checksum(payload.WrittenSpan), header[9..], out _, Hex8);
        header[17] = (byte)' ';
        output.Advance(HeaderOctets);
        output.Write(payload.WrittenSpan);
        output.Write("\n"u8);
    }

    /// <summary>Length of the payload, or -1 when this is no header.</summary>
    public static int ReadHeader(ReadOnlySpan<byte> header, out uint checksum)
    {
        checksum = 0;
        if (header.Length < HeaderOctets || header[8] != ' ' || header[17] != ' '
            || !uint.TryParse(header[..8], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length)
            || !uint.TryParse(header[9..17], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out checksum)
            || length > MaxPayloadOctets)
        {
            return -1;
        }
        return (int)length;
    }

    public static uint Checksum(ReadOnlySpan<byte> octets)
    {
        var crc = uint.MaxValue;
        for (; octets.Length >= 8; octets = octets[8..])
            crc = BitOperations.Crc32C(crc, System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(octets));
        foreach (var octet in octets)
            crc = BitOperations.Crc32C(crc, octet);
        return ~crc;
    }
}
