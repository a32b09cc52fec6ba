namespace Amavis.Core.Templates;

/// <summary>The templates of log lines that are built in. Other programs read the lines: their form never changes.</summary>
public static class LogTemplates
{
    private const string Class =
        """
        [? [:ccat|major] |OTHER|CLEAN|MTA-BLOCKED|OVERSIZED|BAD-HEADER-[:ccat|minor]|SPAMMY|SPAM|#
        UNCHECKED[? [:ccat|minor] ||-ENCRYPTED|]|BANNED (%F)|INFECTED ([%V|%V|,])]
        """;

    private const string Head = Class + " {[:actions_performed]}, [?%#p||%p ][?%#a||[?%l||LOCAL ][:client_addr_port] ]";

    private const string Ids = "[?%#q||, quarantine: %q][?%#Q||, Queue-ID: %Q][?%#m||, Message-ID: %m][?%#r||, Resent-Message-ID: %r], mail_id: %i";

    private const string QueuedAs = "[? [:queued_as] ||, queued_as: [queued_as|%x|/]]";

    private const string Signatures = "[? [:dkim|sig_sd] ||, dkim_sd=[:dkim|sig_sd]][? [:dkim|newsig_sd] ||, dkim_new=[:dkim|newsig_sd]]";

    private const string ShortHead = Head + "[?%#e||\\[%e\\] ]%s -> ";

    private const string ShortTail = Ids + ", Hits: %c, size: %z[?%P||, pt: %P]";

    private const string VerboseHead = Head + "[?%#e||\\[%e\\] ][:client_protocol]/[:protocol] %s -> ";

    private const string VerboseMiddle = """
        , ([ip_proto_trace_public|%x| < ])[? [:tls_in] ||, tls: [:tls_in]]
        """ + Ids + ", b: [:substr|[:b64urlenc|[:body_digest]]|0|9], Hits: %c, size: %z[?%P||, pt: %P]";

    private const string VerboseTail = """
        , Subject: [:dquote|[:mime2utf8|[:header_field_octets|Subject]|100|1]], #
        From: [:uquote|[:mail_addr_decode_octets|[:rfc2822_from]]][? [:dkim|author] || (dkim:AUTHOR)]#
        [? [:useragent|name] ||, [:useragent|name]: [:uquote|[:mime2utf8|[:useragent|body]|100]]]#
        , helo=[:client_helo][? [:TESTSSCORES|,] ||, Tests: \[[:TESTSSCORES|,]\]]#
        [? [:banning_rule_key] ||, b.key=[:banning_rule_key]][? [:banning_rule_comment] ||, b.com=[:banning_rule_comment]]#
        [? [:banning_rule_rhs] ||, b.rhs=[:banning_rule_rhs]][? [:banned_parts] ||, b.parts=[:banned_parts]]#
        [:supplementary_info|SCTYPE|, shortcircuit=%%s][:supplementary_info|AUTOLEARN|, autolearn=%%s][:supplementary_info|AUTOLEARNSCORE|, autolearnscore=%%s]#
        [? [:supplementary_info|LANGUAGES] ||, languages=[:uquote|[:supplementary_info|LANGUAGES]]]#
        [? [:supplementary_info|RELAYCOUNTRY] ||, relaycountry=[:uquote|[:supplementary_info|RELAYCOUNTRY]]]#
        [? [:supplementary_info|ASN] ||, asn=[:uquote|[:supplementary_info|ASN]_[:supplementary_info|ASNCIDR]]]#
        [? [:dkim|identity] ||, dkim_i=[:dkim|identity]]
        """ + Signatures + "[? [:rusage|ru_maxrss] ||, rss=[:rusage|ru_maxrss]], %y ms";

    /// <summary>A line for what passed, a line for what was blocked.</summary>
    public static Template Short { get; } = Template.Parse(Lines(
        ShortHead + "[%D|%D|,]" + ShortTail + QueuedAs + Signatures + ", %y ms",
        ShortHead + "[%O|%O|,]" + ShortTail + Signatures + ", %y ms"));

    /// <summary>The same lines with the subject, the author, the tests and more.</summary>
    public static Template Verbose { get; } = Template.Parse(Lines(
        VerboseHead + "[%D|%D|,]" + VerboseMiddle + QueuedAs + VerboseTail,
        VerboseHead + "[%O|%O|,]" + VerboseMiddle + VerboseTail));

    /// <summary>A line for each recipient.</summary>
    public static Template Recipient { get; } = Template.Parse(
        "[?%#D|[?%#O|#|Blocked ]|Passed ]" + Class + ", %s -> [?%#D|%O|%D], Hits: %c, tag=[:tag_level], tag2=[:tag2_level], kill=[:kill_level]"
        + "[~[:remote_mta_smtp_response]|^$||[\"\\\\bqueued as ([A-Za-z0-9]+)$\"]|[\", queued_as: %1\"]|.|[\", fwd: %0\"]], %0/%1/%2/%k\n");

    private static string Lines(string passed, string blocked) => $"[?%#D|#|Passed {passed}]\n[?%#O|#|Blocked {blocked}]\n";
}
