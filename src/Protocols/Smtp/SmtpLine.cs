using System.Buffers;
using System.Text;

namespace Amavis.Protocols.Smtp;

/// <summary>What <see cref="SmtpLine.TryRead"/> found.</summary>
public enum LineStatus
{
    Complete,
    /// <summary>No line end yet.</summary>
    Incomplete,
    /// <summary>The line has more octets than allowed, whether or not its end has come.</summary>
    TooLong,
}

/// <summary>
/// Lines of commands and replies. CRLF alone ends a line (RFC 5321 §2.3.8); a lone CR or LF stays in it, to be refused by
/// <see cref="HasControl"/>.
/// </summary>
public static class SmtpLine
{
    private static readonly SearchValues<byte> Controls = SearchValues.Create(
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 127,
    ]);

    /// <summary>Takes one line off the front of the buffer.</summary>
    /// <param name="buffer">Moved past the line when one is complete, else unchanged.</param>
    /// <param name="maxOctets">Allowed length with the CRLF.</param>
    /// <param name="line">Without the CRLF; valid as long as the buffer is.</param>
    public static LineStatus TryRead(ref ReadOnlySequence<byte> buffer, int maxOctets, out ReadOnlySequence<byte> line)
    {
        var at = buffer.FirstSpan.IndexOf("\r\n"u8);
        if (at >= 0 && at + 2 <= maxOctets)
        {
            line = buffer.Slice(0, at);
            buffer = buffer.Slice(at + 2);
            return LineStatus.Complete;
        }

        line = default;
        var window = buffer.Length > maxOctets ? buffer.Slice(0, maxOctets) : buffer;
        var reader = new SequenceReader<byte>(window);
        if (reader.TryReadTo(out ReadOnlySequence<byte> found, "\r\n"u8))
        {
            line = found;
            buffer = buffer.Slice(reader.Consumed);
            return LineStatus.Complete;
        }
        return buffer.Length >= maxOctets ? LineStatus.TooLong : LineStatus.Incomplete;
    }

    /// <summary>True when a control character or DEL occurs.</summary>
    public static bool HasControl(ReadOnlySpan<byte> octets) => octets.ContainsAny(Controls);

    /// <summary>True when a control character or DEL occurs.</summary>
    public static bool HasControl(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        foreach (var c in text)
            if (c < ' ' || c == 0x7f)
                return true;
        return false;
    }

    /// <summary>
    /// Control characters, DEL and backslash as <c>\r \n \t \\ \xHH</c>: the form in which text from outside enters replies
    /// and the log. Gives the same string when there is nothing to escape.
    /// </summary>
    public static string Escape(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!HasControl(text) && !text.Contains('\\'))
            return text;
        var escaped = new StringBuilder(text.Length + 16);
        foreach (var c in text)
        {
            switch (c)
            {
                case '\r': escaped.Append("\\r"); break;
                case '\n': escaped.Append("\\n"); break;
                case '\t': escaped.Append("\\t"); break;
                case '\\': escaped.Append("\\\\"); break;
                case < ' ' or '\x7f': escaped.Append("\\x").Append(((int)c).ToString("X2")); break;
                default: escaped.Append(c); break;
            }
        }
        return escaped.ToString();
    }
}
