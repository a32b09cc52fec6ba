using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Amavis.Core.Messages;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;
using Amavis.Mime.Transfer;

namespace Amavis.Engine.Delivery.Mangling;

/// <summary>Makes a new mail with a warning as its text and the original message as an attachment, which readers do not open by themselves.</summary>
internal static class AttachedMessage
{
    /// <summary>Fields of the original that the new mail has, too.</summary>
    private static readonly FrozenSet<string> Copied = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "Received", "From", "Sender", "To", "Cc", "Reply-To", "Date", "Message-ID", "Resent-From", "Resent-Sender", "Resent-To", "Resent-Cc", "Resent-Date",
        "Resent-Message-ID", "In-Reply-To", "References", "Comments", "Keywords", "Organization", "Organisation", "User-Agent", "X-Mailer",
        "DKIM-Signature", "DomainKey-Signature");

    private const int MaxTextLine = 100;

    /// <param name="edits">New fields only; of the original only those listed are kept.</param>
    public static OutgoingMessage Make(ReceivedMessage message, Spool spool, HeaderSection header, HeaderEdits edits, HeaderRendering rendering, CopyPlan plan, string boundary)
    {
        var top = new ArrayBufferWriter<byte>(4096);
        foreach (var field in edits.Prepended.Concat(edits.Added))
            FieldWriter.Write(top, field.Name, field.Body, field.Folding, rendering);
        FieldWriter.Write(top, "MIME-Version", "1.0", Folding.AtBlanks, rendering);
        FieldWriter.Write(top, "Content-Type", $"multipart/mixed;\n boundary=\"{boundary}\"", Folding.AtMarks, rendering);
        if (Subject(header, plan.SubjectTag) is { } subject)
            FieldWriter.Write(top, "Subject", subject, Folding.AtBlanks, rendering);
        foreach (var field in header.Fields)
            if (field.IsField && Copied.Contains(field.Name))
                WriteOriginal(top, field);
        Text(top, $"\r\nThis is a message of several parts in MIME format.\r\n\r\n--{boundary}\r\n");
        Warning(top, plan.Warnings);
        var eightBit = spool.Facts.EightBit;
        var global = message.Envelope.SmtpUtf8 && header.Octets.Span.ContainsAnyInRange((byte)0x80, (byte)0xff);
        Text(top, $"\r\n--{boundary}\r\nContent-Type: message/{(global ? "global" : "rfc822")}; x-spam-type=original; name=\"message\"\r\n");
        Text(top, $"Content-Disposition: attachment; filename=\"message\"\r\nContent-Transfer-Encoding: {(eightBit ? "8bit" : "7bit")}\r\n");
        Text(top, $"Content-Description: Original message\r\n\r\nReturn-Path: {message.Envelope.Sender.Bracketed}\r\n");
        return new JoinedMessage().Add(top.WrittenMemory).Add(spool).Add(Encoding.ASCII.GetBytes($"\r\n--{boundary}--\r\n"));
    }

    private static string? Subject(HeaderSection header, string? tag)
    {
        if (header.First("Subject") is not { } subject)
            return tag?.TrimEnd();
        return SubjectTag.Tagged(subject, tag ?? "");
    }

    /// <summary>As it was, but for what breaks rules: NUL and CR are shown, lines of blanks are filled, long ones cut.</summary>
    private static void WriteOriginal(ArrayBufferWriter<byte> output, HeaderField field)
    {
        foreach (var line in field.Lines)
        {
            var rest = line;
            if (rest.Trim(" \t"u8).IsEmpty)
                rest = " \\x{20}"u8;
            if (rest.ContainsAny((byte)0, (byte)'\r'))
                rest = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(rest).Replace("\0", "\\x{00}", StringComparison.Ordinal).Replace("\r", "\\x{0D}", StringComparison.Ordinal));
            if (rest.Length > FieldWriter.MaxLine)
            {
                output.Write(rest[..(FieldWriter.MaxLine - 3)]);
                rest = "..."u8;
            }
            output.Write(rest);
            output.Write("\r\n"u8);
        }
    }

    private static void Warning(ArrayBufferWriter<byte> output, IReadOnlyList<string> reasons)
    {
        var text = new StringBuilder();
        foreach (var reason in reasons.DefaultIfEmpty("The mail filter hands this message on as an attachment."))
        {
            foreach (var line in reason.Split('\n'))
                Wrap(text, line);
            text.Append("\r\n");
        }
        var octets = Encoding.UTF8.GetBytes(text.ToString());
        var ascii = Ascii.IsValid(octets);
        Text(output, $"Content-Type: text/plain; charset=\"{(ascii ? "us-ascii" : "utf-8")}\"\r\nContent-Disposition: inline\r\n");
        Text(output, $"Content-Transfer-Encoding: {(ascii ? "7bit" : "quoted-printable")}\r\n\r\n");
        output.Write(ascii ? octets : TransferEncoder.QuotedPrintable(octets));
    }

    private static void Wrap(StringBuilder text, string line)
    {
        const int column = 78;
        while (line.Length > column)
        {
            var at = line.LastIndexOf(' ', column);
            if (at <= 0)
                at = Math.Min(MaxTextLine, line.Length);
            text.Append(line.AsSpan(0, at).TrimEnd()).Append("\r\n");
            line = line[at..].TrimStart();
        }
        text.Append(line).Append("\r\n");
    }

    private static void Text(ArrayBufferWriter<byte> output, string text) => output.Write(Encoding.UTF8.GetBytes(text));
}
