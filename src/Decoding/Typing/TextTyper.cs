using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Amavis.Decoding.Typing;

/// <summary>How the octets of a text are to be read, as far as they show it.</summary>
internal enum TextEncoding
{
    Ascii,
    Utf8,
    Iso8859,
    ExtendedAscii,
    Utf16Little,
    Utf16Big,
}

/// <summary>Tells text from other content, and the sorts of text that rules ask for.</summary>
internal static class TextTyper
{
    private const int SniffOctets = 4096;

    // Control characters that do not occur in text: all but BEL, BS, TAB, LF, VT, FF, CR, ESC.
    private static readonly SearchValues<byte> NeverInText = SearchValues.Create(
        (ReadOnlySpan<byte>)[0, 1, 2, 3, 4, 5, 6, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 28, 29, 30, 31, 127]);

    private static readonly SearchValues<byte> NotLatin1 = SearchValues.Create(
        [.. Enumerable.Range(0x80, 0x20).Where(octet => octet != 0x85).Select(octet => (byte)octet)]);

    private static readonly string[] HtmlTags =
        ["!doctype html", "html", "head", "title", "body", "script", "style", "table", "a href", "meta", "iframe", "img"];

    private static readonly byte[][] MailFields =
    [
        .. new[] { "Received:", "Return-Path:", "From ", "From:", "Message-ID:", "Delivered-To:", "X-Mailer:", "Relay-Version:", "MIME-Version:", "Date:", "To:", "Subject:" }
            .Select(Encoding.ASCII.GetBytes),
    ];

