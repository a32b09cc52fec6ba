using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Amavis.Mime.Charsets;

/// <summary>Reads encoded words (RFC 2047) wherever they stand, as tolerant mail readers do.</summary>
public static class EncodedWords
{
    /// <summary>Longest encoded word looked for, in octets; RFC 2047 §2 says 75.</summary>
    private const int MaxWordLength = 4096;

    /// <summary>True when the octets hold what might be an encoded word.</summary>
    public static bool MayOccur(ReadOnlySpan<byte> octets) => octets.IndexOf("=?"u8) >= 0;

    /// <summary>
    /// The text of a field body that is already unfolded. Blanks between two encoded words are dropped (RFC 2047 §6.2); words of
    /// one charset in a row are joined before decoding, since some writers cut characters in two. The rest goes through
    /// <see cref="MailText.Guess"/>, as does a word whose charset is not known. Never fails.
    /// </summary>
    public static string Decode(ReadOnlySpan<byte> octets)
    {
        if (!MayOccur(octets))
            return MailText.Guess(octets);
        var text = new StringBuilder(octets.Length);
        var held = new ArrayBufferWriter<byte>();
        string? heldCharset = null;
        var plainStart = 0;
        var i = 0;
        while (i < octets.Length)
        {
            var at = octets[i..].IndexOf("=?"u8);
            if (at < 0)
                break;
            at += i;
            if (!TryReadWord(octets[at..], out var length, out var charset, out var isBase64, out var payload))
            {
                i = at + 2;
                continue;
            }
            var between = octets[plainStart..at];
            var adjacent = heldCharset is not null && between.Trim(" \t\r\n"u8).IsEmpty;
            if (!adjacent || !string.Equals(heldCharset, charset, StringComparison.OrdinalIgnoreCase))
            {
                Flush(text, held, heldCharset);
                if (!adjacent)
                    text.Append(MailText.Guess(between));
            }
            heldCharset = charset;
            Append(held, payload, isBase64);
            i = plainStart = at + length;
        }
        Flush(text, held, heldCharset);
        text.Append(MailText.Guess(octets[plainStart..]));
        return text.ToString();
    }

    /// <summary>False when a word names a charset that is not known, so that decoding would guess.</summary>
    public static bool AllDecodable(ReadOnlySpan<byte> octets)
    {
        for (var at = octets.IndexOf("=?"u8); at >= 0; at = octets.IndexOf("=?"u8))
        {
            octets = octets[at..];
            var isWord = TryReadWord(octets, out var length, out var charset, out _, out _);
            if (isWord && Charset.Find(charset) is null)
                return false;
            octets = octets[(isWord ? length : 2)..];
        }
        return true;
    }

    private static void Flush(StringBuilder text, ArrayBufferWriter<byte> held, string? charset)
    {
        if (charset is null || held.WrittenCount == 0)
            return;
        text.Append(InCharset(held.WrittenSpan, charset));
        held.ResetWrittenCount();
    }

    /// <summary>Octets in a declared charset; an unknown one is guessed.</summary>
    public static string InCharset(ReadOnlySpan<byte> octets, string charset)
    {
        ArgumentNullException.ThrowIfNull(charset);
        var encoding = Charset.Find(charset);
        if (encoding is null || encoding.CodePage == Encoding.ASCII.CodePage)
            return MailText.Guess(octets);
        return encoding.GetString(octets.ToArray());
    }

    private static bool TryReadWord(ReadOnlySpan<byte> at, out int length, out string charset, out bool isBase64, out ReadOnlySpan<byte> payload)
    {
        length = 0;
        charset = "";
        isBase64 = false;
        payload = default;
        at = at[..Math.Min(at.Length, MaxWordLength)];
        var rest = at[2..];
        var mark = rest.IndexOfAny("? \t"u8);
        if (mark <= 0 || rest[mark] != '?' || mark + 2 >= rest.Length || rest[mark + 2] != '?')
            return false;
        var letter = rest[mark + 1] | 0x20;
        if (letter != 'b' && letter != 'q')
            return false;
        isBase64 = letter == 'b';
        var body = rest[(mark + 3)..];
        var end = EndOfWord(body, isBase64);
        if (end < 0)
            return false;
        payload = body[..end];
        var name = rest[..mark];
        var star = name.IndexOf((byte)'*'); // language, RFC 2231 §5
        charset = Encoding.Latin1.GetString(star < 0 ? name : name[..star]);
        length = 2 + mark + 3 + end + 2;
        return true;
    }

    /// <summary>Where <c>?=</c> stands; a Q text may wrongly hold a plain question mark before <c>=3D</c>, which is no end.</summary>
    private static int EndOfWord(ReadOnlySpan<byte> body, bool isBase64)
    {
        var end = body.IndexOf("?="u8);
        while (end >= 0 && !isBase64 && IsInsideQ(body[(end + 2)..]))
            end += 2 + body[(end + 2)..].IndexOf("?="u8);
        return end;
    }

    /// <summary>Two hex digits follow, and the word ends further on without a blank before that.</summary>
    private static bool IsInsideQ(ReadOnlySpan<byte> after)
    {
        if (after.Length < 4 || !char.IsAsciiHexDigit((char)after[0]) || !char.IsAsciiHexDigit((char)after[1]))
            return false;
        var next = after.IndexOf("?="u8);
        return next >= 0 && after[..next].IndexOfAny(" \t"u8) < 0 && after[..next].IndexOf("=?"u8) < 0;
    }

    private static void Append(ArrayBufferWriter<byte> held, ReadOnlySpan<byte> payload, bool isBase64)
    {
        if (payload.IsEmpty)
            return;
        var output = held.GetSpan(payload.Length + 4);
        held.Advance(isBase64 ? ReadB(payload, output) : ReadQ(payload, output));
    }

    private static int ReadB(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        if (Base64.DecodeFromUtf8(payload, output, out var read, out var written) == OperationStatus.Done && read == payload.Length)
            return written;
        var decoder = new Transfer.Base64Decoder();
        var length = decoder.Decode(payload, output);
        return length + decoder.Finish(output[length..]);
    }

    private static int ReadQ(ReadOnlySpan<byte> payload, Span<byte> output)
    {
        var length = 0;
        for (var i = 0; i < payload.Length; i++)
        {
            var octet = payload[i];
            if (octet == '_')
            {
                octet = (byte)' ';
            }
            else if (octet == '=' && i + 2 < payload.Length
                     && char.IsAsciiHexDigit((char)payload[i + 1]) && char.IsAsciiHexDigit((char)payload[i + 2]))
            {
                octet = (byte)((Transfer.Hex.Value(payload[i + 1]) << 4) | Transfer.Hex.Value(payload[i + 2]));
                i += 2;
            }
            output[length++] = octet;
        }
        return length;
    }
}
