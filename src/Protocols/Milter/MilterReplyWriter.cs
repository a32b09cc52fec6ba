using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Milter;

/// <summary>
/// Writes a filter's packets. Texts lose what would end them early or begin another line: NUL always, CR and LF outside header
/// bodies, where an LF is a fold.
/// </summary>
public sealed class MilterReplyWriter(IBufferWriter<byte> output)
{
    /// <summary>Octets of a body packet.</summary>
    public const int BodyChunkOctets = 65535;

    /// <summary>Octets of a reply text: Sendmail cuts at 980.</summary>
    public const int MaxReplyOctets = 900;

    private const int HeadOctets = 5;

    /// <summary>Header bodies are sent with a blank in front (<see cref="MilterSteps.LeadingBlanks"/>).</summary>
    public bool LeadingBlanks { get; set; }

    /// <summary>Octets written since the last <see cref="Flushed"/>.</summary>
    public long PendingOctets { get; private set; }

    public void Flushed() => PendingOctets = 0;

    /// <summary>A packet without payload.</summary>
    public void Write(MilterReplyCode code) => Packet(code, []);

    public void Negotiate(MilterOptions options, IReadOnlyList<(uint Stage, string Names)> macros)
    {
        ArgumentNullException.ThrowIfNull(options);
        Packet(MilterReplyCode.Negotiate, options.Encode(macros));
    }

    /// <summary>A reply for the MTA's client in place of the MTA's own: 4xx or 5xx; anything else is the tempfail it has to be.</summary>
    public void Reply(SmtpReply reply)
    {
        if (reply is { IsTempFail: false, IsReject: false })
        {
            Write(MilterReplyCode.TempFail);
            return;
        }
        var (enhanced, words) = AmPdp.AmPdpReply.Split(reply.Text);
        // MTAs want an enhanced code whose class is that of the reply (RFC 3463).
        if (enhanced is null || enhanced[0] - '0' != reply.Code / 100)
            enhanced = $"{reply.Code / 100}.0.0";
        var text = Cut(Smtp.SmtpLine.Escape(words), MaxReplyOctets).Replace("%", "%%", StringComparison.Ordinal);
        Packet(MilterReplyCode.Reply, Texts($"{reply.Code} {enhanced} {text}"));
    }

    /// <param name="index">Fields to leave above it.</param>
    public void InsertHeader(int index, string name, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Packet(MilterReplyCode.InsertHeader, [.. Number(index), .. Texts(name), .. FieldBody(body)]);
    }

    public void AddHeader(string name, string body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Packet(MilterReplyCode.AddHeader, [.. Texts(name), .. FieldBody(body)]);
    }

    /// <param name="occurrence">Which field of this name, from 1.</param>
    /// <param name="body">Null: the field goes. An empty one is sent as a blank: nothing at all would be a deletion.</param>
    public void ChangeHeader(int occurrence, string name, string? body) =>
        Packet(MilterReplyCode.ChangeHeader, [.. Number(occurrence), .. Texts(name), .. body is null ? [0] : FieldBody(body.Length == 0 ? " " : body)]);

    /// <param name="path">In brackets.</param>
    public void AddRecipient(string path) => Packet(MilterReplyCode.AddRecipient, Texts(path));

    /// <param name="path">As the MTA gave it, octet by octet; no NUL.</param>
    public void DeleteRecipient(ReadOnlySpan<byte> path) => Packet(MilterReplyCode.DeleteRecipient, [.. path, 0]);

    /// <param name="path">In brackets.</param>
    public void ChangeSender(string path) => Packet(MilterReplyCode.ChangeSender, Texts(path));

    public void Quarantine(string reason) => Packet(MilterReplyCode.Quarantine, Texts(reason));

    /// <summary>At most <see cref="BodyChunkOctets"/> of the new body; the first such packet takes the old one's place.</summary>
    public void ReplaceBody(ReadOnlySpan<byte> octets)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(octets.Length, BodyChunkOctets);
        Packet(MilterReplyCode.ReplaceBody, octets);
    }

    private byte[] FieldBody(string body)
    {
        var text = body.Replace("\r", "", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal);
        if (LeadingBlanks && text.Length > 0 && text[0] is not (' ' or '\t' or '\n'))
            text = " " + text;
        return [.. Encoding.UTF8.GetBytes(text), 0];
    }

    private static byte[] Texts(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.AsSpan().ContainsAny('\0', '\r', '\n'))
            text = text.Replace("\0", "", StringComparison.Ordinal).Replace('\r', ' ').Replace('\n', ' ');
        return [.. Encoding.UTF8.GetBytes(text), 0];
    }

    private static byte[] Number(int number)
    {
        var octets = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(octets, number);
        return octets;
    }

    private static string Cut(string text, int maxOctets)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxOctets)
            return text;
        var length = 0;
        var octets = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            octets += rune.Utf8SequenceLength;
            if (octets > maxOctets - 3)
                break;
            length += rune.Utf16SequenceLength;
        }
        return text[..length] + "...";
    }

    private void Packet(MilterReplyCode code, ReadOnlySpan<byte> payload)
    {
        var span = output.GetSpan(HeadOctets + payload.Length);
        BinaryPrimitives.WriteUInt32BigEndian(span, (uint)payload.Length + 1);
        span[4] = (byte)code;
        payload.CopyTo(span[HeadOctets..]);
        output.Advance(HeadOctets + payload.Length);
        PendingOctets += HeadOctets + payload.Length;
    }
}
