using System.Text;

namespace Amavis.Web.Content;

/// <summary>Tells the fields that were put before a message when it was stored from the message itself.</summary>
internal static class StoredHeader
{
    private static readonly string[] Exact =
        ["Delivered-To", "Return-Path", "X-Envelope-From", "X-Envelope-To", "X-Envelope-To-Blocked", "X-Quarantine-ID"];

    private static readonly string[] Prefixes =
        ["X-Amavis-Hold", "X-Amavis-Alert", "X-Amavis-Modified", "X-Amavis-PenPals", "X-Amavis-PolicyBank", "X-Amavis-OS-Fingerprint", "X-Spam-", "X-CRM114-"];

    /// <summary>Offset at which the message itself begins: at the first field that is none of those.</summary>
    public static int Length(ReadOnlySpan<byte> octets)
    {
        var offset = 0;
        while (offset < octets.Length)
        {
            var line = octets[offset..];
            var folded = offset > 0 && line[0] is (byte)' ' or (byte)'\t';
            if (!folded && !IsStored(line))
                return offset;
            var end = line.IndexOf((byte)'\n');
            if (end < 0)
                return offset;
            offset += end + 1;
        }
        return offset;
    }

    private static bool IsStored(ReadOnlySpan<byte> line)
    {
        // No name in the lists is longer than this.
        var start = line[..Math.Min(line.Length, 64)];
        var colon = start.IndexOf((byte)':');
        if (colon <= 0)
            return false;
        var name = Encoding.Latin1.GetString(start[..colon]).TrimEnd();
        return Exact.Any(e => e.Equals(name, StringComparison.OrdinalIgnoreCase)) || Prefixes.Any(p => name.StartsWith(p, StringComparison.OrdinalIgnoreCase));
    }
}
