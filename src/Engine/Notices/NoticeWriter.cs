using System.Buffers;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Mime.Charsets;
using Amavis.Mime.Editing;
using Amavis.Mime.Transfer;

namespace Amavis.Engine.Notices;

/// <summary>Writes the mail of a notice (RFC 5322, RFC 2045): fields, parts, the original header.</summary>
/// <param name="smtpUtf8">Fields are UTF-8 as they are (RFC 6532).</param>
internal sealed class NoticeWriter(Settings settings, bool smtpUtf8)
{
    private const int MaxLine = 998;

    /// <summary>From this share of octets above 127 on base64 is shorter to read and to send.</summary>
    private const double Base64Share = 0.2;

    private readonly ArrayBufferWriter<byte> _mail = new(8192);

    private readonly HeaderRendering _rendering = HeaderRendering.Default with
    {
        Charset = settings.HdrEncoding,
        Base64Words = settings.HdrEncodingQb.Equals("B", StringComparison.OrdinalIgnoreCase),
        SmtpUtf8 = smtpUtf8,
    };

    public bool SmtpUtf8 => smtpUtf8;

    /// <summary>All that was written.</summary>
    public ReadOnlyMemory<byte> Octets() => _mail.WrittenMemory;

    public OutgoingMessage Finish() => new InMemoryMessage(_mail.WrittenMemory);

    /// <param name="body">A line feed marks a place where the field may be folded.</param>
    public void Field(string name, string body) =>
        FieldWriter.Write(_mail, name, body, body.Contains('\n') ? Folding.AtMarks : Folding.AtBlanks, _rendering);

    /// <summary>Octets as they are, with CRLF line ends.</summary>
    public void Octets(ReadOnlySpan<byte> octets) => _mail.Write(octets);

    /// <summary>Text in UTF-8; line feeds become line ends.</summary>
    public void Text(string text) => _mail.Write(Encoding.UTF8.GetBytes(Crlf(text)));

    /// <summary>The line between the parts.</summary>
    public void Boundary(string boundary, bool last = false) => Text($"\n--{boundary}{(last ? "--" : "")}\n");

    /// <summary>The fields of a text part and the text.</summary>
    public void TextPart(string body, bool inline)
    {
        var text = Crlf(body.EndsWith('\n') ? body : body + "\n");
        var (charset, octets) = Encoded(text);
        var encoding = TransferEncodingOf(octets);
        Text($"Content-Type: text/plain; charset=\"{charset}\"\n{(inline ? "Content-Disposition: inline\n" : "")}Content-Transfer-Encoding: {encoding}\n\n");
        Octets(encoding switch
        {
            "7bit" => octets,
            "base64" => TransferEncoder.Base64(octets),
            _ => TransferEncoder.QuotedPrintable(octets),
        });
    }

    /// <summary>The part with the original header section, Return-Path first (RFC 3462 §2, RFC 6533 §6.3).</summary>
    public void HeaderPart(ReceivedMessage message, ReadOnlyMemory<byte> header)
    {
        var isAscii = Ascii.IsValid(header.Span) && !message.Envelope.Sender.NeedsUtf8;
        var isGlobal = !isAscii && System.Text.Unicode.Utf8.IsValid(header.Span);
        var (type, name) = isGlobal ? ("message/global-headers", "header.u8hdr") : ("text/rfc822-headers", "header.hdr");
        Text($"Content-Type: {type}; name=\"{name}\"\nContent-Disposition: inline; filename=\"{name}\"\n");
        Text($"Content-Transfer-Encoding: {(isAscii ? "7bit" : "8bit")}\nContent-Description: Message header section\n\n");
        Text($"Return-Path: {message.Envelope.Sender.Bracketed}\n");
        Octets(header.Span);
        if (!header.Span.EndsWith("\n"u8))
            Text("\n");
    }

    public static string Crlf(string text) =>
        text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal);

    /// <summary>The text in ASCII, in <c>bdy_encoding</c>, or in UTF-8 when that lacks a character.</summary>
    private (string Charset, byte[] Octets) Encoded(string text)
    {
        if (Ascii.IsValid(text))
            return ("us-ascii", Encoding.ASCII.GetBytes(text));
        if (Charset.Find(settings.BdyEncoding) is { } found && !IsUnusable(found))
        {
            // Octets 128 to 159 are letters in Windows-1252 and nothing in what Latin-1 says it is.
            var page = found.CodePage == 1252 && !settings.BdyEncoding.Contains("1252", StringComparison.Ordinal) ? Encoding.Latin1.CodePage : found.CodePage;
            try
            {
                return (settings.BdyEncoding, Encoding.GetEncoding(page, EncoderFallback.ExceptionFallback, DecoderFallback.ReplacementFallback).GetBytes(text));
            }
            catch (EncoderFallbackException)
            {
                // UTF-8 can.
            }
        }
        return ("UTF-8", Encoding.UTF8.GetBytes(text));
    }

    /// <summary>UTF-7, UTF-16, UTF-32 and ASCII.</summary>
    private static bool IsUnusable(Encoding encoding) => encoding.CodePage is 0 or 65000 or 1200 or 1201 or 12000 or 12001 or 20127;

    private static string TransferEncodingOf(ReadOnlySpan<byte> octets)
    {
        var high = 0;
        var longest = 0;
        var start = 0;
        for (var i = 0; i < octets.Length; i++)
        {
            if (octets[i] >= 0x80)
                high++;
            if (octets[i] != '\n')
                continue;
            longest = Math.Max(longest, i - start);
            start = i + 1;
        }
        if (high == 0)
            return longest <= MaxLine ? "7bit" : "quoted-printable";
        return high < octets.Length * Base64Share ? "quoted-printable" : "base64";
    }
}
