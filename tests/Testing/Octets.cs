using System.Buffers;
using System.Text;

namespace Amavis.Testing;

/// <summary>Short forms for octets in tests.</summary>
public static class Octets
{
    /// <summary>Latin-1 octets of a text, line ends as written.</summary>
    public static byte[] Of(string text) => Encoding.Latin1.GetBytes(text);

    /// <summary>With every LF made CRLF.</summary>
    public static byte[] Crlf(string text) => Of(text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));

    public static string Text(ReadOnlySpan<byte> octets) => Encoding.Latin1.GetString(octets);

    /// <summary>A sequence of several segments, cut at the given lengths; the rest is the last one.</summary>
    public static ReadOnlySequence<byte> Cut(byte[] octets, params int[] lengths)
    {
        Segment? first = null;
        Segment? last = null;
        var at = 0;
        foreach (var length in lengths.Append(int.MaxValue))
        {
            var take = Math.Min(length, octets.Length - at);
            var segment = new Segment(octets.AsMemory(at, take), last);
            first ??= segment;
            last = segment;
            at += take;
            if (at >= octets.Length)
                break;
        }
        return new ReadOnlySequence<byte>(first!, 0, last!, last!.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is null)
                return;
            RunningIndex = previous.RunningIndex + previous.Memory.Length;
            previous.Next = this;
        }
    }
}
