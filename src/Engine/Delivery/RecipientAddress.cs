using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;
using Amavis.Protocols.Smtp;

namespace Amavis.Engine.Delivery;

/// <summary>The address a recipient's copy goes to.</summary>
/// <param name="OriginalRecipient">ORCPT to send, xtext-encoded with its address type; null: none.</param>
/// <param name="Extended">An extension says of what kind the mail is.</param>
public sealed record RecipientAddress(MailAddress Address, string? OriginalRecipient, bool Extended)
{
    /// <summary>The recipient's own address, or a new one from <c>addr_rewrite_maps_by_ccat</c> and with an extension from <c>addr_extension_*_maps</c>.</summary>
    public static RecipientAddress Of(RecipientVerdict verdict)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        var recipient = verdict.Recipient;
        if (!verdict.Policy.IsLocal)
            return new RecipientAddress(recipient.Address, recipient.OriginalRecipient, false);
        var rewritten = Rewritten(verdict);
        var extended = WithExtension(verdict, rewritten);
        if (extended == recipient.Address)
            return new RecipientAddress(recipient.Address, recipient.OriginalRecipient, false);
        return new RecipientAddress(extended, recipient.OriginalRecipient ?? OriginalOf(recipient.Address), extended != rewritten);
    }

    /// <summary>ORCPT for an address that came without (RFC 3461 §4.2, RFC 6533 §3).</summary>
    public static string OriginalOf(MailAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return (address.NeedsUtf8 ? "utf-8;" : "rfc822;") + Xtext.Encode(address.Smtp);
    }

    /// <summary>The first address of a list; what it leaves out is taken from the recipient. Further ones are not used, as in the original.</summary>
    private static MailAddress Rewritten(RecipientVerdict verdict)
    {
        var address = verdict.Recipient.Address;
        var maps = verdict.Policy.Settings.DeliveryByCcat.AddrRewrites.Find(verdict.Categories, null);
        var first = maps?.Text(verdict.Policy.Keys)?.Split(',')[0].Trim();
        if (string.IsNullOrEmpty(first))
            return address;
        var at = first.LastIndexOf('@');
        var (local, domain) = at < 0 ? (first, "") : (first[..at], first[(at + 1)..]);
        return new MailAddress(local.Length > 0 ? local : address.LocalPart, domain.Length > 0 ? domain : address.Domain);
    }

    private static MailAddress WithExtension(RecipientVerdict verdict, MailAddress address)
    {
        var settings = verdict.Policy.Settings;
        if (settings.RecipientDelimiter.Length == 0)
            return address;
        var maps = settings.DeliveryByCcat.AddrExtensions.Find(verdict.Categories, null);
        var extension = maps?.Text(verdict.Policy.Keys);
        if (string.IsNullOrEmpty(extension))
            return address;
        var kept = settings.ReplaceExistingExtension ? settings.AddressRules.SplitExtension(address.LocalPart).Base : address.LocalPart;
        return new MailAddress(kept + settings.RecipientDelimiter[0] + extension, address.Domain);
    }
}
