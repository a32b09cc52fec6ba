using System.Buffers.Binary;

namespace Amavis.Decoding.Typing;

/// <summary>Programs and libraries.</summary>
internal static class ExecutableTyper
{
    private const ushort DllFlag = 0x2000;
    private const int ElfDynamic = 3;
    private const uint ElfInterpreterSegment = 3;

    private static readonly string[] Subsystems = ["", "(native)", "(GUI)", "(console)"];

    private static readonly ContentType Dos = ContentType.Of("exe,exe-ms", "MS-DOS executable");
    private static readonly ContentType NewExecutable = ContentType.Of("exe,exe-ms", "MS-DOS executable, NE for MS Windows 3.x");
    private static readonly ContentType MachOExecutable = ContentType.Of("exe", "Mach-O executable");
    private static readonly ContentType MachOUniversal = ContentType.Of("exe", "Mach-O universal binary, executable");
    private static readonly ContentType[] Elf =
    [
        ContentType.Of("dat", "ELF no file type"),
        ContentType.Of("o", "ELF LSB relocatable, System V"),
        ContentType.Of("exe,exe-unix", "ELF LSB executable, System V"),
        ContentType.Of("so", "ELF LSB shared object, System V"),
        ContentType.Of("dat", "ELF LSB core file"),
    ];

    private static readonly ContentType ElfPie = ContentType.Of("exe,exe-unix", "ELF LSB pie executable, System V");

    /// <summary>Anything with the MZ signature is a program, also when what it points to lies out of sight.</summary>
    public static ContentType IdentifyMz(ReadOnlySpan<byte> head)
    {
        if (head.Length < 0x40)
            return Dos;
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(head[0x3c..]);
        if (offset > (uint)head.Length - 2)
            return Dos;
        var header = head[(int)offset..];
        if (header.StartsWith("NE"u8))
            return NewExecutable;
        return header.StartsWith("PE\0\0"u8) && header.Length >= 26 ? PortableExecutable(header) : Dos;
    }

    public static ContentType IdentifyElf(ReadOnlySpan<byte> head)
    {
        if (head.Length < 20)
            return Elf[0];
        var little = head[5] != 2;
        int type = little ? BinaryPrimitives.ReadUInt16LittleEndian(head[16..]) : BinaryPrimitives.ReadUInt16BigEndian(head[16..]);
        if (type == ElfDynamic && HasInterpreter(head, little))
            return ElfPie;
        return type < Elf.Length ? Elf[type] : Elf[0];
    }

    /// <summary>Null for a Java class, which has the signature of a universal binary.</summary>
    public static ContentType? IdentifyMachO(ReadOnlySpan<byte> head)
    {
        if (head.Length < 8)
            return null;
        const uint FirstJavaVersion = 43;
        return BinaryPrimitives.ReadUInt32BigEndian(head) switch
        {
            0xfeedface or 0xfeedfacf or 0xcefaedfe or 0xcffaedfe => MachOExecutable,
            0xcafebabe when BinaryPrimitives.ReadUInt32BigEndian(head[4..]) is > 0 and < FirstJavaVersion => MachOUniversal,
            0xcafebabf => MachOUniversal,
            _ => null,
        };
    }

    private static ContentType PortableExecutable(ReadOnlySpan<byte> header)
    {
        var dll = (BinaryPrimitives.ReadUInt16LittleEndian(header[22..]) & DllFlag) != 0;
        var plus = BinaryPrimitives.ReadUInt16LittleEndian(header[24..]) == 0x20b ? "+" : "";
        var subsystem = header.Length >= 94 ? BinaryPrimitives.ReadUInt16LittleEndian(header[92..]) : 0;
        var words = $"PE32{plus} executable for MS Windows {(dll ? "(DLL) " : "")}{(subsystem < Subsystems.Length ? Subsystems[subsystem] : "")} "
            + Machine(BinaryPrimitives.ReadUInt16LittleEndian(header[4..]));
        return ContentType.Of(dll ? "exe,dll" : "exe,exe-ms", words);
    }

    private static string Machine(ushort machine) => machine switch
    {
        0x14c => "Intel 80386",
        0x8664 => "x86-64",
        0xaa64 => "Aarch64",
        0x1c0 or 0x1c4 => "ARM",
        _ => "unknown processor",
    };

    // A position independent program names its interpreter, a library does not.
    private static bool HasInterpreter(ReadOnlySpan<byte> head, bool little)
    {
        var wide = head[4] == 2;
        if (head.Length < (wide ? 64 : 52))
            return false;
        var table = wide ? Number64(head[32..], little) : Number32(head[28..], little);
        int size = Number16(head[(wide ? 54 : 42)..], little);
        int count = Number16(head[(wide ? 56 : 44)..], little);
        for (var index = 0; index < Math.Min(count, 64); index++)
        {
            var at = table + ((ulong)index * (uint)size);
            if (at > (uint)head.Length - 4)
                return false;
            if (Number32(head[(int)at..], little) == ElfInterpreterSegment)
                return true;
        }
        return false;
    }

    private static ushort Number16(ReadOnlySpan<byte> octets, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(octets) : BinaryPrimitives.ReadUInt16BigEndian(octets);

    private static uint Number32(ReadOnlySpan<byte> octets, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(octets) : BinaryPrimitives.ReadUInt32BigEndian(octets);

    private static ulong Number64(ReadOnlySpan<byte> octets, bool little) =>
        little ? BinaryPrimitives.ReadUInt64LittleEndian(octets) : BinaryPrimitives.ReadUInt64BigEndian(octets);
}
