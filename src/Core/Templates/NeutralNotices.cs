namespace Amavis.Core.Templates;

/// <summary>The remaining built-in notices: the neutral one to the sender, and those around releases.</summary>
public static class NeutralNotices
{
    /// <summary>Faults of a header by minor number, in the words of the replies.</summary>
    private const string Fault =
        """
        [? [:ccat|minor|main] |fault in the header section|MIME error|nonencoded 8-bit character|invalid control character|#
        line made up entirely of whitespace|line longer than RFC 5322 limit|syntax error|missing required header field|duplicate header field]
        """;

    /// <summary>Which rule is broken and what the sender can do about it.</summary>
    private const string Advice =
        """
        [? [:ccat|minor|main] |The header section breaks the rules of RFC 5322. Please have the program that
        made the message mended.|The structure of the message breaks the rules of MIME (RFC 2045, RFC 2046).
        Please have the program that made the message mended.|Octets above 127 may not stand in a header field as they are (RFC 5322
        section 2.2). Names and subjects in other scripts have to be encoded (RFC 2047),
        or the mail has to be sent with SMTPUTF8 (RFC 6532). Please set up your mail
        program so, or have it mended.|NUL, and CR or LF other than at the end of a line, may not stand in a header
        field (RFC 5322 sections 2.2 and 4.1). Please have the program that made the
        message mended.|A continuation line of a header field may not consist of blanks alone (RFC 5322
        section 3.2.2), since programs take it for the end of the header. Please have
        the program that made the message mended.|A line may not be longer than 998 characters (RFC 5322 section 2.1.1). Long
        fields have to be folded. Please have the program that made the message mended.|A header field does not have the form of RFC 5322 section 2.2, a name, a colon
        and a body. Please have the program that made the message mended.|A message needs a From and a Date field (RFC 5322 section 3.6). Please have the
        program that made the message mended.|Some fields may stand in a message only once (RFC 5322 section 3.6). Please have
        the program that made the message mended.]
        """;

    private const string Ids = """
        This report was made by the content filter at %h.
        Category: [:ccat|name|main][? [:ccat|is_blocked_by_nonmain] ||, blocked for [:ccat|name|blocking]]
        Our reference: %n/%i

        """;

    private const string Senders = """
        [:wrap|78||    |Return-Path: %s]
        [? [:len|[:header_field|From]] |#|[:wrap|78||    |From: [:mime_decode|[:header_field|From]|100]]]
        [? [:len|[:header_field|Sender]] |#|[:wrap|78||    |Sender: [:mime_decode|[:header_field|Sender]|100]]]

        """;

    /// <summary>To the sender, of anything that has no text of its own.</summary>
    public static Template Sender { get; } = Template.Parse($"""
        Subject: [?%#D|Undeliverable mail|Delivery status of your mail][? [:ccat|major] |||, MTA-BLOCKED|, OVERSIZED message|#
        , invalid header: {Fault}|, spammy|, spam|, UNCHECKED contents|, BANNED contents (%F)|, VIRUS (%V)]
        Message-ID: <DSN%i@%h>
        Content-Language: en

        [?%#D|#|Your message was passed on to:
        [%D|  [:mail_addr_decode|%D]|\n]
        [~[:dsn_notify]|SUCCESS|This notice of its delivery was asked for.
        ]
        ]
        [?%#O|#|Your message could not be delivered to:
        [%N|  %N|\n]

        ]
        {Ids}
        [? [~[:ccat|major|main]|^4$|1|0]|#|INVALID HEADER: {Fault}
        [%X|[:wrap|78|  |    |%X]|\n]

        ]
        {Senders}{NoticeBlocks.Names}
        [? [~[:ccat|major|main]|^4$|1|0]|#|{NoticeBlocks.UserAgent}
        {Advice}
        ]
        """);

    /// <summary>Around a message that is sent on from the quarantine as an attachment.</summary>
    public static Template Release { get; } = Template.Parse(NoticeBlocks.AddressFields + $"""
        Subject: [:limit|250|\[released message\] [:mime_decode|[:header_field|Subject]|200]]
        Message-ID: <QRA%i@%h>

        The message behind this text was held in the quarantine and has been released.

        {NoticeBlocks.Sender}[? [:len|[:header_field|Subject]] |#|[:wrap|78||    |Subject: [:mime_decode|[:header_field|Subject]|100]]]

        Category: [:ccat|name]
        Our reference: [:parent_mail_id]
        [? [:len|[:attachment_password]] |#|It is in an archive with the password [:attachment_password]

        Open it with care, and only when you know that you need it: the password merely
        keeps it from being opened by accident.
        ]
        """);

    /// <summary>Around a message that is reported to somebody.</summary>
    public static Template Report { get; } = Template.Parse(NoticeBlocks.AddressFields + $"""
        Subject: [:limit|250|Fw: [:mime_decode|[:header_field|Subject]|200]]
        Message-ID: <ARF%i@%h>

        This is a report of a message ([:feedback_type])[?%#a|,|
        received from [:client_addr_port][?%#g|| %g],]
        on %d.

        {NoticeBlocks.Sender}{NoticeBlocks.Names}
        [? [:dkim|author] |#|The message bears a valid signature of its author's domain.]
        Reporting-MTA: %h
        Our reference: [:parent_mail_id]

        [~[:report_format]|["^(arf|attach|dsn)$"]|The original message is attached.|The original message follows.]

        """);

    /// <summary>An answer to the sender; the filter never sends one by itself.</summary>
    public static Template AutoResponse { get; } = Template.Parse(NoticeBlocks.AddressFields + $"""
        Reply-To: <postmaster@%h>
        Subject: Auto: autoresponse to [:limit|200|[:mail_addr_decode|%s]]
        [?%#m|#|In-Reply-To: %m]
        Auto-Submitted: auto-replied
        Precedence: junk
        Message-ID: <ARE%i@%h>

        This is an automatic answer to a message received on %d
        from %s.

        {NoticeBlocks.Sender}{NoticeBlocks.Names}
        """);
}
