using System.Numerics;
using System.Runtime.Intrinsics;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>Finds how far message data can be copied as they are, many octets at a time.</summary>
internal static class DataRun
{
    /// <summary>
    /// The first index whose octet and its successor need a closer look: a CR without LF, something else before an LF, or an
    /// LF before a dot. -1 when there is none; the last octet, which has no successor, is not judged.
    /// </summary>
    public static int FirstEvent(ReadOnlySpan<byte> octets, ref bool eightBit, ref bool nul)
    {
        var at = 0;
        var width = Vector256<byte>.Count;
        var all = Vector256<byte>.Zero;
        var zeros = Vector256<byte>.Zero;
        var found = -1;
        while (octets.Length - at > width)
        {
            var here = Vector256.Create(octets.Slice(at, width));
            var next = Vector256.Create(octets.Slice(at + 1, width));
            var events = (Vector256.Equals(here, Vector256.Create((byte)'\r')) ^ Vector256.Equals(next, Vector256.Create((byte)'\n')))
                | (Vector256.Equals(here, Vector256.Create((byte)'\n')) & Vector256.Equals(next, Vector256.Create((byte)'.')));
            if (events != Vector256<byte>.Zero)
            {
                found = at + BitOperations.TrailingZeroCount(events.ExtractMostSignificantBits());
                break;
            }
            all |= here;
            zeros |= Vector256.Equals(here, Vector256<byte>.Zero);
            at += width;
        }
        eightBit |= all.ExtractMostSignificantBits() != 0;
        nul |= zeros != Vector256<byte>.Zero;

        if (found < 0)
            found = FirstEventOneByOne(octets, at);
        // Octets behind the event are not part of this run, perhaps not even of this message.
        var rest = octets[at..(found < 0 ? octets.Length : found + 1)];
        eightBit = eightBit || rest.ContainsAnyInRange((byte)0x80, (byte)0xff);
        nul = nul || rest.Contains((byte)0);
        return found;
    }

    private static int FirstEventOneByOne(ReadOnlySpan<byte> octets, int at)
    {
        for (; at + 1 < octets.Length; at++)
        {
            var (here, next) = (octets[at], octets[at + 1]);
            if ((here == '\r') != (next == '\n') || (here == '\n' && next == '.'))
                return at;
        }
        return -1;
    }
}
