using System.Text;
using System.Text.Unicode;

namespace Amavis.Protocols.Milter;

/// <summary>Texts in packets, each with a NUL at its end.</summary>
public static class MilterText
{
    /// <summary>Takes a text off the front; without a NUL all there is. Octets that are not UTF-8 are taken as Latin-1.</summary>
    public static string Take(ref ReadOnlySpan<byte> payload) => Decode(TakeOctets(ref payload));

    /// <summary>As <see cref="Take"/>, undecoded.</summary>
    public static ReadOnlySpan<byte> TakeOctets(ref ReadOnlySpan<byte> payload)
    {
        var end = payload.IndexOf((byte)0);
        var text = end < 0 ? payload : payload[..end];
        payload = end < 0 ? default : payload[(end + 1)..];
        return text;
    }

    /// <summary>All texts of a payload, at most so many.</summary>
    public static IReadOnlyList<string> All(ReadOnlySpan<byte> payload, int max)
    {
        var list = new List<string>(4);
        while (!payload.IsEmpty && list.Count < max)
            list.Add(Take(ref payload));
        return list;
    }

    public static string Decode(ReadOnlySpan<byte> octets) => Utf8.IsValid(octets) ? Encoding.UTF8.GetString(octets) : Encoding.Latin1.GetString(octets);
}
