using System.Buffers;
using Amavis.Core.Messages;
using Amavis.Mime.Headers;

namespace Amavis.Mime.Editing;

/// <summary>
/// A spooled message with header edits: new fields, the original header section, of which untouched fields go out octet by
/// octet, and the body straight from the spool. Holds on to the spool; reading is repeatable while that lives.
/// </summary>
public sealed class EditedMessage : OutgoingMessage
{
    private readonly Spool _spool;
    private readonly ReadOnlyMemory<byte> _header;
    private readonly long _bodyOffset;

    /// <param name="original">The header section of this spool (<see cref="HeaderSection.Read"/>).</param>
    public EditedMessage(Spool spool, HeaderSection original, HeaderEdits edits, HeaderRendering rendering)
    {
        ArgumentNullException.ThrowIfNull(spool);
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(edits);
        ArgumentNullException.ThrowIfNull(rendering);
        _spool = spool;
        _bodyOffset = original.BodyOffset;
        var output = new ArrayBufferWriter<byte>(original.Octets.Length + 1024);
        foreach (var field in edits.Prepended.Concat(edits.Added))
            Write(output, field, rendering);
        Repairs = WriteOriginal(output, original, edits, rendering);
        foreach (var field in edits.Appended)
            Write(output, field, rendering);
        // A header section that nothing ends gets its end: what follows, if anything, is the body.
        output.Write("\r\n"u8);
        _header = output.WrittenMemory;
        LeadingDots = spool.Facts.LeadingDots || edits.Prepended.Concat(edits.Added).Concat(edits.Appended).Any(f => f.Name[0] == '.');
        EightBit = spool.Facts.EightBit || _header.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);
    }

    public override long Length => _header.Length + (_spool.Length - _bodyOffset);

    public override bool LeadingDots { get; }

    public override bool EightBit { get; }

    /// <summary>What was mended in the original header section.</summary>
    public HeaderRepairs Repairs { get; }

    /// <summary>The edited header section with the empty line after it.</summary>
    public ReadOnlyMemory<byte> Header => _header;

    public override IEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        yield return _header;
        if (_bodyOffset >= _spool.Length)
            yield break;
        foreach (var chunk in _spool.Chunks(_bodyOffset, _spool.Length - _bodyOffset))
            yield return chunk;
    }

    private static void Write(ArrayBufferWriter<byte> output, NewField field, HeaderRendering rendering) =>
        FieldWriter.Write(output, field.Name, field.Body, field.Folding, rendering);

    private static HeaderRepairs WriteOriginal(ArrayBufferWriter<byte> output, HeaderSection original, HeaderEdits edits, HeaderRendering rendering)
    {
        var repairer = new HeaderRepairer(rendering);
        if (!edits.HasEdits && !repairer.MayRepair(original))
        {
            output.Write(original.Octets.Span);
        }
        else
        {
            foreach (var field in original.Fields)
            {
                var edit = edits.HasEdits ? edits.Apply(field, rendering) : FieldEdit.Keep;
                if (edit.Body is not null)
                    FieldWriter.Write(output, field.Name, edit.Body, edit.Folding, rendering);
                else if (!edit.IsDelete)
                    repairer.Write(output, field);
            }
        }
        if (output.WrittenCount > 0 && output.WrittenSpan[^1] != '\n')
            output.Write("\r\n"u8);
        return repairer.Repairs with { NoSeparator = original.SeparatorLength == 0 };
    }
}
