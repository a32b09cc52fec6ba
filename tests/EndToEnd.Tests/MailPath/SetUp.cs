namespace Amavis.EndToEnd.Tests.MailPath;

/// <summary>How Postfix and the filter are put together.</summary>
public enum SetUp
{
    /// <summary>content_filter over SMTP: the mail is in Postfix's queue already.</summary>
    ContentFilter,

    /// <summary>content_filter over LMTP, which has a reply for each recipient.</summary>
    Lmtp,

    /// <summary>smtpd_proxy_filter with speed_adjust: before the queue.</summary>
    Proxy,

    /// <summary>smtpd_milters: the filter speaks the milter protocol itself.</summary>
    Milter,

    /// <summary>smtpd_milters: Debian's amavisd-milter asks the filter over AM.PDP.</summary>
    AmavisdMilter,
}

internal static class SetUps
{
    /// <summary>The sender's session ends before the filter is asked.</summary>
    public static bool IsAfterQueue(this SetUp setUp) => setUp is SetUp.ContentFilter or SetUp.Lmtp;

    /// <summary>The MTA delivers, the filter only says what is to be done.</summary>
    public static bool IsMilter(this SetUp setUp) => setUp is SetUp.Milter or SetUp.AmavisdMilter;
}
