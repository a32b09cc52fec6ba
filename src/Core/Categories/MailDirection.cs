namespace Amavis.Core.Categories;

/// <summary>Direction of mail for one recipient: does the message come from us, does the recipient belong to us.</summary>
public enum MailDirection
{
    OpenRelay = 0,
    Inbound = 1,
    Outbound = 2,
    Internal = 3,
}

public static class MailDirections
{
    public static MailDirection Of(bool originating, bool localRecipient) => (originating, localRecipient) switch
    {
        (false, false) => MailDirection.OpenRelay,
        (false, true) => MailDirection.Inbound,
        (true, false) => MailDirection.Outbound,
        (true, true) => MailDirection.Internal,
    };
}
