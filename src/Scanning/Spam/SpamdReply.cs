using System.Globalization;
using System.Text;

namespace Amavis.Scanning.Spam;

/// <summary>Reads the answer of spamd to REPORT: status line, header fields, empty line, report.</summary>
internal static class SpamdReply
{
    /// <summary>Beyond this a number is no score but a mistake; rules that decide alone give a thousand points.</summary>
    private const double MaxPoints = 1e6;

    /// <returns>False with the reason for anything that is not an answer with a score.</returns>
    public static bool TryParse(ReadOnlySpan<byte> octets, out SpamVerdict? verdict, out string fault)
    {
        verdict = null;
        var end = octets.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            fault = "not an answer of spamd";
            return false;
        }
        var lines = Encoding.Latin1.GetString(octets[..end]).Split("\r\n");
        if (!IsOk(lines[0], out fault))
            return false;

        (double Points, double Threshold)? score = null;
        long? contentLength = null;
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':');
            var value = line.AsSpan(colon + 1).Trim();
            if (colon == 4 && line.StartsWith("Spam", StringComparison.OrdinalIgnoreCase))
                score = ScoreOf(value);
            else if (colon == 14 && line.StartsWith("Content-length", StringComparison.OrdinalIgnoreCase))
                contentLength = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : -1;
        }
        var body = octets[(end + 4)..];
        if (score is null)
            fault = "no score that makes sense";
        else if (contentLength != body.Length)
            fault = "the answer is not complete";
        else
            verdict = SpamReportText.Read(body, score.Value.Points, score.Value.Threshold);
        return verdict is not null;
    }

    /// <summary><c>SPAMD/1.1 0 EX_OK</c>.</summary>
    private static bool IsOk(string line, out string fault)
    {
        var words = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2 || !words[0].StartsWith("SPAMD/", StringComparison.Ordinal) || !words[1].All(char.IsAsciiDigit))
        {
            fault = "not an answer of spamd";
            return false;
        }
        fault = words[1] == "0" ? "" : "refused: " + SpamReportText.Printable(line.Length > 200 ? line[..200] : line);
        return fault.Length == 0;
    }

    /// <summary><c>True ; 7.5 / 5.0</c>; null when a number is missing, infinite or beyond reason.</summary>
    private static (double, double)? ScoreOf(ReadOnlySpan<char> value)
    {
        var semicolon = value.IndexOf(';');
        var slash = value.IndexOf('/');
        if (semicolon < 0 || slash < semicolon)
            return null;
        return Number(value[(semicolon + 1)..slash]) is { } points && Number(value[(slash + 1)..]) is { } threshold ? (points, threshold) : null;
    }

    internal static double? Number(ReadOnlySpan<char> text) =>
        double.TryParse(text.Trim(), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            && Math.Abs(number) <= MaxPoints
            ? number
            : null;
}
