using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;

namespace Amavis.Protocols.Smtp.Server;

/// <summary>How large a message may be, in octets; null: no limit.</summary>
public static class SizeLimits
{
    /// <summary>Of the site, as advertised with SIZE.</summary>
    public static long? OfSite(Settings settings) =>
        settings.SmtpdMessageSizeLimit is { } limit and > 0 ? Raised(settings, limit) : null;

    public static long? OfRecipient(Settings settings, MailAddress recipient)
    {
        if (settings.MessageSizeLimitMaps.Tables.Count == 0)
            return null;
        var limit = settings.MessageSizeLimitMaps.Number(AddressKeys.For(recipient, settings.AddressRules));
        return limit is null ? null : Raised(settings, limit >= long.MaxValue ? long.MaxValue : (long)limit);
    }

    /// <summary>The reply to RCPT by the size told with MAIL and the recipient's own limit.</summary>
    /// <param name="declared">Null: not told.</param>
    public static SmtpReply Judge(Settings settings, decimal? declared, MailAddress recipient)
    {
        if (declared is not { } size || OfRecipient(settings, recipient) is not { } limit || size <= limit)
            return new SmtpReply(250, $"2.1.5 Recipient {recipient.Bracketed} OK");
        var text = $"Declared message size ({size} B) exceeds size limit for recipient {recipient.Bracketed}";
        return OversizedDestiny(settings, recipient) switch
        {
            Destiny.Pass => new SmtpReply(250, "2.3.4 " + text),
            Destiny.TempFail => new SmtpReply(452, "4.3.4 " + text),
            _ => new SmtpReply(552, "5.3.4 " + text),
        };
    }

    /// <summary>What becomes of mail above that limit; pass also for those who want it all the same.</summary>
    public static Destiny OversizedDestiny(Settings settings, MailAddress recipient)
    {
        var keys = AddressKeys.For(recipient, settings.AddressRules);
        if (Entry(settings.ByCcat.Lovers)?.IsTrue(keys) == true)
            return Destiny.Pass;
        return Entry(settings.ByCcat.Destinies)?.Number(keys) is { } number ? (Destiny)(int)number : Destiny.Pass;
    }

    /// <summary>
    /// Above this no recipient gets the message: the largest of the recipients' limits, if all have one, capped by the site's.
    /// A recipient with a smaller one is left to the checks.
    /// </summary>
    public static long? OfMessage(Settings settings, IReadOnlyList<EnvelopeRecipient> recipients)
    {
        var site = OfSite(settings);
        if (settings.MessageSizeLimitMaps.Tables.Count == 0)
            return site;
        long largest = 0;
        foreach (var recipient in recipients)
        {
            if (OfRecipient(settings, recipient.Address) is not { } limit
                || OversizedDestiny(settings, recipient.Address) == Destiny.Pass)
                return site;
            largest = Math.Max(largest, limit);
        }
        return site < largest ? site : largest;
    }

    private static LookupMaps? Entry(ByCategory<LookupMaps?> table) =>
        table.Entries.TryGetValue(ContentCategory.Oversized, out var maps)
            ? maps
            : table.Entries.GetValueOrDefault(ContentCategory.CatchAll);

    private static long Raised(Settings settings, long limit) =>
        settings.EnforceSmtpdMessageSizeLimit64kbMin ? Math.Max(limit, SmtpLimits.LeastMessageOctets) : limit;
}
