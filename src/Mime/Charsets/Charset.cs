using System.Text;

namespace Amavis.Mime.Charsets;

/// <summary>Finds encodings by the names mail uses for them.</summary>
public static class Charset
{
    /// <summary>Longest charset name looked up; longer ones are unknown.</summary>
    private const int MaxNameLength = 40;

    // The order matters: the code pages have to be registered before one is asked for.
    static Charset()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        Windows1252 = Encoding.GetEncoding(1252);
        Koi8U = Encoding.GetEncoding("koi8-u");
    }

    /// <summary>What octets are taken for when nothing else fits: every octet is a character.</summary>
    public static Encoding Windows1252 { get; }

    public static Encoding Koi8U { get; }

    /// <summary>The encoding of a charset name (RFC 2978), or null when it is not known here. Invalid octets decode to U+FFFD or a question mark.</summary>
    public static Encoding? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var key = name.Trim().Trim('"', '\'').ToLowerInvariant();
        if (key.Length is 0 or > MaxNameLength)
            return null;
        key = key switch
        {
            "utf8" or "utf_8" or "utf-8mb4" or "unicode-1-1-utf-8" => "utf-8",
            "ascii" or "us" or "ansi_x3.4-1968" or "iso646-us" or "646" => "us-ascii",
            "latin1" or "iso8859-1" or "iso88591" or "iso-8859-1" or "iso_8859-1" or "l1" => "windows-1252",
            "utf7" or "unicode-1-1-utf-7" or "x-unicode-2-0-utf-7" or "csutf7" => "utf-7",
            "utf16le" => "utf-16le",
            "utf16be" or "utf16" or "utf-16be" => "utf-16be",
            "gb2312" or "gb_2312-80" or "gbk" or "x-gbk" or "cp936" => "gb18030",
            "ks_c_5601" or "ks_c_5601-1987" or "cp949" => "ks_c_5601-1987",
            "sjis" or "shift-jis" or "x-sjis" or "cp932" or "ms932" or "windows-31j" => "shift_jis",
            _ when key.StartsWith("cp125", StringComparison.Ordinal) => "windows-" + key[2..],
            _ when key.StartsWith("cp-125", StringComparison.Ordinal) => "windows-" + key[3..],
            _ when key.StartsWith("iso8859", StringComparison.Ordinal) => "iso-8859" + key[7..],
            _ => key,
        };
        if (key == "utf-7")
            return Utf7.Instance;
        try
        {
            return Encoding.GetEncoding(key);
        }
        catch (ArgumentException)
        {
            return null;
        }
        catch (NotSupportedException)
        {
            return null;
        }
    }
}
