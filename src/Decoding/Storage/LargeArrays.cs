using System.Buffers;

namespace Amavis.Decoding.Storage;

/// <summary>
/// Arrays for unpacked contents. Small ones come from the shared pool; of the large ones only a few are kept for the next message,
/// because the shared pool would keep dozens of each size and with them most of the process's memory. Any thread.
/// </summary>
internal static class LargeArrays
{
    private const int SmallOctets = 64 << 10;
    private const int LargestKeptOctets = (int)PartStore.DefaultMemoryOctets;
    private const int KeptOfEachSize = 3;

    private static readonly ArrayPool<byte> s_large = ArrayPool<byte>.Create(LargestKeptOctets, KeptOfEachSize);

    public static byte[] Rent(int octets) => octets <= SmallOctets ? ArrayPool<byte>.Shared.Rent(octets) : s_large.Rent(octets);

    /// <summary>Takes back an array of <see cref="Rent"/>; its length tells which pool it is from.</summary>
    public static void Return(byte[] array)
    {
        if (array.Length <= SmallOctets)
            ArrayPool<byte>.Shared.Return(array);
        else
            s_large.Return(array);
    }

    /// <summary>Changes the array for a larger one when it is too short; what was in it is lost.</summary>
    public static void Enlarge(ref byte[] array, int octets)
    {
        if (array.Length >= octets)
            return;
        var larger = Rent(octets);
        Return(array);
        array = larger;
    }
}
