using Amavis.Core.Addresses;

namespace Amavis.Cli;

/// <summary>Mail addresses on the command line.</summary>
internal static class AddressArgument
{
    /// <summary>With or without angle brackets; nothing, or nothing in them, is the null address. Null: not an address.</summary>
    public static MailAddress? TryParse(string text)
    {
        var plain = text.Trim();
        if (plain.StartsWith('<') && plain.EndsWith('>'))
            plain = plain[1..^1];
        return MailAddress.TryParse(plain, out var address) ? address : null;
    }
}
