using System.Buffers;
using Amavis.Mime.Headers;

namespace Amavis.Mime.Editing;

/// <summary>What was mended in an original header section; each is worth a line in the log.</summary>
/// <param name="BlankLines">Continuation lines of nothing but blanks taken out.</param>
/// <param name="BareCr">Lone CRs taken out.</param>
/// <param name="LongLines">Lines cut.</param>
/// <param name="NoSeparator">There was no empty line at the end.</param>
public sealed record HeaderRepairs(int BlankLines, int BareCr, int LongLines, bool NoSeparator)
{
    public static readonly HeaderRepairs None = new(0, 0, 0, false);
}

/// <summary>Copies original fields, mending what the next hop or a reader could stumble over.</summary>
internal sealed class HeaderRepairer(HeaderRendering rendering)
{
    public HeaderRepairs Repairs { get; private set; } = HeaderRepairs.None;

    /// <summary>False when no line needs mending, so that the section can be copied at once.</summary>
    public bool MayRepair(HeaderSection original)
    {
        if (!rendering.RepairFolding && !rendering.RepairLongLines)
            return false;
        foreach (var field in original.Fields)
            if (Needs(field))
                return true;
        return false;
    }

    public void Write(ArrayBufferWriter<byte> output, HeaderField field)
    {
        if (!Needs(field))
        {
            output.Write(field.Octets.Span);
            return;
        }
        foreach (var line in field.Lines)
            WriteLine(output, line);
    }

    private bool Needs(HeaderField field)
    {
        foreach (var line in field.Lines)
        {
            if (rendering.RepairLongLines && line.Length > FieldWriter.MaxLine)
                return true;
            if (rendering.RepairFolding && (IsBlank(line) || line.Contains((byte)'\r')))
                return true;
        }
        return false;
    }

    private void WriteLine(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        if (rendering.RepairFolding && line.Contains((byte)'\r'))
        {
            var clean = new byte[line.Length];
            var length = 0;
            foreach (var octet in line)
                if (octet != '\r')
                    clean[length++] = octet;
            Repairs = Repairs with { BareCr = Repairs.BareCr + line.Length - length };
            line = clean.AsSpan(0, length);
        }
        if (rendering.RepairFolding && IsBlank(line))
        {
            Repairs = Repairs with { BlankLines = Repairs.BlankLines + 1 };
            return;
        }
        if (!rendering.RepairLongLines)
        {
            output.Write(line);
            output.Write("\r\n"u8);
        }
        else if (FieldWriter.WriteLine(output, line))
        {
            Repairs = Repairs with { LongLines = Repairs.LongLines + 1 };
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> line) => line.Trim(" \t"u8).IsEmpty;
}
