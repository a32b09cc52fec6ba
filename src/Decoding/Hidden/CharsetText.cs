using System.Text;
using Amavis.Decoding.Storage;
using Amavis.Mime.Charsets;

namespace Amavis.Decoding.Hidden;

/// <summary>Texts in charsets that hide ASCII: readers show them decoded, and so are scripts in them run.</summary>
internal static class CharsetText
{
    /// <summary>True for charsets in which ASCII characters are not themselves: UTF-7, UTF-16, UTF-32.</summary>
    public static bool IsNeeded(string? charset) =>
        charset is not null && (charset.Contains("utf-16", StringComparison.OrdinalIgnoreCase) || charset.Contains("utf16", StringComparison.OrdinalIgnoreCase)
            || charset.Contains("utf-32", StringComparison.OrdinalIgnoreCase) || charset.Contains("utf-7", StringComparison.OrdinalIgnoreCase)
            || charset.Contains("ucs-2", StringComparison.OrdinalIgnoreCase) || charset.Contains("iso-10646", StringComparison.OrdinalIgnoreCase)
            || charset.Contains("unicode", StringComparison.OrdinalIgnoreCase));

    /// <summary>In UTF-8, without a mark; where the order of octets is not said, in both.</summary>
    public static IEnumerable<byte[]> Readings(StoredContent text, string charset)
    {
        var octets = new byte[text.Length];
        octets = octets[..text.Read(0, octets)];
        Encoding[] encodings = charset.Contains("32", StringComparison.Ordinal) ? [Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: false)]
            : charset.Contains("utf-7", StringComparison.OrdinalIgnoreCase) ? [Charset.Find("utf-7") ?? Encoding.ASCII]
            : [Encoding.Unicode, Encoding.BigEndianUnicode];
        foreach (var encoding in encodings)
            yield return Encoding.UTF8.GetBytes(encoding.GetString(octets).TrimStart('\ufeff'));
    }
}
