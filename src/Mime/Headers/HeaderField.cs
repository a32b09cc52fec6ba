using System.Text;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Headers;

/// <summary>
/// One field of a header section, with its continuation lines; or a line that is no field (<see cref="IsField"/> is false).
/// Holds on to the octets of its section.
/// </summary>
public readonly struct HeaderField
{
    private readonly ReadOnlyMemory<byte> _section;

    internal HeaderField(ReadOnlyMemory<byte> section, int offset, int length, int nameLength, int bodyOffset, int nameHash)
    {
        _section = section;
        Offset = offset;
        Length = length;
        NameLength = nameLength;
        BodyOffset = bodyOffset;
        NameHash = nameHash;
    }

    /// <summary>Octets from the start of the header section to the first of the field.</summary>
    public int Offset { get; }

    /// <summary>Octets with the line end of the last line.</summary>
    public int Length { get; }

    /// <summary>Octets of the name, without blanks before the colon; 0 when this is no field.</summary>
    public int NameLength { get; }

    /// <summary>Octets from the start of the field to the one after the colon; 0 when this is no field.</summary>
    public int BodyOffset { get; }

    internal int NameHash { get; }

    /// <summary>Has a name of printable octets and a colon.</summary>
    public bool IsField => NameLength > 0;

    /// <summary>The whole field as it stands.</summary>
    public ReadOnlyMemory<byte> Octets => _section.Slice(Offset, Length);

    public ReadOnlySpan<byte> NameOctets => _section.Span.Slice(Offset, NameLength);

    /// <summary>Letter case as it stands; empty when this is no field.</summary>
    public string Name => Encoding.Latin1.GetString(NameOctets);

    /// <summary>After the colon, folding and line end included; the whole line when this is no field.</summary>
    public ReadOnlySpan<byte> BodyOctets => _section.Span.Slice(Offset + BodyOffset, Length - BodyOffset);

    /// <summary>Body without line ends (RFC 5322 §2.2.3) and without blanks around it.</summary>
    public byte[] UnfoldedOctets()
    {
        var body = BodyOctets;
        var unfolded = new byte[body.Length];
        var length = 0;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            if (!line.IsEmpty && line[^1] == '\r')
                line = line[..^1];
            line.CopyTo(unfolded.AsSpan(length));
            length += line.Length;
            body = end < 0 ? default : body[(end + 1)..];
        }
        return unfolded.AsSpan(0, length).Trim(" \t"u8).ToArray();
    }

    /// <summary>Unfolded body as text, charset guessed, encoded words left as they are; control characters are blanks.</summary>
    public string Unfolded() => MailText.OneLine(MailText.Guess(UnfoldedOctets()));

    /// <summary>Unfolded body with encoded words (RFC 2047) decoded; control characters are blanks.</summary>
    public string Decoded() => MailText.OneLine(EncodedWords.Decode(UnfoldedOctets()));

    /// <summary>The physical lines, without their line ends.</summary>
    public LineEnumerator Lines => new(_section.Span.Slice(Offset, Length));

    public bool HasName(string name) => NameHash == HeaderSection.HashOf(name) && Ascii.EqualsIgnoreCase(NameOctets, name);

    /// <summary>Walks over physical lines; offsets count from the start of the field.</summary>
    public ref struct LineEnumerator(ReadOnlySpan<byte> octets)
    {
        private readonly ReadOnlySpan<byte> _octets = octets;
        private int _next;

        /// <summary>The line without CRLF or LF.</summary>
        public ReadOnlySpan<byte> Current { get; private set; }

        /// <summary>Where the line begins.</summary>
        public int Offset { get; private set; }

        public readonly LineEnumerator GetEnumerator() => this;

        public bool MoveNext()
        {
            if (_next >= _octets.Length)
                return false;
            Offset = _next;
            var rest = _octets[_next..];
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            _next = end < 0 ? _octets.Length : _next + end + 1;
            Current = !line.IsEmpty && line[^1] == '\r' ? line[..^1] : line;
            return true;
        }
    }
}
