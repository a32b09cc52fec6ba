using Amavis.Core.Addresses;

namespace Amavis.Protocols.AmPdp;

/// <summary>Addresses as clients write them: with brackets or without, local parts quoted or not.</summary>
internal static class AmPdpAddress
{
    /// <summary>Null for control characters and half a pair of brackets.</summary>
    public static MailAddress? Read(string text)
    {
        var opened = text.StartsWith('<');
        if (opened != text.EndsWith('>'))
            return null;
        if (opened)
            text = text[1..^1];
        if (MailAddress.TryParse(text, out var address))
            return address;
        return text.Any(c => char.IsControl(c) || c is '<' or '>') ? null : MailAddress.FromUnquoted(text);
    }
}
