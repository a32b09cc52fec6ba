using System.Text;

namespace Amavis.Mime.Charsets;

/// <summary>
/// Reads UTF-7 (RFC 2152), which the platform no longer offers: it must never be guessed, but a name declared to be in it has
/// to be seen as a mail reader would see it. Writing is not offered.
/// </summary>
internal sealed class Utf7 : Encoding
{
    public static readonly Utf7 Instance = new();

    private Utf7()
    {
    }

    public override string EncodingName => "utf-7";

    public override int GetCharCount(byte[] bytes, int index, int count) => Read(bytes.AsSpan(index, count)).Length;

    public override int GetChars(byte[] bytes, int byteIndex, int byteCount, char[] chars, int charIndex)
    {
        var text = Read(bytes.AsSpan(byteIndex, byteCount));
        text.CopyTo(0, chars, charIndex, text.Length);
        return text.Length;
    }

    /// <summary>No octet gives more than one character.</summary>
    public override int GetMaxCharCount(int byteCount) => byteCount + 1;

    public override int GetByteCount(char[] chars, int index, int count) => throw new NotSupportedException("UTF-7 is never written");

    public override int GetBytes(char[] chars, int charIndex, int charCount, byte[] bytes, int byteIndex) =>
        throw new NotSupportedException("UTF-7 is never written");

    public override int GetMaxByteCount(int charCount) => throw new NotSupportedException("UTF-7 is never written");

    private static string Read(ReadOnlySpan<byte> octets)
    {
        var text = new StringBuilder(octets.Length);
        for (var i = 0; i < octets.Length;)
        {
            if (octets[i] != '+')
            {
                text.Append(octets[i] < 0x80 ? (char)octets[i] : '\ufffd');
                i++;
                continue;
            }
            i++;
            if (i < octets.Length && octets[i] == '-')
            {
                text.Append('+');
                i++;
                continue;
            }
            i = ReadShifted(octets, i, text);
        }
        return text.ToString();
    }

    /// <summary>Modified base64 of UTF-16 units up to the first other octet; a hyphen there is swallowed.</summary>
    private static int ReadShifted(ReadOnlySpan<byte> octets, int i, StringBuilder text)
    {
        var bits = 0;
        uint held = 0;
        for (; i < octets.Length; i++)
        {
            var value = Base64Value(octets[i]);
            if (value < 0)
                break;
            held = (held << 6) | (uint)value;
            bits += 6;
            if (bits < 16)
                continue;
            bits -= 16;
            text.Append((char)(ushort)(held >> bits));
        }
        return i < octets.Length && octets[i] == '-' ? i + 1 : i;
    }

    private static int Base64Value(byte octet) => octet switch
    {
        >= (byte)'A' and <= (byte)'Z' => octet - 'A',
        >= (byte)'a' and <= (byte)'z' => octet - 'a' + 26,
        >= (byte)'0' and <= (byte)'9' => octet - '0' + 52,
        (byte)'+' => 62,
        (byte)'/' => 63,
        _ => -1,
    };
}