    /// <summary>Null when the octets are not text.</summary>
    public static TextEncoding? Classify(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]))
            return IsUtf16(head, low: 0) ? TextEncoding.Utf16Little : null;
        if (head.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]))
            return IsUtf16(head, low: 1) ? TextEncoding.Utf16Big : null;
        if (head.ContainsAny(NeverInText))
            return null;
        var eightBit = head.IndexOfAnyInRange((byte)0x80, (byte)0xff);
        if (eightBit < 0)
            return TextEncoding.Ascii;
        if (IsUtf8(head[eightBit..]))
            return TextEncoding.Utf8;
        return head[eightBit..].ContainsAny(NotLatin1) ? TextEncoding.ExtendedAscii : TextEncoding.Iso8859;
    }

    public static ContentType Identify(ReadOnlySpan<byte> head, TextEncoding encoding)
    {
        var start = head[..Math.Min(head.Length, SniffOctets)];
        if (start.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]))
            start = start[3..];
        return encoding is TextEncoding.Utf16Little or TextEncoding.Utf16Big ? Plain[(int)encoding] : FromContent(start, encoding) ?? Plain[(int)encoding];
    }

    private static readonly string[] Words =
    [
        "ASCII text", "Unicode text, UTF-8 text", "ISO-8859 text", "Non-ISO extended-ASCII text",
        "Unicode text, UTF-16, little-endian text", "Unicode text, UTF-16, big-endian text",
    ];

    private static readonly ContentType[] Plain = [.. Words.Select((words, index) => ContentType.Of(index == 0 ? "asc" : "txt", words))];
    private static readonly ContentType[] Html = Each("asc", "HTML document, {0}");
    private static readonly ContentType[] Xml = Each("asc", "XML 1.0 document, {0}");
    private static readonly ContentType[] Mail = Each("asc", "RFC 822 mail, {0}");
    private static readonly ContentType[] Script = Each("txt", "a script, {0} executable");
    private static readonly ContentType[] Batch = Each("asc", "DOS batch file, {0}");
    private static readonly ContentType[] Uuencoded = Each("uue", "uuencoded or xxencoded text, {0}", ContentKind.Encoded);
    private static readonly ContentType[] Binhex = Each("hqx", "BinHex binary text, version 4.0, {0}", ContentKind.Encoded);
    private static readonly ContentType Svg = ContentType.Of("image,svg", "SVG Scalable Vector Graphics image");
    private static readonly ContentType PostScript = ContentType.Of("ps", "PostScript document text");
    private static readonly ContentType Shortcut = ContentType.Of("url", "MS Windows 95 Internet shortcut text");
    private static readonly ContentType Eicar = ContentType.Of("dat", "EICAR virus test files");
    private static readonly ContentType PgpMessage = ContentType.Of("pgp,pgp.enc", "PGP message", ContentKind.Encrypted);
    private static readonly ContentType PgpKey = ContentType.Of("pgp,pgp.asc", "PGP public key block");
    private static readonly ContentType PgpOther = ContentType.Of("pgp", "PGP signature or signed message");

    private static ContentType[] Each(string shortTypes, string form, ContentKind kind = ContentKind.Plain) =>
        [.. Words.Select(words => ContentType.Of(shortTypes, string.Format(System.Globalization.CultureInfo.InvariantCulture, form, words), kind))];

    private static ContentType? FromContent(ReadOnlySpan<byte> start, TextEncoding encoding)
    {
        var index = (int)encoding;
        var trimmed = start.TrimStart(" \t\r\n"u8);
        if (trimmed.StartsWith("X5O!P%@AP[4\\PZX54(P^)7CC)7}$"u8))
            return Eicar;
        if (trimmed.StartsWith("-----BEGIN PGP "u8))
            return Pgp(trimmed["-----BEGIN PGP ".Length..]);
        if (start.StartsWith("#!"u8))
            return Script[index];
        if (start.StartsWith("%!"u8) || start.StartsWith("\u0004%!"u8))
            return PostScript;
        if (start.StartsWith("begin "u8) && IsUuBegin(start))
            return Uuencoded[index];
        if (trimmed.StartsWith("(This file must be converted with BinHex"u8))
            return Binhex[index];
        if (Ascii.EqualsIgnoreCase(trimmed[..Math.Min(trimmed.Length, 18)], "[InternetShortcut]"u8))
            return Shortcut;
        if (trimmed.Length >= 9 && Ascii.EqualsIgnoreCase(trimmed[..9], "@echo off"u8))
            return Batch[index];
        return FromMarkup(start, trimmed, index) ?? (BeginsLikeMail(start) ? Mail[index] : null);
    }

    private static ContentType? FromMarkup(ReadOnlySpan<byte> start, ReadOnlySpan<byte> trimmed, int index)
    {
        var isXml = trimmed.StartsWith("<?xml"u8);
        var html = false;
        for (var rest = start; rest.IndexOf((byte)'<') is >= 0 and var at;)
        {
            rest = rest[(at + 1)..];
            if (rest.StartsWith("svg"u8) && (isXml || trimmed.StartsWith("<svg"u8)))
                return Svg;
            html = html || IsHtmlTag(rest);
            if (html && !isXml)
                break;
        }
        return isXml ? Xml[index] : html ? Html[index] : null;
    }

    private static bool IsHtmlTag(ReadOnlySpan<byte> rest)
    {
        foreach (var tag in HtmlTags)
            if (rest.Length > tag.Length && Ascii.EqualsIgnoreCase(rest[..tag.Length], tag) && !char.IsAsciiLetterOrDigit((char)rest[tag.Length]))
                return true;
        return false;
    }

    private static ContentType Pgp(ReadOnlySpan<byte> rest) =>
        rest.StartsWith("MESSAGE"u8) ? PgpMessage : rest.StartsWith("PUBLIC KEY"u8) ? PgpKey : PgpOther;

    private static bool IsUuBegin(ReadOnlySpan<byte> start) =>
        start.Length > 10 && start.Slice(6, 3).IndexOfAnyExceptInRange((byte)'0', (byte)'7') < 0 && start[9] == ' ';

    private static bool BeginsLikeMail(ReadOnlySpan<byte> start)
    {
        foreach (var field in MailFields)
            if (start.Length >= field.Length && Ascii.EqualsIgnoreCase(start[..field.Length], field))
                return true;
        return false;
    }

    // The head may end inside a character.
    private static bool IsUtf8(ReadOnlySpan<byte> octets)
    {
        if (Utf8.IsValid(octets))
            return true;
        for (var cut = 1; cut <= 3 && cut < octets.Length; cut++)
            if (octets[^cut] >= 0xc0)
                return Utf8.IsValid(octets[..^cut]);
        return false;
    }

    // Text in the scripts mail has: no control characters, apart from line ends, where the high octet is zero.
    private static bool IsUtf16(ReadOnlySpan<byte> head, int low)
    {
        for (var at = 2; at + 1 < head.Length; at += 2)
            if (head[at + 1 - low] == 0 && NeverInText.Contains(head[at + low]))
                return false;
        return true;
    }
}
