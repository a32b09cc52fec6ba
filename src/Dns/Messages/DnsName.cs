using System.Globalization;
using System.Text;

namespace Amavis.Dns.Messages;

/// <summary>
/// Domain names as text: labels with dots between them and none at the end, the root empty. A dot or backslash in a label has a
/// backslash before it, other octets that are not visible ASCII stand as <c>\DDD</c> (RFC 1035 §5.1).
/// </summary>
public static class DnsName
{
    /// <summary>Octets of a label (RFC 1035 §2.3.4).</summary>
    public const int MaxLabel = 63;

    /// <summary>Octets of a name on the wire, with the lengths and the root (RFC 1035 §2.3.4).</summary>
    public const int MaxWire = 255;

    public static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes a name without compression. A single dot at the end is taken for the root and is not needed.</summary>
    /// <param name="destination">At least <see cref="MaxWire"/> octets.</param>
    /// <returns>False for an empty or too long label, a name that is too long, a broken escape, or characters other than visible ASCII.</returns>
    public static bool TryWrite(string name, Span<byte> destination, out int written)
    {
        ArgumentNullException.ThrowIfNull(name);
        written = 0;
        // Where the length of the label at work goes, and the next octet of it.
        var (lengthAt, at) = (0, 1);
        var open = name is not ("" or ".");
        for (var i = 0; open && i < name.Length; i++)
        {
            if (name[i] == '.')
            {
                if (!EndLabel(destination, ref lengthAt, ref at))
                    return false;
                open = i + 1 < name.Length;
                continue;
            }
            // One octet is kept for the root.
            if (at >= MaxWire - 1 || !TryReadOctet(name, ref i, out var octet))
                return false;
            destination[at++] = octet;
        }
        if (open && !EndLabel(destination, ref lengthAt, ref at))
            return false;
        destination[lengthAt] = 0;
        written = lengthAt + 1;
        return true;
    }

    /// <summary>The text as it is read back from a message, in its letter case; null when it is no name.</summary>
    public static string? Normalize(string name)
    {
        Span<byte> wire = stackalloc byte[MaxWire];
        if (!TryWrite(name, wire, out _))
            return null;
        var text = new StringBuilder(name.Length);
        for (var at = 0; wire[at] != 0; at += 1 + wire[at])
        {
            if (text.Length > 0)
                text.Append('.');
            AppendLabel(text, wire.Slice(at + 1, wire[at]));
        }
        return text.ToString();
    }

    /// <summary>Appends a label in text form.</summary>
    internal static void AppendLabel(StringBuilder text, ReadOnlySpan<byte> label)
    {
        foreach (var octet in label)
        {
            if (octet is (byte)'.' or (byte)'\\')
                text.Append('\\').Append((char)octet);
            else if (octet is > 0x20 and < 0x7f)
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\{octet:D3}");
        }
    }

    private static bool EndLabel(Span<byte> destination, ref int lengthAt, ref int at)
    {
        var length = at - lengthAt - 1;
        if (length is 0 or > MaxLabel)
            return false;
        destination[lengthAt] = (byte)length;
        lengthAt = at++;
        return lengthAt < MaxWire;
    }

    private static bool TryReadOctet(string name, ref int i, out byte octet)
    {
        octet = 0;
        var c = name[i];
        if (c != '\\')
        {
            octet = (byte)c;
            return c is > ' ' and < '\x7f';
        }
        if (++i >= name.Length)
            return false;
        if (!char.IsAsciiDigit(name[i]))
        {
            octet = (byte)name[i];
            return name[i] < 0x80;
        }
        if (i + 2 >= name.Length || !int.TryParse(name.AsSpan(i, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var value) || value > 255)
            return false;
        octet = (byte)value;
        i += 2;
        return true;
    }
}
