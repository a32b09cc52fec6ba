using System.Buffers.Binary;

namespace Amavis.Decoding.Codecs;

/// <summary>The CRC of zip, gzip and PNG: polynomial 0x04C11DB7, bits reflected. Eight octets at a time.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = BuildTables();

    /// <summary>Goes on from a value, which is 0 at the start.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> octets)
    {
        crc = ~crc;
        var (t0, t1, t2, t3) = (Tables[0], Tables[1], Tables[2], Tables[3]);
        var (t4, t5, t6, t7) = (Tables[4], Tables[5], Tables[6], Tables[7]);
        while (octets.Length >= 8)
        {
            var low = BinaryPrimitives.ReadUInt32LittleEndian(octets) ^ crc;
            var high = BinaryPrimitives.ReadUInt32LittleEndian(octets[4..]);
            crc = t7[(byte)low] ^ t6[(byte)(low >> 8)] ^ t5[(byte)(low >> 16)] ^ t4[low >> 24]
                ^ t3[(byte)high] ^ t2[(byte)(high >> 8)] ^ t1[(byte)(high >> 16)] ^ t0[high >> 24];
            octets = octets[8..];
        }
        foreach (var octet in octets)
            crc = t0[(byte)(crc ^ octet)] ^ (crc >> 8);
        return ~crc;
    }

    private static uint[][] BuildTables()
    {
        var tables = new uint[8][];
        for (var index = 0; index < 8; index++)
            tables[index] = new uint[256];
        for (uint octet = 0; octet < 256; octet++)
        {
            var value = octet;
            for (var bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) * 0xedb88320);
            tables[0][octet] = value;
        }
        for (var index = 1; index < 8; index++)
            for (var octet = 0; octet < 256; octet++)
                tables[index][octet] = (tables[index - 1][octet] >> 8) ^ tables[0][(byte)tables[index - 1][octet]];
        return tables;
    }
}
