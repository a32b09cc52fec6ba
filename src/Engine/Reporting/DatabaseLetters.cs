using Amavis.Core.Categories;
using Amavis.Core.Messages;

namespace Amavis.Engine.Reporting;

/// <summary>Letters of the SQL log. Other programs read them; they never change.</summary>
public static class DatabaseLetters
{
    /// <summary>Content letter for a category; the bad header of raw 8-bit octets has its own when it did not block.</summary>
    public static char Content(CategorySet categories, CategoryKey? blocking)
    {
        ArgumentNullException.ThrowIfNull(categories);
        var key = blocking ?? categories.Main;
        return key switch
        {
            (ContentCategory.Virus, _) => 'V',
            (ContentCategory.Banned, _) => 'B',
            (ContentCategory.Unchecked, _) => 'U',
            (ContentCategory.Spam, _) => 'S',
            (ContentCategory.Spammy, _) => 'Y',
            (ContentCategory.BadHeader, 2) => 'M',
            (ContentCategory.BadHeader, _) => 'H',
            (ContentCategory.Oversized, _) => 'O',
            (ContentCategory.MtaFailed, _) => 'T',
            (ContentCategory.Clean, _) => 'C',
            _ => '?',
        };
    }

    /// <summary>Delivery status from the destiny and the reply; the first rule that matches decides.</summary>
    public static char DeliveryStatus(Destiny destiny, SmtpReply reply, bool leftToClient)
    {
        if (reply.IsTempFail)
            return 'T';
        if (reply.IsReject)
            return destiny == Destiny.Bounce ? 'B' : 'R';
        if (destiny == Destiny.Pass && (reply.IsSuccess || leftToClient))
            return 'P';
        return destiny == Destiny.Discard ? 'D' : '?';
    }
}
