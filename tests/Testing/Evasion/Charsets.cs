using System.Text;
using static Amavis.Testing.Evasion.Pieces;

namespace Amavis.Testing.Evasion;

/// <summary>Texts in charsets that hide the octets.</summary>
public static class Charsets
{
    public static IEnumerable<EvasionCase> Cases => Tricks().Select(c => new EvasionCase("charset", c.Name, Crlf(c.Mail)));

    private static IEnumerable<(string Name, string Mail)> Tricks()
    {
        static string In(Encoding encoding, bool mark) => Convert.ToBase64String([.. mark ? encoding.GetPreamble() : [], .. encoding.GetBytes(Eicar)]);
        static string Mail(string charset, string encoding, string body) => Single($"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: {encoding}\n", body);
        var bigEndian = new UnicodeEncoding(bigEndian: true, byteOrderMark: true);
        yield return ("UTF-16LE", Mail("utf-16le", "base64", In(Encoding.Unicode, mark: false)));
        yield return ("UTF-16BE", Mail("utf-16be", "base64", In(bigEndian, mark: false)));
        yield return ("UTF-16 with a mark", Mail("utf-16", "base64", In(Encoding.Unicode, mark: true)));
        yield return ("UTF-16 big endian with a mark", Mail("utf-16", "base64", In(bigEndian, mark: true)));
        yield return ("UTF-16 without a mark", Mail("utf-16", "base64", In(bigEndian, mark: false)));
        yield return ("UTF-32LE", Mail("utf-32le", "base64", In(Encoding.UTF32, mark: false)));
        yield return ("UTF-7", Mail("utf-7", "7bit", string.Concat(Eicar.Select(c => char.IsAsciiLetterOrDigit(c) ? c.ToString() : "+" + Convert.ToBase64String(Encoding.BigEndianUnicode.GetBytes(c.ToString())).TrimEnd('=') + "-"))));
    }
}
