using System.Buffers;
using System.Text;

namespace Amavis.Mime.Structure;

/// <summary>What a line of a header section is.</summary>
internal enum HeaderLine
{
    Field,
    Continuation,
    /// <summary>Only blanks: continues a field with nothing.</summary>
    BlankContinuation,
    NonField,
}

/// <summary>
/// Picks the fields out of a header section that tell about content, line by line. Nothing else is kept, so that a header
/// section of any size takes no room.
/// </summary>
internal sealed class ContentHeader
{
    /// <summary>Octets kept of one field.</summary>
    public const int MaxField = 64 * 1024;

    /// <summary>Fields kept of one name; readers take the first or the last one.</summary>
    private const int MaxRepeats = 16;

    private readonly ArrayBufferWriter<byte> _body = new(256);
    private List<ContentField>? _target;
    private bool _anyField;

    public List<ContentField> Types { get; private set; } = [];

    public List<ContentField> Dispositions { get; private set; } = [];

    public List<ContentField> Encodings { get; private set; } = [];

    /// <summary>A field was cut at <see cref="MaxField"/>, or had too many parameters.</summary>
    public bool TooLong { get; private set; }

    /// <summary>A content field had blanks or control characters before its colon.</summary>
    public bool OddName { get; private set; }

    public void Reset()
    {
        _body.ResetWrittenCount();
        _target = null;
        _anyField = false;
        TooLong = OddName = false;
        if (Types.Count > 0)
            Types = [];
        if (Dispositions.Count > 0)
            Dispositions = [];
        if (Encodings.Count > 0)
            Encodings = [];
    }

    /// <summary>Takes a line that is not empty, without its line end.</summary>
    /// <param name="isCut">The line was longer than what is given.</param>
    public HeaderLine Take(ReadOnlySpan<byte> line, bool isCut)
    {
        if (line[0] is (byte)' ' or (byte)'\t')
        {
            if (_target is not null)
                Keep(line, isCut);
            if (line.TrimStart(" \t"u8).IsEmpty)
                return HeaderLine.BlankContinuation;
            return _anyField ? HeaderLine.Continuation : HeaderLine.NonField;
        }
        Flush();
        var colon = line.IndexOf((byte)':');
        if (colon <= 0)
            return HeaderLine.NonField;
        var name = line[..colon];
        var isField = !name.TrimEnd(" \t"u8).ContainsAnyInRange((byte)0, (byte)' ') && !name.Contains((byte)0x7f);
        _anyField |= isField;
        _target = TargetOf(name);
        if (_target is not null)
            Keep(line[(colon + 1)..], isCut);
        return isField ? HeaderLine.Field : HeaderLine.NonField;
    }

    /// <summary>Ends the field being read.</summary>
    public void Flush()
    {
        if (_target is null)
            return;
        if (_target.Count < MaxRepeats)
        {
            var field = ContentField.Parse(_body.WrittenSpan);
            TooLong |= field.TooManyParameters;
            _target.Add(field);
        }
        _target = null;
        _body.ResetWrittenCount();
    }

    private void Keep(ReadOnlySpan<byte> piece, bool isCut)
    {
        var length = Math.Min(piece.Length, MaxField - _body.WrittenCount);
        TooLong |= isCut || length < piece.Length;
        if (length > 0)
            _body.Write(piece[..length]);
    }

    private List<ContentField>? TargetOf(ReadOnlySpan<byte> name)
    {
        if (name.Length < 12 || (name[0] | 0x20) != 'c')
            return null;
        Span<byte> clean = stackalloc byte[32];
        var length = 0;
        foreach (var octet in name)
        {
            if (octet is <= (byte)' ' or 0x7f)
                continue;
            if (length == clean.Length)
                return null;
            clean[length++] = octet;
        }
        clean = clean[..length];
        var target = Ascii.EqualsIgnoreCase(clean, "content-type"u8) ? Types
            : Ascii.EqualsIgnoreCase(clean, "content-disposition"u8) ? Dispositions
            : Ascii.EqualsIgnoreCase(clean, "content-transfer-encoding"u8) ? Encodings
            : null;
        OddName |= target is not null && length != name.Length;
        return target;
    }
}
