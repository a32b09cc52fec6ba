using System.Buffers.Binary;
using System.Text;

namespace Amavis.Mime.Tests.Transfer;

/// <summary>BinHex 4.0 as RFC 1741 describes it, for tests; checksums are left at zero, which nobody here looks at.</summary>
internal static class BinHexEncoder
{
    private const string Alphabet = "!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr";

    public static byte[] Encode(string name, byte[] data, byte[] resource)
    {
        var file = new List<byte> { (byte)name.Length };
        file.AddRange(Encoding.Latin1.GetBytes(name));
        file.AddRange([0, .. "TEXTedit"u8, 0, 0, .. Number(data.Length), .. Number(resource.Length), 0, 0, .. data, 0, 0, .. resource, 0, 0]);
        var (bits, count) = (0, 0);
        var text = new StringBuilder("(This file must be converted with BinHex 4.0)\r\n\r\n:");
        foreach (var octet in Packed(file))
        {
            bits = (bits << 8) | octet;
            for (count += 8; count >= 6; count -= 6)
                Put((bits >> (count - 6)) & 63);
        }
        if (count > 0)
            Put((bits << (6 - count)) & 63);
        return Encoding.Latin1.GetBytes(text.Append(":\r\n").ToString());

        void Put(int value)
        {
            if (text.Length % 66 == 0)
                text.Append("\r\n");
            text.Append(Alphabet[value]);
        }
    }

    private static byte[] Number(int value)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, value);
        return octets;
    }

    /// <summary>Runs of three and more, and the mark of runs itself.</summary>
    private static IEnumerable<byte> Packed(List<byte> octets)
    {
        for (var at = 0; at < octets.Count;)
        {
            var run = 1;
            while (run < 255 && at + run < octets.Count && octets[at + run] == octets[at])
                run++;
            yield return octets[at];
            if (octets[at] == 0x90)
            {
                yield return 0;
                at++;
                continue;
            }
            if (run >= 3)
            {
                yield return 0x90;
                yield return (byte)run;
            }
            at += run >= 3 ? run : 1;
        }
    }
}
