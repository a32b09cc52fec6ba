using System.IO.Pipelines;
using System.Text;
using Amavis.Core.Messages;

namespace Amavis.Protocols.Smtp;

/// <summary>
/// Writes replies into a pipe without flushing it. Control characters and backslashes are escaped, so that no text from outside
/// can end a line; what does not fit into a line of 512 octets (RFC 5321 §4.5.3.1.5) goes on in further ones.
/// </summary>
public sealed class SmtpReplyWriter(PipeWriter output)
{
    private PipeWriter _output = output;

    /// <summary>Octets of a reply line with its CRLF.</summary>
    public const int MaxLineOctets = 512;

    /// <summary>Octets written since <see cref="Flushed"/> was last called.</summary>
    public int PendingOctets { get; private set; }

    public void Flushed() => PendingOctets = 0;

    /// <summary>Goes on with another pipe; what is pending has to be flushed before.</summary>
    public void WriteTo(PipeWriter other) => _output = other;

    public void Write(SmtpReply reply) => Write(reply.Code, reply.Text);

    /// <param name="code">200 to 599; anything else becomes a 451.</param>
    /// <param name="text">Enhanced code, if there is one, and words.</param>
    public void Write(int code, string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (code is < 200 or > 599)
            (code, text) = (451, $"4.5.0 Bad SMTP response code: {code} {text}");
        WriteText(code, text, isLast: true);
    }

    /// <summary>A reply of several lines, the code before each.</summary>
    public void Write(int code, IReadOnlyList<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        for (var i = 0; i < lines.Count; i++)
            WriteText(code, lines[i], isLast: i == lines.Count - 1);
    }

    private void WriteText(int code, string text, bool isLast)
    {
        text = SmtpLine.Escape(text);
        var enhanced = EnhancedCodeLength(text);
        var room = MaxLineOctets - 6 - enhanced;
        var words = text.AsSpan(enhanced);
        while (words.Length * 3 > room && Encoding.UTF8.GetByteCount(words) > room)
        {
            var cut = CutAt(words, room);
            WriteLine(code, '-', text.AsSpan(0, enhanced), words[..cut]);
            words = words[cut..].TrimStart(' ');
        }
        WriteLine(code, isLast ? ' ' : '-', text.AsSpan(0, enhanced), words);
    }

    private void WriteLine(int code, char separator, ReadOnlySpan<char> enhanced, ReadOnlySpan<char> words)
    {
        var span = _output.GetSpan(6 + (enhanced.Length + words.Length) * 3);
        span[0] = (byte)('0' + code / 100);
        span[1] = (byte)('0' + code / 10 % 10);
        span[2] = (byte)('0' + code % 10);
        span[3] = (byte)separator;
        var at = 4 + Encoding.UTF8.GetBytes(enhanced, span[4..]);
        at += Encoding.UTF8.GetBytes(words, span[at..]);
        span[at++] = (byte)'\r';
        span[at++] = (byte)'\n';
        _output.Advance(at);
        PendingOctets += at;
    }

    /// <summary>Characters that fit into the room, ending after a blank where one is near, never inside a surrogate pair.</summary>
    private static int CutAt(ReadOnlySpan<char> words, int room)
    {
        var count = 0;
        var octets = 0;
        while (count < words.Length)
        {
            Rune.DecodeFromUtf16(words[count..], out var rune, out var used);
            if (octets + rune.Utf8SequenceLength > room)
                break;
            octets += rune.Utf8SequenceLength;
            count += used;
        }
        var blank = words[..count].LastIndexOf(' ');
        return blank > count / 2 ? blank : count;
    }

    /// <summary>Length of <c>d.ddd.ddd </c> with its blank (RFC 3463 §2); 0 when the text does not begin with one.</summary>
    private static int EnhancedCodeLength(ReadOnlySpan<char> text)
    {
        var at = 0;
        for (var part = 0; part < 3; part++)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]) && at - start < 3)
                at++;
            if (at == start || at == text.Length || text[at++] != (part < 2 ? '.' : ' '))
                return 0;
        }
        return at;
    }
}
