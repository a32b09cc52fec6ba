namespace Amavis.Decoding.Tests;

/// <summary>The LZW of compress(1) for tests: block mode without ever clearing the table.</summary>
internal static class LzwEncoder
{
    private const int FirstFree = 257;

    public static byte[] Compress(byte[] content, int maxBits)
    {
        var output = new List<byte> { 0x1f, 0x9d, (byte)(0x80 | maxBits) };
        var table = new Dictionary<(int Prefix, byte Next), int>();
        var (next, width, group, prefix) = (FirstFree, 9, new List<int>(), -1);
        foreach (var octet in content)
        {
            if (prefix < 0)
            {
                prefix = octet;
                continue;
            }
            if (table.TryGetValue((prefix, octet), out var code))
            {
                prefix = code;
                continue;
            }
            Put(prefix);
            if (next < 1 << maxBits)
                table[(prefix, octet)] = next++;
            // The width grows when the next free code no longer fits; a group of eight codes that was begun is filled up.
            if (next > 1 << width && width < maxBits)
            {
                Flush(full: true);
                width++;
            }
            prefix = octet;
        }
        if (prefix >= 0)
            Put(prefix);
        Flush(full: false);
        return [.. output];

        void Put(int code)
        {
            group.Add(code);
            if (group.Count == 8)
                Flush(full: true);
        }

        void Flush(bool full)
        {
            if (group.Count == 0)
                return;
            var octets = new byte[full ? width : ((group.Count * width) + 7) / 8];
            for (var i = 0; i < group.Count; i++)
                for (var bit = 0; bit < width; bit++)
                    if ((group[i] >> bit & 1) != 0)
                        octets[((i * width) + bit) / 8] |= (byte)(1 << (((i * width) + bit) % 8));
            output.AddRange(octets);
            group.Clear();
        }
    }
}
