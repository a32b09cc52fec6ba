using System.Text;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Checks.Bounces;

/// <summary>The header section of the earlier message as a bounce quotes it, read line by line from octets nobody vouches for.</summary>
internal sealed class ReturnedHeader
{
    private const int MaxLines = 1000;
    private const int MaxPlainLines = 200;
    private const int MaxNameLength = 60;
    private const int MaxBodyLength = 2000;
    private const int FieldsWithMessageId = 3;
    private const int FieldsWithoutMessageId = 5;

    /// <summary>A paragraph of text with fewer different fields than this is not the end of the search.</summary>
    private const int FieldsOfAParagraph = 4;

    private static readonly HashSet<string> Wanted = new(StringComparer.OrdinalIgnoreCase)
    {
        "From", "To", "Return-Path", "Message-ID", "Date", "Received", "Subject", "MIME-Version", "Content-Type",
    };

    private readonly Dictionary<string, StringBuilder> _fields = new(StringComparer.OrdinalIgnoreCase);
    private StringBuilder? _open;
    private int _otherLines;

    /// <summary>First id of the Message-ID field, or null.</summary>
    public string? MessageId =>
        _fields.TryGetValue("Message-ID", out var body) && MessageIds.Parse(body.ToString()) is [var first, ..] ? first : null;

    /// <summary>Enough of a header section to believe that an earlier message is quoted.</summary>
    public bool IsProof =>
        _fields.ContainsKey("From") && _fields.Count >= (_fields.ContainsKey("Message-ID") ? FieldsWithMessageId : FieldsWithoutMessageId);

    /// <param name="octets">The decoded part, or its beginning.</param>
    /// <param name="isPlainText">The header section is quoted somewhere in a text for people.</param>
    public static ReturnedHeader Read(ReadOnlySpan<byte> octets, bool isPlainText)
    {
        var header = new ReturnedHeader();
        var lines = isPlainText ? MaxPlainLines : MaxLines;
        while (!octets.IsEmpty && lines-- > 0)
        {
            var end = octets.IndexOf((byte)'\n');
            var line = Encoding.Latin1.GetString((end < 0 ? octets : octets[..end]).TrimEnd((byte)'\r'));
            octets = end < 0 ? default : octets[(end + 1)..];
            if (isPlainText)
                line = line.TrimStart('>', ' ');
            if (line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal))
                header.Take(line);
            else if (!isPlainText || header.IsParagraph)
                break;
            else
                header.Reset();
        }
        return header;
    }

    private bool IsParagraph => _fields.ContainsKey("From") && _fields.Count >= FieldsOfAParagraph && _otherLines <= 1;

    private void Take(string line)
    {
        if (line[0] is ' ' or '\t')
        {
            if (_open is not null)
                Append(_open, line);
            return;
        }
        var colon = line.IndexOf(':', StringComparison.Ordinal);
        if (colon is < 1 or > MaxNameLength || !line.AsSpan(0, colon).TrimEnd(" \t").ToString().All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'))
        {
            _otherLines++;
            _open = null;
            return;
        }
        var name = line[..colon].TrimEnd();
        _open = new StringBuilder();
        Append(_open, line[(colon + 1)..]);
        if (Wanted.Contains(name))
            _fields[name] = _open;
    }

    private static void Append(StringBuilder body, string text)
    {
        var room = MaxBodyLength - body.Length;
        if (room > 0)
            body.Append(text.AsSpan(0, Math.Min(room, text.Length)));
    }

    private void Reset()
    {
        _fields.Clear();
        _otherLines = 0;
        _open = null;
    }
}
