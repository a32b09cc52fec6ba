using System.Buffers;
using System.Text;

namespace Amavis.Protocols.AmPdp;

/// <summary>Writes messages of the AM.PDP protocol, so encoded that nothing in a name or value can end its line or field.</summary>
public sealed class AmPdpWriter
{
    private static readonly SearchValues<byte> PlainInNames =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._+-"u8);

    private static readonly SearchValues<byte> PlainInValues =
        SearchValues.Create([.. Enumerable.Range(0x21, 0x7e - 0x21 + 1).Where(c => c != '%').Select(c => (byte)c)]);

    private readonly ArrayBufferWriter<byte> _octets = new(512);

    public ReadOnlyMemory<byte> Written => _octets.WrittenMemory;

    /// <summary>One line; the fields are separated by single blanks and encoded each.</summary>
    public void Attribute(string name, params ReadOnlySpan<string> fields)
    {
        Encode(name, PlainInNames);
        for (var i = 0; i < fields.Length; i++)
        {
            _octets.Write(i == 0 ? "="u8 : " "u8);
            Encode(fields[i], PlainInValues);
        }
        _octets.Write(fields.Length == 0 ? "=\r\n"u8 : "\r\n"u8);
    }

    /// <summary>Ends the message.</summary>
    public void End() => _octets.Write("\r\n"u8);

    private void Encode(string text, SearchValues<byte> plain)
    {
        ArgumentNullException.ThrowIfNull(text);
        ReadOnlySpan<byte> octets = Encoding.UTF8.GetBytes(text);
        while (!octets.IsEmpty)
        {
            var length = octets.IndexOfAnyExcept(plain);
            _octets.Write(length < 0 ? octets : octets[..length]);
            if (length < 0)
                return;
            var hex = _octets.GetSpan(3);
            hex[0] = (byte)'%';
            hex[1] = "0123456789abcdef"u8[octets[length] >> 4];
            hex[2] = "0123456789abcdef"u8[octets[length] & 15];
            _octets.Advance(3);
            octets = octets[(length + 1)..];
        }
    }
}
