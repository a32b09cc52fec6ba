namespace Amavis.Core.Templates;

/// <summary>
/// The texts of notices that are built in: header fields, an empty line, the body. What an answering program or a filter looks for
/// (the Message-ID prefixes, the words of the category) never changes; the rest is ours.
/// </summary>
public static class NoticeTemplates
{
    /// <summary>To the administrator, of anything but spam.</summary>
    public static Template VirusAdmin { get; } = Template.Parse(NoticeBlocks.AddressFields + $"""
        Subject: {NoticeBlocks.What} {NoticeBlocks.FromClient}
        Message-ID: <VA%i@%h>

        [?%#V|No virus was found.|A virus was found:|Two viruses were found:|%#V viruses were found:]
        [?%#V|#|[%V|  %V|\n]]
        [?%#F|#|[:wrap|78||    |Banned name or type: %F]]
        [?%#X|#|The header section is faulty:
        [%X|[:wrap|78|  |    |%X]|\n]]
        [?%#W|#|Scanners that found something: %W]

        {NoticeBlocks.Ids}
        {NoticeBlocks.Origin}
        {NoticeBlocks.Quarantine}
        {NoticeBlocks.Fates}
        [?%#V|#|[?%#v|#|What the scanners said:
        [%v|[:wrap|78|  |    |%v]|\n]
        ]]
        """);

    /// <summary>To the administrator, of spam.</summary>
    public static Template SpamAdmin { get; } = Template.Parse(NoticeBlocks.AddressFields + $"""
        Subject: Spam {NoticeBlocks.FromClient}
        Message-ID: <SA%i@%h>

        {NoticeBlocks.Ids}
        {NoticeBlocks.Origin}{NoticeBlocks.UserAgent}
        {NoticeBlocks.Quarantine}
        {NoticeBlocks.Fates}
        Score: %c
        [?%#A|#|What the spam checker said:
        [%A|%A|\n]
        ]
        """);

    /// <summary>To a recipient.</summary>
    public static Template VirusRecipient { get; } = Template.Parse(NoticeBlocks.AddressFields + $"""
        Subject: {NoticeBlocks.What} TO YOU from %s
        Message-ID: <VR%i@%h>

        {NoticeBlocks.Alert}
        Our content filter found in a message to you:
        {NoticeBlocks.Found}
        [?%#V|The message came from %s|The message probably came from %o
        and claims to come from %s]

        {NoticeBlocks.Ids}
        {NoticeBlocks.Origin}{NoticeBlocks.UserAgent}
        {NoticeBlocks.Quarantine}
        Please ask your system administrator if you have questions.

        """);

    /// <summary>To the sender, of virus and banned mail.</summary>
    public static Template VirusSender { get; } = Template.Parse($"""
        Subject: [? [:ccat|major] |Mail|Mail|MTA-blocked mail|OVERSIZED mail|INVALID HEADER in mail|Spammy mail|Spam|#
        UNCHECKED contents in mail|BANNED contents in mail|VIRUS in mail] apparently from you (%V%F)
        [?%#m|#|In-Reply-To: %m]
        Message-ID: <VS%i@%h>
        Content-Language: en

        {NoticeBlocks.Alert}
        Our content filter found
        {NoticeBlocks.Found}
        [:wrap|78|||in a message that seems to come from you, %s,]
        to [?%#R||this recipient|these recipients]:
        [%R|  [:mail_addr_decode|%R]|\n]

        {NoticeBlocks.Ids}
        {NoticeBlocks.Origin}
        {NoticeBlocks.Stopped}
        [?%#V|[?%#F|#|{NoticeBlocks.BannedAdvice}]|Please have your system checked for viruses, or ask your
        system administrator to do so.]

        """);

    /// <summary>To the sender, of spam.</summary>
    public static Template SpamSender { get; } = Template.Parse($"""
        Subject: Your mail is considered unsolicited bulk mail (spam)
        [?%#m|#|In-Reply-To: %m]
        Message-ID: <SS%i@%h>
        Content-Language: en

        [:wrap|78|||A message that seems to come from you, %s,]
        to [?%#R||this recipient|these recipients]:
        [%R|  [:mail_addr_decode|%R]|\n]
        was considered unsolicited bulk mail (spam).

        If you did not send it, your address was forged; please accept our apology for
        this notice. If you did, please ask the recipient, by another way, to expect
        your mail, and have the reference below at hand.

        {NoticeBlocks.Ids}
        {NoticeBlocks.Origin}
        {NoticeBlocks.Stopped}
        """);
}
