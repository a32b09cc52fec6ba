using System.Buffers;
using System.Text;

namespace Amavis.Protocols.AmPdp;

public enum AmPdpReadStatus
{
    Incomplete,
    Complete,
    /// <summary>A limit is exceeded; nothing more can be read from this connection.</summary>
    TooLarge,
}

/// <summary>
/// Reads messages of the AM.PDP protocol: lines <c>name=value</c> or <c>name: value</c> ended by CRLF or LF, a blank line at the
/// end. Keeps what it has of a message between calls, so that each octet is looked at once.
/// </summary>
public sealed class AmPdpReader
{
    /// <summary>Octets of a line; the longest sensible one carries a header field.</summary>
    public const int MaxLineOctets = 256 * 1024;

    /// <summary>Attributes of a message: more recipients than any listener takes.</summary>
    public const int MaxAttributes = 20_000;

    /// <summary>Octets of a message.</summary>
    public const int MaxMessageOctets = 4 << 20;

    private List<AmPdpAttribute> _attributes = [];
    private int _unparsable;
    private long _octets;
    private long _searched;

    /// <summary>Takes lines from the buffer until a message is complete.</summary>
    /// <param name="buffer">Moved past what was taken.</param>
    /// <param name="message">Null unless complete.</param>
    public AmPdpReadStatus Read(ref ReadOnlySequence<byte> buffer, out AmPdpMessage? message)
    {
        message = null;
        while (TryReadLine(ref buffer, out var line))
        {
            _octets += line.Length + 1;
            if (line.Length > MaxLineOctets || _octets > MaxMessageOctets)
                return AmPdpReadStatus.TooLarge;
            var octets = line.IsSingleSegment ? line.FirstSpan : line.ToArray();
            if (octets.EndsWith((byte)'\r'))
                octets = octets[..^1];
            if (!octets.IsEmpty)
            {
                Add(octets);
                if (_attributes.Count + _unparsable > MaxAttributes)
                    return AmPdpReadStatus.TooLarge;
            }
            else if (_attributes.Count + _unparsable > 0)
            {
                // Blank lines before a message are passed over.
                message = new AmPdpMessage(_attributes, _unparsable);
                _attributes = [];
                _unparsable = 0;
                _octets = 0;
                return AmPdpReadStatus.Complete;
            }
        }
        return buffer.Length > MaxLineOctets ? AmPdpReadStatus.TooLarge : AmPdpReadStatus.Incomplete;
    }

    private bool TryReadLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        // What an earlier call looked through without finding an end is not looked through again.
        var fresh = buffer.Slice(Math.Min(_searched, buffer.Length));
        if (fresh.PositionOf((byte)'\n') is not { } end)
        {
            _searched = buffer.Length;
            line = default;
            return false;
        }
        _searched = 0;
        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private void Add(ReadOnlySpan<byte> line)
    {
        var separator = line.IndexOfAny((byte)'=', (byte)':');
        if (separator <= 0)
        {
            _unparsable++;
            return;
        }
        var value = line[(separator + 1)..];
        if (line[separator] == ':')
            value = value.TrimStart(" \t"u8);
        _attributes.Add(new AmPdpAttribute(Decode(line[..separator]), Decode(value)));
    }

    /// <summary>Undoes <c>%HH</c>; octets that are not UTF-8 are taken as Latin-1.</summary>
    internal static string Decode(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)'%'))
        {
            var decoded = new byte[text.Length];
            var length = 0;
            for (var i = 0; i < text.Length; i++)
            {
                var (high, low) = text[i] == '%' && i + 2 < text.Length ? (HexValue(text[i + 1]), HexValue(text[i + 2])) : (-1, -1);
                var encoded = high >= 0 && low >= 0;
                decoded[length++] = encoded ? (byte)((high << 4) | low) : text[i];
                i += encoded ? 2 : 0;
            }
            text = decoded.AsSpan(0, length);
        }
        return System.Text.Unicode.Utf8.IsValid(text) ? Encoding.UTF8.GetString(text) : Encoding.Latin1.GetString(text);
    }

    private static int HexValue(byte digit) => char.IsAsciiHexDigit((char)digit) ? Convert.ToInt32(((char)digit).ToString(), 16) : -1;
}
