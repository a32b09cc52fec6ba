using System.Text;

namespace Amavis.Protocols.Smtp.Client;

internal enum ReplyLineStatus
{
    More,
    Complete,
    Malformed,
}

/// <summary>Puts the lines of one reply together (RFC 5321 §4.2.1). Used again for each reply of a connection.</summary>
internal sealed class ReplyParser
{
    /// <summary>Octets of a line with its end; RFC 5321 §4.5.3.1.5 says 512, real servers exceed it.</summary>
    public const int MaxLineOctets = 2048;

    /// <summary>Octets of a whole reply.</summary>
    public const int MaxReplyOctets = 64 * 1024;

    /// <summary>What is kept of the text, in characters: enough for a queue id at the end of any sensible reply.</summary>
    public const int MaxTextLength = 1000;

    private readonly StringBuilder _joined = new();
    private string _first = "";
    private List<string>? _lines;
    private int _code;
    private int _octets;
    private int _count;

    /// <param name="lines">Takes each line's text when not null.</param>
    public void Start(List<string>? lines)
    {
        _lines = lines;
        _code = _octets = _count = 0;
        _joined.Clear();
    }

    public ServerReply Reply => ServerReply.Of(_code, _joined.Length == 0 ? _first : _joined.ToString());

    /// <param name="line">Without its end.</param>
    public ReplyLineStatus Add(ReadOnlySpan<byte> line)
    {
        _octets += line.Length;
        if (_octets > MaxReplyOctets || line.Length < 3 || !TryCode(line, out var code) || (_count > 0 && code != _code))
            return ReplyLineStatus.Malformed;
        if (line.Length > 3 && line[3] is not ((byte)' ' or (byte)'-'))
            return ReplyLineStatus.Malformed;
        _code = code;
        Keep(line.Length > 4 ? Printable(line[4..]) : "");
        return line.Length > 3 && line[3] == '-' ? ReplyLineStatus.More : ReplyLineStatus.Complete;
    }

    /// <summary>Text from outside on one line of printable US-ASCII: it goes into replies to clients that may know no more.</summary>
    public static string Printable(ReadOnlySpan<byte> octets)
    {
        octets = octets[..Math.Min(octets.Length, MaxTextLength)];
        return string.Create(octets.Length, octets, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++)
                text[i] = source[i] is >= 0x20 and < 0x7f ? (char)source[i] : source[i] == '\t' ? ' ' : '?';
        });
    }

    private static bool TryCode(ReadOnlySpan<byte> line, out int code)
    {
        code = 0;
        if (line[0] is < (byte)'2' or > (byte)'5' || !char.IsAsciiDigit((char)line[1]) || !char.IsAsciiDigit((char)line[2]))
            return false;
        code = ((line[0] - '0') * 100) + ((line[1] - '0') * 10) + (line[2] - '0');
        return true;
    }

    private void Keep(string text)
    {
        _lines?.Add(text);
        if (_count++ == 0)
        {
            _first = text;
            return;
        }
        if (_joined.Length == 0)
            _joined.Append(_first);
        // The enhanced code stands at the start of each line (RFC 2034 §4); once is enough.
        var enhanced = ServerReply.EnhancedLength(_first);
        var rest = enhanced > 0 && text.AsSpan().StartsWith(_first.AsSpan(0, enhanced)) ? text.AsSpan(enhanced).TrimStart() : text.AsSpan();
        var room = MaxTextLength - _joined.Length - 1;
        if (rest.Length > 0 && room > 0)
            _joined.Append(_joined.Length > 0 ? " " : "").Append(rest[..Math.Min(rest.Length, room)]);
    }
}
