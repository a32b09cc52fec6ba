using System.Buffers.Binary;
using Amavis.Decoding.Codecs;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Tnef;

/// <summary>The compressed RTF of Outlook (MS-OXRTFCP): references into a window of 4096 octets that begins with usual words.</summary>
internal static class RtfDecompressor
{
    private const int HeaderOctets = 16;
    private const uint Uncompressed = 0x414c454d;
    private const uint Compressed = 0x75465a4c;
    private const int WindowOctets = 4096;
    private const int OutputOctets = 4096;

    private static ReadOnlySpan<byte> FirstWindow =>
        ("{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor MS Sans SerifSymbolArialTimes New Roman"u8
            + "Courier{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"u8);

    public static CodecResult Run(ContentCursor input, IOctetSink sink)
    {
        Span<byte> header = stackalloc byte[HeaderOctets];
        if (!input.TryReadExactly(header))
            return CodecResult.Truncated;
        long size = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        return BinaryPrimitives.ReadUInt32LittleEndian(header[8..]) switch
        {
            Uncompressed => input.TryCopyTo(sink, Math.Min(size, input.Left)) ? CodecResult.Complete : CodecResult.Truncated,
            Compressed => Decompress(input, sink),
            _ => CodecResult.Corrupt,
        };
    }

    private static CodecResult Decompress(ContentCursor input, IOctetSink sink)
    {
        var window = new byte[WindowOctets];
        FirstWindow.CopyTo(window);
        var write = FirstWindow.Length;
        Span<byte> output = stackalloc byte[OutputOctets];
        Span<byte> reference = stackalloc byte[2];
        var used = 0;
        while (input.Fill())
        {
            var flags = input.Buffer[input.Position++];
            for (var bit = 0; bit < 8 && input.Fill(); bit++)
            {
                var (from, length) = (write, 1);
                if ((flags & (1 << bit)) == 0)
                    window[write] = input.Buffer[input.Position++];
                else
                {
                    if (!input.TryReadExactly(reference))
                        break;
                    var value = BinaryPrimitives.ReadUInt16BigEndian(reference);
                    (from, length) = (value >> 4, (value & 15) + 2);
                    if (from == write)
                    {
                        sink.Write(output[..used]);
                        return CodecResult.Complete; // a reference to here is the end
                    }
                }
                for (; length > 0; length--)
                {
                    if (used == OutputOctets)
                    {
                        sink.Write(output);
                        used = 0;
                    }
                    output[used++] = window[write] = window[from];
                    from = (from + 1) % WindowOctets;
                    write = (write + 1) % WindowOctets;
                }
            }
        }
        sink.Write(output[..used]);
        return CodecResult.Truncated;
    }
}
