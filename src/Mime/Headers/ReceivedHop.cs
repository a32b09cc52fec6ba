using System.Globalization;
using System.Net;
using Amavis.Mime.Charsets;

namespace Amavis.Mime.Headers;

/// <summary>One Received field (RFC 5321 §4.4), as far as it can be made out; null means not said.</summary>
public sealed record ReceivedHop
{
    /// <summary>Address of the client, from the comment of the from-clause; null when there is none to be found.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Port of the client, where the writer tells it.</summary>
    public int? Port { get; init; }

    /// <summary>The from-clause with its comments.</summary>
    public string? From { get; init; }

    /// <summary>The host that took the message, first word of the by-clause.</summary>
    public string? By { get; init; }

    /// <summary>Protocol: ESMTPS and the like.</summary>
    public string? With { get; init; }

    public string? Id { get; init; }

    public bool IsPublic => Address is not null && IpFacts.IsPublic(Address);

    private static readonly string[] Clauses = ["from", "by", "with", "id", "via", "for"];

    /// <summary>Reads an unfolded body; never fails.</summary>
    public static ReceivedHop Parse(ReadOnlySpan<byte> body)
    {
        // Longer ones are no honest trace.
        var text = MailText.OneLine(MailText.Guess(body[..Math.Min(body.Length, 4096)]));
        var clauses = new Dictionary<string, string>(StringComparer.Ordinal);
        string? clause = null;
        var start = 0;
        var depth = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] == '(')
                depth++;
            else if (i < text.Length && text[i] == ')')
                depth = Math.Max(0, depth - 1);
            var ends = i == text.Length || (depth == 0 && text[i] == ';');
            var begins = !ends && depth == 0 && (i == 0 || text[i - 1] is ' ' or ')' or ']') ? ClauseAt(text, i) : null;
            if (!ends && begins is null)
                continue;
            if (clause is not null)
                clauses.TryAdd(clause, text[start..i].Trim());
            if (ends)
                break;
            clause = begins;
            i += begins!.Length; // ends is false, so begins is set.
            start = i;
        }
        var from = clauses.GetValueOrDefault("from");
        var (address, port) = ClientOf(from);
        return new ReceivedHop
        {
            From = from,
            Address = address,
            Port = port,
            By = FirstWord(clauses.GetValueOrDefault("by")),
            With = FirstWord(clauses.GetValueOrDefault("with")),
            Id = FirstWord(clauses.GetValueOrDefault("id")),
        };
    }

    private static string? ClauseAt(string text, int at)
    {
        foreach (var clause in Clauses)
        {
            var end = at + clause.Length;
            if (end < text.Length && text[end] == ' ' && text.AsSpan(at, clause.Length).Equals(clause, StringComparison.OrdinalIgnoreCase))
                return clause;
        }
        return null;
    }

    private static string? FirstWord(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var end = text.IndexOfAny([' ', '(', ';']);
        return end switch { < 0 => text, 0 => null, _ => text[..end] };
    }

    /// <summary>
    /// The last address in brackets: what the writer saw, where the words before may be what the client claimed; else the last
    /// one without brackets in a comment. What stands there as HELO name is left out.
    /// </summary>
    private static (IPAddress?, int?) ClientOf(string? from)
    {
        if (from is null)
            return (null, null);
        from = WithoutHelo(from);
        for (var open = from.LastIndexOf('['); open >= 0; open = open == 0 ? -1 : from.LastIndexOf('[', open - 1))
        {
            var close = from.IndexOf(']', open);
            if (close > 0 && IpFacts.Parse(from.AsSpan(open + 1, close - open - 1)) is { } address)
                return (address, PortAfter(from, close + 1));
        }
        var comment = from.IndexOf('(', StringComparison.Ordinal);
        var words = (comment < 0 ? from : from[comment..]).Split([' ', '(', ')', ',', '@', '='], StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words.Reverse())
            if (IpFacts.Parse(word) is { } address)
                return (address, null);
        return (null, null);
    }

    /// <summary>Takes out <c>(HELO name)</c> as qmail writes it and <c>helo=name</c> as Exim does: the client chooses these.</summary>
    private static string WithoutHelo(string from)
    {
        for (var at = from.IndexOf("(HELO ", StringComparison.OrdinalIgnoreCase); at >= 0; at = from.IndexOf("(HELO ", at, StringComparison.OrdinalIgnoreCase))
            from = Cut(from, at, ")");
        for (var at = from.IndexOf("helo=", StringComparison.OrdinalIgnoreCase); at >= 0; at = from.IndexOf("helo=", at, StringComparison.OrdinalIgnoreCase))
            from = Cut(from, at, " )");
        return from;
    }

    private static string Cut(string text, int at, string ends)
    {
        var end = text.AsSpan(at).IndexOfAny(ends);
        return end < 0 ? text[..at] : text.Remove(at, end);
    }

    private static int? PortAfter(string text, int at)
    {
        if (at >= text.Length || text[at] != ':')
            return null;
        var end = at + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        return ushort.TryParse(text.AsSpan(at + 1, end - at - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
    }
}
