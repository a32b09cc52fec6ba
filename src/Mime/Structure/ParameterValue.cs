using System.Buffers;
using System.Globalization;
using System.Text;
using Amavis.Mime.Charsets;
using Amavis.Mime.Transfer;

namespace Amavis.Mime.Structure;

/// <summary>One way to read a parameter.</summary>
/// <param name="Decoded">As a mail reader shows it.</param>
/// <param name="Raw">As it stood; values of RFC 2231 are written as an encoded word.</param>
public readonly record struct ParameterReading(string Decoded, string Raw);

/// <summary>Puts the forms together that a parameter may come in: plain, extended and continued (RFC 2231), with encoded words (RFC 2047).</summary>
public static class ParameterValue
{
    /// <summary>Where strict readers end a value without quotes, RFC 2045 §5.1.</summary>
    private static readonly SearchValues<byte> NotInToken = SearchValues.Create("()<>@,;:\\\"/[]?= \t"u8);

    /// <summary>The value a well-behaved reader takes: the extended form if there is one, else the first plain one; null when absent.</summary>
    public static string? Find(ContentField? field, string name)
    {
        foreach (var reading in Readings(field, name))
            return reading.Decoded;
        return null;
    }

    /// <summary>Every reading of a parameter, the recommended one first.</summary>
    public static IReadOnlyList<ParameterReading> Readings(ContentField? field, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (field is null || field.Parameters.Count == 0)
            return [];
        var readings = new List<ParameterReading>(1);
        List<Segment>? segments = null;
        foreach (var parameter in field.Parameters)
        {
            if (!parameter.Name.StartsWith(name, StringComparison.Ordinal) || parameter.Name.Length == name.Length)
                continue;
            if (Segment.TryRead(parameter, name.Length, out var segment))
            {
                if (segment.Index < 0)
                    readings.Add(Join([segment]));
                else
                    (segments ??= []).Add(segment);
            }
        }
        if (segments is not null)
            AddContinued(readings, segments);
        foreach (var parameter in field.Parameters)
            if (parameter.Name == name)
                readings.Add(Plain(parameter.Octets.Span));
        foreach (var parameter in field.Parameters)
            if (parameter.Name == name && !parameter.IsQuoted && parameter.Octets.Span.IndexOfAny(NotInToken) is var end and > 0)
                readings.Add(Plain(parameter.Octets.Span[..end]));
        return readings;
    }

    private static ParameterReading Plain(ReadOnlySpan<byte> octets)
    {
        var raw = MailText.Guess(octets);
        return new ParameterReading(EncodedWords.MayOccur(octets) ? EncodedWords.Decode(octets) : raw, raw);
    }

    /// <summary>In the order of the numbers, first of each up to a gap; then without regard to gaps, last of each; then as they stand.</summary>
    private static void AddContinued(List<ParameterReading> readings, List<Segment> segments)
    {
        var sorted = segments.Select((segment, at) => (segment, at)).OrderBy(s => s.segment.Index).ThenBy(s => s.at).Select(s => s.segment).ToList();
        var strict = new List<Segment>();
        foreach (var segment in sorted)
            if (segment.Index == strict.Count)
                strict.Add(segment);
        var last = sorted.Where((segment, at) => at + 1 == sorted.Count || sorted[at + 1].Index != segment.Index).ToList();
        foreach (var order in new[] { strict, last, sorted, segments })
            if (order.Count > 0 && Join(order) is var reading && !readings.Contains(reading))
                readings.Add(reading);
    }

    private static ParameterReading Join(List<Segment> segments)
    {
        var octets = new ArrayBufferWriter<byte>(64);
        string? charset = null;
        var extended = false;
        for (var i = 0; i < segments.Count; i++)
        {
            var text = segments[i].Octets.Span;
            if (!segments[i].IsExtended)
            {
                octets.Write(text);
                continue;
            }
            extended = true;
            if (charset is null && TrySplitCharset(text, out var name, out var rest))
            {
                charset = name;
                text = rest;
            }
            PercentDecode(text, octets);
        }
        var value = octets.WrittenSpan;
        if (!extended)
            return Plain(value);
        var decoded = string.IsNullOrEmpty(charset) ? MailText.Guess(value) : EncodedWords.InCharset(value, charset);
        return new ParameterReading(decoded, AsEncodedWord(value, string.IsNullOrEmpty(charset) ? "us-ascii" : charset));
    }

    /// <summary><c>charset'language'text</c>; false when the two apostrophes are missing.</summary>
    private static bool TrySplitCharset(ReadOnlySpan<byte> text, out string charset, out ReadOnlySpan<byte> rest)
    {
        charset = "";
        rest = text;
        var first = text.IndexOf((byte)'\'');
        var second = first < 0 ? -1 : text[(first + 1)..].IndexOf((byte)'\'');
        if (second < 0)
            return false;
        charset = Encoding.Latin1.GetString(text[..first]);
        rest = text[(first + second + 2)..];
        return true;
    }

    internal static void PercentDecode(ReadOnlySpan<byte> text, ArrayBufferWriter<byte> output)
    {
        if (text.IsEmpty)
            return;
        var room = output.GetSpan(text.Length);
        var length = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '%' && i + 2 < text.Length && Hex.IsDigit(text[i + 1]) && Hex.IsDigit(text[i + 2]))
            {
                room[length++] = (byte)((Hex.Value(text[i + 1]) << 4) | Hex.Value(text[i + 2]));
                i += 2;
            }
            else
            {
                room[length++] = text[i];
            }
        }
        output.Advance(length);
    }

    private static string AsEncodedWord(ReadOnlySpan<byte> octets, string charset)
    {
        var text = new StringBuilder("=?").Append(charset).Append("?Q?");
        foreach (var octet in octets)
        {
            if (octet == ' ')
                text.Append('_');
            else if (char.IsAsciiLetterOrDigit((char)octet) || octet is (byte)'.' or (byte)'-' or (byte)'+' or (byte)'!' or (byte)'*' or (byte)'/')
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"={octet:X2}");
        }
        return text.Append("?=").ToString();
    }

    /// <param name="Index">Number of the piece, -1 when the value is in one.</param>
    private readonly record struct Segment(int Index, bool IsExtended, ReadOnlyMemory<byte> Octets)
    {
        /// <summary>Reads what follows the plain name: <c>*</c>, <c>*0</c> or <c>*0*</c>.</summary>
        public static bool TryRead(ContentParameter parameter, int nameLength, out Segment segment)
        {
            segment = default;
            var rest = parameter.Name.AsSpan(nameLength);
            if (rest[0] != '*')
                return false;
            rest = rest[1..];
            var extended = rest.IsEmpty || rest[^1] == '*';
            if (!rest.IsEmpty && extended)
                rest = rest[..^1];
            var index = -1;
            if (!rest.IsEmpty && !int.TryParse(rest, NumberStyles.None, CultureInfo.InvariantCulture, out index))
                return false;
            segment = new Segment(index, extended, parameter.Octets);
            return true;
        }
    }
}
