using System.Globalization;
using System.Text;

namespace Amavis.Scanning.Headers;

/// <summary>Shows the place of a fault in a header field: some of what is before it, the faulty octets, some of what follows.</summary>
internal static class HeaderExcerpt
{
    private const int HeadOctets = 45;
    private const int RunOctets = 15;
    private const int TailOctets = 15;
    private const int NamedOctets = 4;
    private const string Cut = "[...]";

    /// <param name="start">Where the faulty octets begin in the field.</param>
    /// <param name="length">How many they are.</param>
    public static string Around(ReadOnlySpan<byte> field, int start, int length)
    {
        var text = new StringBuilder(128);
        var head = field[..start];
        if (head.Length > HeadOctets)
        {
            // The name of the field and what stands right before the fault say most.
            Append(text, head[..(HeadOctets / 2)]);
            text.Append(Cut);
            head = head[^(HeadOctets / 2)..];
        }
        Append(text, head);
        AppendCut(text, field.Slice(start, length), RunOctets);
        AppendCut(text, field[(start + length)..], TailOctets);
        return text.ToString();
    }

    /// <summary>The beginning of a field, when no octet of it is at fault more than another.</summary>
    public static string Beginning(ReadOnlySpan<byte> field)
    {
        var text = new StringBuilder(64);
        AppendCut(text, field, HeadOctets);
        return text.ToString();
    }

    /// <summary><c> (char E9 hex)</c>: the first octets of the fault.</summary>
    public static string Named(ReadOnlySpan<byte> octets) =>
        $" (char {Convert.ToHexString(octets[..Math.Min(octets.Length, NamedOctets)])} hex)";

    private static void AppendCut(StringBuilder text, ReadOnlySpan<byte> octets, int max)
    {
        Append(text, octets[..Math.Min(octets.Length, max)]);
        if (octets.Length > max)
            text.Append(Cut);
    }

    private static void Append(StringBuilder text, ReadOnlySpan<byte> octets)
    {
        foreach (var octet in octets)
            if (octet is >= 0x20 and < 0x7f)
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\x{{{octet:X2}}}");
    }
}
