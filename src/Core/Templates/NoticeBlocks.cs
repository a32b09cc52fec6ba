namespace Amavis.Core.Templates;

/// <summary>Paragraphs that several notices share. Lines that have nothing to say take themselves away.</summary>
internal static class NoticeBlocks
{
    /// <summary>Who and what a notice is, for the header; the recipients come from the notice itself.</summary>
    public const string AddressFields = """
        Date: %d
        From: %f
        To: [?%#T|undisclosed-recipients:;|[%T|%T|, ]]
        [?%#C|#|Cc: [%C|%C|, ]]
        Content-Language: en

        """;

    /// <summary>What was found, in the words mail programs filter by.</summary>
    public const string What =
        """
        [? [:ccat|major] |Other mail|Clean mail|MTA-blocked mail|OVERSIZED mail|INVALID HEADER in mail|Spammy|Spam|#
        UNCHECKED contents in mail|BANNED contents (%F) in mail|VIRUS (%V) in mail]
        """;

    /// <summary>Origin in a subject.</summary>
    public const string FromClient = "FROM [?%l||LOCAL ][?%#a||[:client_addr_port] ]%s";

    /// <summary>A line for each thing found.</summary>
    public const string Found = """
        [?%#V|#|[:wrap|78|  |    |[?%#V||Virus|Viruses]: %V]]
        [?%#F|#|[:wrap|78|  |    |Banned name or type: %F]]
        [?%#X|#|[%X|[:wrap|78|  |    |Faulty header: %X]|\n]]

        """;

    /// <summary>Category and reference.</summary>
    public const string Ids = """
        Category: [:ccat|name|main][? [:ccat|is_blocked_by_nonmain] ||, blocked for [:ccat|name|blocking]]
        Our reference: %n/%i

        """;

    private const string FirstClient = """
        [?%#a|#|First client on the way: [:client_addr_port][?%#g|| %g]]
        [? [:ip_proto_trace_all] |#|[:wrap|78||    |Received trace: [ip_proto_trace_all|%x| < ]]]

        """;

    /// <summary>The sender's side of the header.</summary>
    public const string Sender = """
        [:wrap|78||    |Return-Path: %s[? [:dkim|envsender] || (signed by its domain)]]
        [? [:len|[:header_field|From]] |#|[:wrap|78||    |From: [:mime_decode|[:header_field|From]|100][? [:dkim|author] || (signed by the author's domain)]]]
        [? [:len|[:header_field|Sender]] |#|[:wrap|78||    |Sender: [:mime_decode|[:header_field|Sender]|100]]]

        """;

    /// <summary>What names the message.</summary>
    public const string Names = """
        [?%#m|#|Message-ID: %m]
        [?%#r|#|Resent-Message-ID: %r]
        [? [:len|[:header_field|Subject]] |#|[:wrap|78||    |Subject: [:mime_decode|[:header_field|Subject]|100]]]

        """;

    /// <summary>Where the message came from, as far as is known.</summary>
    public const string Origin = FirstClient + Sender + Names;

    public const string UserAgent = """
        [? [:useragent|name] |#|[:wrap|78||    |[:useragent|name]: [:mime_decode|[:useragent|body]|100]]]

        """;

    /// <summary>Where a copy was kept.</summary>
    public const string Quarantine = """
        [?%#q|No copy was kept in the quarantine.|A copy was kept in the quarantine as:
          [%q|%q|\n  ]]

        """;

    /// <summary>Who got the message and who did not.</summary>
    public const string Fates = """
        [?%#D|#|The message was passed on to:
        [%D|  [:mail_addr_decode|%D]|\n]
        ]
        [?%#O|#|The message was not passed on to:
        [%N|  %N|\n]
        ]

        """;

    /// <summary>The first line of a body.</summary>
    public const string Alert = """
        [? [:ccat|major] |MAIL|MAIL|MAIL|OVERSIZED MAIL|INVALID HEADER|SPAM|SPAM|UNCHECKED CONTENTS|BANNED CONTENTS|VIRUS] ALERT

        """;

    /// <summary>Why parts of mail are refused and how else to send them.</summary>
    public const string BannedAdvice = """
        The message has a part whose name or type is not accepted here, by itself or
        inside of an archive. Programs, scripts and the like are the way most malware
        travels by mail, so such parts are refused whatever they do.

        If the recipient needs what you sent, there are other ways:
        - put it on a web or file server and send a link;
        - send it encrypted, or in an archive with a password, and tell the password
          by another way;
        - ask the recipient how such files can be received there.
        We are sorry for the trouble if what you sent was harmless.
        """;

    public const string Stopped = "[?%#D|The message was not delivered.|The message was passed on all the same.]\n";
}
