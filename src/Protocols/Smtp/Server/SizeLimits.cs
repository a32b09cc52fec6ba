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

    /// <param name="recipient">Without what databases know, the tables of the configuration alone are asked.</param>
    public static long? OfRecipient(Settings settings, AddressKeys recipient)
    {
        if (settings.MessageSizeLimitMaps.Tables.Count == 0)
            return null;
        var limit = Askable(settings.MessageSizeLimitMaps, recipient).Number(recipient);
        return limit is null or <= 0 ? null : Raised(settings, limit >= long.MaxValue ? long.MaxValue : (long)limit);
    }

    /// <summary>The reply to RCPT by the size told with MAIL and the recipient's own limit.</summary>
    /// <param name="declared">Null: not told.</param>
    public static SmtpReply Judge(Settings settings, decimal? declared, MailAddress recipient) =>
        Judge(settings, declared, recipient, AddressKeys.For(recipient, settings.AddressRules));

    /// <param name="keys">Of the recipient, with what databases know.</param>
    public static SmtpReply Judge(Settings settings, decimal? declared, MailAddress recipient, AddressKeys keys)
    {
        if (declared is not { } size || OfRecipient(settings, keys) is not { } limit || size <= limit)
            return new SmtpReply(250, $"2.1.5 Recipient {recipient.Bracketed} OK");
        var text = $"Declared message size ({size} B) exceeds size limit for recipient {recipient.Bracketed}";
        return OversizedDestiny(settings, keys) switch
        {
            Destiny.Pass => new SmtpReply(250, "2.3.4 " + text),
            Destiny.TempFail => new SmtpReply(452, "4.3.4 " + text),
            _ => new SmtpReply(552, "5.3.4 " + text),
        };
    }

    /// <summary>What becomes of mail above that limit; pass also for those who want it all the same.</summary>
    private static Destiny OversizedDestiny(Settings settings, AddressKeys keys)
    {
        if (Entry(settings.ByCcat.Lovers) is { } lovers && Askable(lovers, keys).IsTrue(keys))
            return Destiny.Pass;
        return Entry(settings.ByCcat.Destinies) is { } destinies && Askable(destinies, keys).Number(keys) is { } number ? (Destiny)(int)number : Destiny.Pass;
    }

    /// <summary>
    /// Above this no recipient gets the message: the largest of the recipients' limits, if all have one, capped by the site's.
    /// A recipient with a smaller one is left to the checks, and so are those whose limits are in databases.
    /// </summary>
    public static long? OfMessage(Settings settings, IReadOnlyList<EnvelopeRecipient> recipients)
    {
        var site = OfSite(settings);
        if (settings.MessageSizeLimitMaps.Tables.Count == 0 || settings.MessageSizeLimitMaps.AsksDatabases)
            return site;
        long largest = 0;
        foreach (var recipient in recipients)
        {
            var keys = AddressKeys.For(recipient.Address, settings.AddressRules);
            if (OfRecipient(settings, keys) is not { } limit || OversizedDestiny(settings, keys) == Destiny.Pass)
                return site;
            largest = Math.Max(largest, limit);
        }
        return site < largest ? site : largest;
    }

    private static LookupMaps Askable(LookupMaps maps, AddressKeys keys) => keys.Records is null ? maps.Static : maps;

    private static LookupMaps? Entry(ByCategory<LookupMaps?> table) =>
        table.Entries.TryGetValue(ContentCategory.Oversized, out var maps)
            ? maps
            : table.Entries.GetValueOrDefault(ContentCategory.CatchAll);

    private static long Raised(Settings settings, long limit) =>
        settings.EnforceSmtpdMessageSizeLimit64kbMin ? Math.Max(limit, SmtpLimits.LeastMessageOctets) : limit;
}
