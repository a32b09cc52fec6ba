using System.Text;

namespace Amavis.Data.Model;

/// <summary>Octet columns as strings: UTF-8 where it is valid, else Latin-1, so that no stored octets fail to be read.</summary>
public static class OctetText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] ToOctets(string text) => Encoding.UTF8.GetBytes(text);

    public static string FromOctets(byte[] octets)
    {
        try
        {
            return Strict.GetString(octets);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(octets);
        }
    }
}
