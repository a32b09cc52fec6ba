using System.Text;

namespace Amavis.Fuzz;

/// <summary>Makes inputs from others; the same random numbers make the same inputs.</summary>
internal sealed class Mutator(IReadOnlyList<byte[]> seeds, IReadOnlyList<string> words, int maxOctets)
{
    private const int MostSteps = 6;

    private static readonly byte[] Telling = [0, 1, 9, 10, 13, 32, 34, 37, 40, 41, 44, 45, 46, 58, 59, 60, 61, 62, 63, 64, 91, 92, 93, 0x7f, 0x80, 0xc3, 0xff];

    private readonly byte[][] _words = [.. words.Select(Encoding.Latin1.GetBytes)];

    public byte[] Next(Random random)
    {
        var input = Seed(random);
        for (var steps = random.Next(1, MostSteps + 1); steps > 0; steps--)
            input = Step(input, random);
        return input.Length > maxOctets ? input[..maxOctets] : input;
    }

    private byte[] Seed(Random random)
    {
        var seed = seeds[random.Next(seeds.Count)];
        return seed.Length > maxOctets ? seed[..maxOctets] : seed;
    }

    private byte[] Step(byte[] input, Random random)
    {
        var at = random.Next(input.Length + 1);
        switch (random.Next(10))
        {
            case 0 when at < input.Length:
                return Changed(input, at, (byte)(input[at] ^ (1 << random.Next(8))));
            case 1 when at < input.Length:
                return Changed(input, at, Telling[random.Next(Telling.Length)]);
            case 2 when at < input.Length:
                return Changed(input, at, (byte)random.Next(256));
            case 3:
                return Spliced(input, at, Math.Min(input.Length - at, Short(random)), []);
            case 4:
                return Spliced(input, at, 0, Noise(Short(random), random));
            case 5 when input.Length > 0:
                var from = random.Next(input.Length);
                return Spliced(input, at, 0, Repeated(input.AsSpan(from, Math.Min(input.Length - from, Short(random) * 4)), random));
            case 6 when _words.Length > 0:
                return Spliced(input, at, random.Next(3) == 0 ? Math.Min(input.Length - at, Short(random)) : 0, _words[random.Next(_words.Length)]);
            case 7:
                var other = Seed(random);
                var cut = random.Next(other.Length + 1);
                return Spliced(input, at, input.Length - at, other.AsSpan(cut));
            case 8:
                return input[..at];
            default:
                return Numbered(input, at, random);
        }
    }

    private static int Short(Random random) => 1 << random.Next(8);

    private static byte[] Noise(int length, Random random)
    {
        var noise = new byte[length];
        if (random.Next(2) == 0)
            random.NextBytes(noise);
        else
            Array.Fill(noise, Telling[random.Next(Telling.Length)]);
        return noise;
    }

    private byte[] Repeated(ReadOnlySpan<byte> piece, Random random)
    {
        var times = Math.Min(1 << random.Next(8), Math.Max(1, maxOctets / piece.Length));
        var all = new byte[piece.Length * times];
        for (var i = 0; i < times; i++)
            piece.CopyTo(all.AsSpan(i * piece.Length));
        return all;
    }

    private static byte[] Changed(byte[] input, int at, byte octet)
    {
        var changed = (byte[])input.Clone();
        changed[at] = octet;
        return changed;
    }

    /// <summary>A number of binary formats, small, at a border or large.</summary>
    private static byte[] Numbered(byte[] input, int at, Random random)
    {
        var width = 1 << random.Next(4);
        if (at + width > input.Length)
            return input;
        long[] borders = [0, 1, -1, 0x7f, 0x80, 0x7fff, 0x8000, 0xffff, 0x10000, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, input.Length, input.Length - at];
        var number = borders[random.Next(borders.Length)];
        var changed = (byte[])input.Clone();
        var highFirst = random.Next(2) == 0;
        for (var i = 0; i < width; i++)
            changed[at + i] = (byte)(number >> (8 * (highFirst ? width - 1 - i : i)));
        return changed;
    }

    private static byte[] Spliced(byte[] input, int at, int removed, ReadOnlySpan<byte> put)
    {
        var result = new byte[input.Length - removed + put.Length];
        input.AsSpan(0, at).CopyTo(result);
        put.CopyTo(result.AsSpan(at));
        input.AsSpan(at + removed).CopyTo(result.AsSpan(at + put.Length));
        return result;
    }
}
