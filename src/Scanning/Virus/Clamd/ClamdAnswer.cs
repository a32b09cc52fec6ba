using System.Buffers.Text;
using System.Text;

namespace Amavis.Scanning.Virus.Clamd;

internal enum ClamdVerdict
{
    Clean,
    Infected,
    /// <summary>clamd says that it could not scan this item.</summary>
    Error,
}

/// <summary>One answer of clamd, without its terminator.</summary>
/// <param name="Id">Number of the request within an IDSESSION; 0 outside of one.</param>
/// <param name="Subject"><c>stream</c> or a path.</param>
/// <param name="Text">Virus name or words of the error, printable; empty when clean.</param>
internal readonly record struct ClamdAnswer(int Id, string Subject, ClamdVerdict Verdict, string Text)
{
    private const int MaxTextOctets = 255;

    /// <summary>Reads <c>1: stream: OK</c>, <c>2: stream: Name FOUND</c>, <c>3: words ERROR</c>; false for anything else.</summary>
    public static bool TryParseNumbered(ReadOnlySpan<byte> octets, out ClamdAnswer answer)
    {
        answer = default;
        if (!Utf8Parser.TryParse(octets, out int id, out var used) || id < 1 || !octets[used..].StartsWith(": "u8))
            return false;
        if (!TryParse(octets[(used + 2)..], out answer))
            return false;
        answer = answer with { Id = id };
        return answer.Verdict == ClamdVerdict.Error || answer.Subject == "stream";
    }

    /// <summary>Reads <c>/path: OK</c>, <c>/path: Name FOUND</c>, <c>words ERROR</c>.</summary>
    public static bool TryParse(ReadOnlySpan<byte> octets, out ClamdAnswer answer)
    {
        answer = default;
        if (octets.EndsWith(" ERROR"u8))
        {
            answer = new ClamdAnswer(0, "", ClamdVerdict.Error, Printable(octets[..^6]));
            return true;
        }
        // A path has a colon of its own only where the administrator put one; virus names may have them, but no blank after.
        var colon = octets.LastIndexOf(": "u8);
        if (colon <= 0)
            return false;
        var subject = Encoding.UTF8.GetString(octets[..colon]);
        var rest = octets[(colon + 2)..];
        if (rest.SequenceEqual("OK"u8))
        {
            answer = new ClamdAnswer(0, subject, ClamdVerdict.Clean, "");
            return true;
        }
        if (!rest.EndsWith(" FOUND"u8) || rest.Length == 6)
            return false;
        answer = new ClamdAnswer(0, subject, ClamdVerdict.Infected, Printable(rest[..^6]));
        return true;
    }

    private static string Printable(ReadOnlySpan<byte> octets)
    {
        var text = Encoding.UTF8.GetString(octets[..Math.Min(octets.Length, MaxTextOctets)]);
        return string.Create(text.Length, text, static (target, source) =>
        {
            for (var i = 0; i < source.Length; i++)
                target[i] = char.IsControl(source[i]) ? '?' : source[i];
        });
    }
}
