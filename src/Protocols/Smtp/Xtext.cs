using System.Buffers;
using System.Text;

namespace Amavis.Protocols.Smtp;

/// <summary>xtext of RFC 3461 §4: printable US-ASCII, with <c>+HH</c> for all other octets, plus and equals signs.</summary>
public static class Xtext
{
    private static readonly SearchValues<char> Plain = SearchValues.Create(
        "!\"#$%&'()*,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    /// <summary>True when the text needs no further encoding and each plus sign begins a <c>+HH</c>.</summary>
    public static bool IsValid(ReadOnlySpan<char> text)
    {
        while (text.IndexOfAnyExcept(Plain) is var at and >= 0)
        {
            if (!IsHex(text[at..]))
                return false;
            text = text[(at + 3)..];
        }
        return true;
    }

    /// <summary>Characters outside US-ASCII are encoded as their UTF-8 octets.</summary>
    public static string Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAnyExcept(Plain))
            return text;
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            if (Plain.Contains((char)octet))
                encoded.Append((char)octet);
            else
                encoded.Append('+').Append("0123456789ABCDEF"[octet >> 4]).Append("0123456789ABCDEF"[octet & 15]);
        }
        return encoded.ToString();
    }

    /// <summary>
    /// A plus sign without two hexadecimal digits stands for itself. Octets that are not UTF-8 become U+FFFD. The result may
    /// hold control characters.
    /// </summary>
    public static string Decode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.Contains('+'))
            return text;
        var octets = new ArrayBufferWriter<byte>(text.Length);
        var rest = text.AsSpan();
        while (rest.IndexOf('+') is var at and >= 0)
        {
            Encoding.UTF8.GetBytes(rest[..at], octets);
            if (IsHex(rest[at..]))
            {
                octets.Write([(byte)((Digit(rest[at + 1]) << 4) | Digit(rest[at + 2]))]);
                rest = rest[(at + 3)..];
            }
            else
            {
                octets.Write("+"u8);
                rest = rest[(at + 1)..];
            }
        }
        Encoding.UTF8.GetBytes(rest, octets);
        return Encoding.UTF8.GetString(octets.WrittenSpan);
    }

    private static bool IsHex(ReadOnlySpan<char> text) =>
        text.Length >= 3 && text[0] == '+' && char.IsAsciiHexDigit(text[1]) && char.IsAsciiHexDigit(text[2]);

    private static int Digit(char hex) => char.IsAsciiDigit(hex) ? hex - '0' : (hex | 0x20) - 'a' + 10;
}
