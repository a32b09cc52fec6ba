using System.Buffers.Binary;
using Amavis.Decoding.Storage;

namespace Amavis.Decoding.Archives.Tnef;

/// <summary>One value of a MAPI property; where it stands in the content.</summary>
internal readonly record struct MapiProperty(ushort Id, ushort Type, long Start, long End)
{
    public const ushort DisplayName = 0x3001;
    public const ushort AttachData = 0x3701;
    public const ushort AttachFileName = 0x3704;
    public const ushort AttachLongFileName = 0x3707;
    public const ushort RtfCompressed = 0x1009;
    public const ushort BodyHtml = 0x1013;
    public const int GuidOctets = 16;

    public const ushort TypeObject = 0x000d;
    public const ushort TypeString = 0x001e;
    public const ushort TypeUnicode = 0x001f;
    public const ushort TypeBinary = 0x0102;

    public bool IsObject => Type == TypeObject;

    public bool IsUnicode => Type == TypeUnicode;
}

/// <summary>The properties of a message or an attachment (MS-OXTNEF 2.1.3.4).</summary>
internal static class MapiProperties
{
    private const ushort ManyValues = 0x1000;
    private const ushort FirstNamed = 0x8000;
    private const int MaxProperties = 10_000;

    /// <summary>Values of variable length, up to the first thing that is none.</summary>
    public static IEnumerable<MapiProperty> Read(StoredContent content, long start, long end)
    {
        var at = start;
        var left = Math.Min(MaxProperties, Number(content, ref at, end));
        for (; left > 0 && at < end; left--)
        {
            var tag = Number(content, ref at, end);
            var (type, id) = ((ushort)tag, (ushort)(tag >> 16));
            if (id >= FirstNamed)
                SkipName(content, ref at, end);
            var simple = (ushort)(type & ~ManyValues);
            var isVariable = simple is MapiProperty.TypeObject or MapiProperty.TypeString or MapiProperty.TypeUnicode or MapiProperty.TypeBinary;
            var values = isVariable || simple != type ? Number(content, ref at, end) : 1;
            if (!isVariable)
            {
                if (FixedOctets(simple) is not (> 0 and var octets))
                    yield break;
                at += octets * values;
                continue;
            }
            for (; values > 0 && at < end; values--)
            {
                var length = Number(content, ref at, end);
                yield return new MapiProperty(id, simple, at, Math.Min(at + length, end));
                at += Padded(length);
            }
        }
    }

    private static void SkipName(StoredContent content, ref long at, long end)
    {
        at += MapiProperty.GuidOctets;
        var isText = Number(content, ref at, end) == 1;
        var number = Number(content, ref at, end);
        if (isText)
            at += Padded(number);
    }

    private static long Padded(long length) => (length + 3) & ~3L;

    private static int FixedOctets(ushort type) => type switch
    {
        0x0002 or 0x0003 or 0x0004 or 0x000a or 0x000b => 4,
        0x0005 or 0x0006 or 0x0007 or 0x0014 or 0x0040 => 8,
        0x0048 => 16,
        _ => 0,
    };

    // 0 behind the end, which ends every loop.
    private static long Number(StoredContent content, ref long at, long end)
    {
        Span<byte> octets = stackalloc byte[4];
        var got = at + 4 <= end && content.Read(at, octets) == 4;
        at += 4;
        return got ? BinaryPrimitives.ReadUInt32LittleEndian(octets) : 0;
    }
}
