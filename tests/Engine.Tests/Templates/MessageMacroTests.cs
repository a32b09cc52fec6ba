using System.Text.Json;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Templates;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Tests.Templates;

public sealed class MessageMacroTests
{
    /// <summary>Infected, banned, with a faulty header and a score; one recipient gets it, the other does not.</summary>
    private static readonly MacroFacts Everything = Make();

    [Fact]
    public void Every_macro_has_its_name_in_the_list() =>
        FunctionMacros.Names.Concat(MessageMacros.Names).Order(StringComparer.Ordinal).ShouldBe(MacroNames.All.Order(StringComparer.Ordinal));

    [Fact]
    public void The_documentation_has_every_macro()
    {
        var text = File.ReadAllText(Path.Combine(Amavis.Testing.Samples.Root, "docs", "templates.md"));
        foreach (var name in MacroNames.All)
            (text.Contains($"`{name}`", StringComparison.Ordinal) || text.Contains($"`{name}\\|", StringComparison.Ordinal)).ShouldBeTrue(name);
    }

    [Theory]
    // Message and session
    [InlineData("%p", "MYNETS/ORIG")]
    [InlineData("%h [:HOSTNAME]", "filter.example.net filter.example.net")]
    [InlineData("%l", "")]
    [InlineData("%s %S", "<a@far.example> <a@far.example>")]
    [InlineData("%o", "?@[203.0.113.9]")]
    [InlineData("%Q", "7A1")]
    [InlineData("%n [:log_id] _LOGID_", "00421-07 00421-07 00421-07")]
    [InlineData("%i [:mail_id] _MAILID_", "pQ2mZ8wJ0aBc pQ2mZ8wJ0aBc pQ2mZ8wJ0aBc")]
    [InlineData("[:secret_id] [:parent_mail_id]", "secret ")]
    [InlineData("%P [:partition_tag]", "0 0")]
    [InlineData("%b [:b64urlenc|[:body_digest]]", "2bedd7b94e776c2f607c48f60f4c7596 K-3XuU53bC9gfEj2D0x1lg")]
    [InlineData("%d _DATE_ [:date_rfc2822_local]", "Wed, 31 Jan 2024 12:05:01 +0100 Wed, 31 Jan 2024 12:05:01 +0100 Wed, 31 Jan 2024 12:05:01 +0100")]
    [InlineData("%U [:date_iso8601_utc]", "20240131T110501Z 20240131T110501Z")]
    [InlineData("[:date_iso8601_local]", "20240131T120501+0100")]
    [InlineData("%u [:date_unix_utc]", "1706699101 1706699101")]
    [InlineData("[:week_iso8601] [:weekday]", "05 3")]
    [InlineData("%y", "214")]
    [InlineData("%a [:client_addr] [:client_port] [:client_addr_port]", "192.0.2.9 192.0.2.9 3377 [192.0.2.9]:3377")]
    [InlineData("%g [:client_helo] [:client_protocol] [:protocol]", "mail.far.example helo.far.example ESMTP ESMTP")]
    [InlineData("_REMOTEHOSTADDR_ _REMOTEHOSTNAME_ [:tls_in]", "127.0.0.1 127.0.0.1 ")]
    [InlineData("%e", "203.0.113.9")]
    [InlineData("%t", "origin.example (origin.example [203.0.113.9])")]
    [InlineData("[:ip_trace_all]", "127.0.0.1, 192.0.2.9, 198.51.100.7, 10.1.2.3, 203.0.113.9")]
    [InlineData("[:ip_trace_public]", "192.0.2.9, 198.51.100.7, 203.0.113.9")]
    [InlineData("[ip_proto_trace_all|%x| < ]", "ESMTP://[192.0.2.9]:3377 < ESMTPS://198.51.100.7 < ESMTPA://10.1.2.3 < HTTP://203.0.113.9")]
    [InlineData("[:ip_proto_trace_public]", "ESMTP://[192.0.2.9]:3377, ESMTPS://198.51.100.7, HTTP://203.0.113.9")]
    // Header
    [InlineData("%m %r", "<x1@far.example> <r1@far.example>")]
    [InlineData("%j", "=?utf-8?Q?Gr=C3=BC=C3=9Fe?= one two")]
    [InlineData("[:mime_decode|%j|100]", "Grüße one two")]
    [InlineData("[:rfc2822_from] [:rfc2822_sender] [:rfc2822_resent_from][:rfc2822_resent_sender]", "<juergen@far.example> <list@far.example> ")]
    [InlineData("[:header_field|To] _HEADER(to)_", "<u@example.com>, \"V\" <v@example.com> <u@example.com>, \"V\" <v@example.com>")]
    [InlineData("[:header_field|X-Two] [:header_field|x-two||0] [:header_field|X-Two||-2] [:header_field|X-Two||7]", "second first first ")]
    [InlineData("[:header_field|Subject|20]", "=?utf-8?Q?Gr=C3[...]")]
    [InlineData("[:header_field|X-Raw] [:header_field_octets|X-Raw] [:hexenc|[:header_field_octets|X-Raw]]", "café café 636166e9")]
    [InlineData("[:header_field|None]", "")]
    [InlineData("[:useragent] [:useragent|name] [:useragent|body]", "X-Mailer: Lab Mailer 1.0 X-Mailer Lab Mailer 1.0")]
    [InlineData("%#H [~%H|^Received: from mail|yes|no]", "16 yes")]
    // Findings
    [InlineData("%V", "Test.Sig-1, Test.Sig-2")]
    [InlineData("%v", "clamd: infected: Test.Sig-1, Test.Sig-2, other: clean")]
    [InlineData("%W; [:W|any]", "clamd; clamd:[Test.Sig-1,Test.Sig-2]; other:-")]
    [InlineData("%F", "application/x-dosexec,.exe,run.exe")]
    [InlineData("[:banning_rule_key];[:banning_rule_comment];[:banning_rule_rhs]", "rule;no programs;1")]
    [InlineData("[:banned_parts]", "a.exe, b ... .exe, ...")]
    [InlineData("[:banned_parts_as_attr]", "N=a.exe")]
    [InlineData("%X", "Non-encoded data, other fault")]
    [InlineData("%q", "K/virus-pQ2mZ8wJ0aBc")]
    // Scores
    [InlineData("%c _SCORE_ _SCORE(00)_", "6.1 6.1 006.1")]
    [InlineData("_STARS_ _STARS(+)_", "****** ++++++")]
    [InlineData("_REQD_ [:tag_level] [:tag2_level] [:kill_level]", "6 2 6 8")]
    [InlineData("%3 %4 %5", "2 6 8")]
    [InlineData("_YESNO_ _YESNOCAPS_ [:YESNO|ja|nein]", "Yes YES ja")]
    [InlineData("%1%2%k%0", "YY0L")]
    [InlineData("%T", "A_TEST=-0.5, B_TEST=6.6")]
    [InlineData("_TESTS(,)_ _TESTSSCORES( )_ [:TESTS]", "A_TEST,B_TEST A_TEST=-0.5 B_TEST=6.6 A_TEST, B_TEST")]
    [InlineData("%A", "line one, line two")]
    [InlineData("%#A [:len|_REPORT_] [:len|_SUMMARY_]", "2 17 17")]
    [InlineData("_AUTOLEARN_ [:supplementary_info|AUTOLEARN|, autolearn=%%s] [:supplementary_info|ASN|x%%s]", "ham , autolearn=ham ")]
    [InlineData("_ADDEDHEADERHAM__ADDEDHEADERSPAM__SUBJPREFIX_[:score_boost]", "0")]
    // Recipients
    [InlineData("%R", "u@example.com, x@far.test")]
    [InlineData("%D %O", "<u@example.com> <x@far.test>")]
    [InlineData("%N", "<x@far.test>: smtp:[127.0.0.1]:10025 said:\n   550 5.1.1 No such user")]
    [InlineData("%.", "")]
    [InlineData("[:actions_performed]", "RelayedInbound")]
    [InlineData("[:log_domains]", "EXT, example.com")]
    [InlineData("[:dsn_notify]", "DELAY,FAILURE")]
    [InlineData("[:remote_mta]", "smtp:[127.0.0.1]:10025")]
    [InlineData("[:smtp_response]", "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XyZ12, 550 5.1.1 No such user")]
    [InlineData("[:remote_mta_smtp_response]", "250 2.0.0 Ok: queued as 4XyZ12, 550 5.1.1 No such user")]
    [InlineData("[:queued_as]", "4XyZ12")]
    [InlineData("[:ccat] [:ccat|name] [:ccat|major] [:ccat|minor]", "(2,2) MtaRejected 2 2")]
    [InlineData("[:ccat|name|main] [:ccat||main] [:ccat|name|blocking]", "Virus (9,0) MtaRejected")]
    [InlineData("[:ccat|is_blocking][:ccat|is_nonblocking][:ccat|is_blocked_by_nonmain]", "11")]
    [InlineData("[:ccat_maj] [:ccat_min] [:ccat_name]", "2 2 MtaRejected")]
    // The rest
    [InlineData("[:dkim][:dkim|any]", "00")]
    [InlineData("[:dkim|author][:dkim|sender][:dkim|thirdparty][:dkim|envsender][:dkim|identity][:dkim|selector][:dkim|domain][:dkim|sig_sd][:dkim|newsig_sd][:dkim|far.example]", "")]
    [InlineData("[? [:rusage|ru_maxrss] |none|some] [:rusage|ru_what]", "some ")]
    [InlineData("[:report_format][:feedback_type][:attachment_password]", "")]
    [InlineData("%f%C%B", "")]
    [InlineData("%z", "757")]
    public void A_macro_has_its_value(string template, string expected) => Expand(template, Everything).ShouldBe(expected);

    [Fact]
    public void Addresses_of_a_notice_are_known_while_it_is_made()
    {
        var facts = Everything with { Notice = new NoticeAddresses("\"Filter\" <postmaster@x>", ["<a@x>", "<b@x>"], ["<c@x>"], ["<d@x>"]) };
        Expand("%f; %T; %C; %B", facts).ShouldBe("\"Filter\" <postmaster@x>; <a@x>, <b@x>; <c@x>; <d@x>");
    }

    [Fact]
    public void Signatures_are_told_when_they_are_known()
    {
        var facts = Everything with
        {
            Dkim = new DkimMacroFacts
            {
                Valid = 2,
                ByAuthor = true,
                ByEnvelopeSender = true,
                Identities = ["@far.example"],
                Selectors = ["s1"],
                Domains = ["sub.far.example"],
                SelectorsAndDomains = ["s1:sub.far.example"],
                New = ["k:example.com"],
            },
        };
        Expand("[:dkim] [:dkim|author][:dkim|sender][:dkim|envsender] [:dkim|sig_sd] [:dkim|newsig_sd] [:dkim|.far.example]-[:dkim|far.example]-[:dkim|sub.far.example]", facts)
            .ShouldBe("2 11 s1:sub.far.example k:example.com 1--1");
    }

    [Fact]
    public void One_recipient_alone_has_its_own_values()
    {
        var macros = new MessageMacros(Everything);
        var first = macros.For(Everything.Outcomes[0], 1);
        Expand("%. %R %D|%O|%0/%1/%2/%k [:TESTS]", first).ShouldBe("1 u@example.com <u@example.com>||L/Y/Y/0 B_TEST, A_TEST");
        var second = macros.For(Everything.Outcomes[1], 2);
        Expand("%. %D|%O|%0/%1/%2/%k [:ccat|name]", second).ShouldBe("2 |<x@far.test>|0/Y/Y/0 MtaRejected");
    }

    [Fact]
    public void Many_tests_are_cut()
    {
        var settings = Build.Settings with { MacroTestsSanityLimit = 2 };
        var tests = Enumerable.Range(1, 5).Select(i => new TestScore("T" + i, i)).ToList();
        var outcome = Build.Outcome(Build.Decide(Build.Findings(1)));
        var facts = Letters.Facts(Letters.Message(settings: settings), Build.Findings(1), outcome with { Verdict = outcome.Verdict with { Tests = tests } });
        Expand("_TESTS(,)_", facts).ShouldBe("T1,T2,...");
    }

    [Fact]
    public void Scores_that_differ_show_their_range()
    {
        var one = Build.Outcome(Build.Decide(Build.Findings(1.25)));
        var two = Build.Outcome(Build.Decide(Build.Findings(7)));
        Expand("%c", Letters.Facts(Letters.Message(), Build.Findings(1), one, two)).ShouldBe("1.25..7");
        Expand("%c _STARS_ [:tag_level]", Letters.Facts(Letters.Message(), Build.Findings(), Build.Outcome(Build.Decide(Build.Findings())))).ShouldBe("-  2");
    }

    [Fact]
    public void Without_word_of_the_client_the_peer_stands_for_it()
    {
        var message = Letters.Message(client: ClientFacts.Unknown);
        Expand("%a [:client_addr_port] [:client_helo] [:client_protocol] %g[:client_port]", Letters.Facts(message, Build.Findings(1), Build.Outcome(Build.Decide(Build.Findings(1)))))
            .ShouldBe("127.0.0.1 [127.0.0.1] mta.example.net ESMTP ");
    }

    [Fact]
    public void A_sender_that_no_virus_forges_is_the_origin()
    {
        var settings = Build.Settings with { VirusesThatFakeSenderMaps = LookupMaps.Constant("0") };
        var findings = Build.Findings(viruses: ["Joke.Test"]);
        Expand("%o", Letters.Facts(Letters.Message(settings: settings), findings, Build.Outcome(Build.Decide(findings)))).ShouldBe("a@far.example");
    }

    [Fact]
    public void A_null_sender_wants_no_notices()
    {
        var message = Letters.Message(sender: "");
        Expand("%s [:dsn_notify]", Letters.Facts(message, Build.Findings(1), Build.Outcome(Build.Decide(Build.Findings(1))))).ShouldBe("<> NEVER");
    }

    [Fact]
    public void The_report_in_json_has_the_documented_fields()
    {
        using var json = JsonDocument.Parse(Expand("[:report_json]", Everything));
        var root = json.RootElement;
        root.GetProperty("type").GetString().ShouldBe("amavis");
        root.GetProperty("mail_from").GetString().ShouldBe("a@far.example");
        root.GetProperty("rcpt_to").EnumerateArray().Select(r => r.GetString()).ShouldBe(["u@example.com", "x@far.test"]);
        root.GetProperty("subject").GetString().ShouldBe("Grüße one two");
        root.GetProperty("spam_score").GetDouble().ShouldBe(6.1);
        root.GetProperty("tests_spam").EnumerateArray().Select(r => r.GetString()).ShouldBe(["B_TEST"]);
        root.GetProperty("av_scan").GetProperty("clamd").GetArrayLength().ShouldBe(2);
        root.GetProperty("recipients")[1].GetProperty("ccat_blocking").GetString().ShouldBe("MtaRejected");
        root.GetProperty("@timestamp").GetString().ShouldBe("2024-01-31T11:05:01.000Z");
        root.GetProperty("time_iso_week_date").GetString().ShouldBe("2024-W05-3");
        root.EnumerateObject().Select(p => p.Name).ShouldBeInOrder(SortDirection.Ascending, StringComparer.Ordinal);
        Expand("[:report_json|type size]", Everything).ShouldBe("{\"size\":757,\"type\":\"amavis\"}");
        Expand("[:report_json|!type]", Everything).ShouldNotContain("\"type\"");
    }

    private static string Expand(string template, MacroFacts facts) => Expand(template, new MessageMacros(facts));

    private static string Expand(string template, MessageMacros macros) => TemplateExpander.Expand(Template.Parse(template), macros, ExpansionLimits.Notice).Text;

    private static MacroFacts Make()
    {
        var settings = Build.Settings with { FinalVirusDestiny = Destiny.Pass, FinalBannedDestiny = Destiny.Pass, SpamTag2LevelMaps = LookupMaps.Constant(6) };
        TestScore[] tests = [new("B_TEST", 6.6), new("A_TEST", -0.5)];
        var findings = Build.Findings(6.1, ["Test.Sig-1", "Test.Sig-2"], "application/x-dosexec,.exe,run.exe", 2) with
        {
            Banned =
            [
                new BannedFinding("application/x-dosexec,.exe,run.exe", ["a.exe", "b          .exe", "c.exe"], "rule", "no programs", null)
                {
                    PartsAsAttributes = ["N=a.exe"],
                    RuleValue = "1",
                },
            ],
            HeaderDefects = [new HeaderFinding(2, "Non-encoded data"), new HeaderFinding(7, "other fault")],
            Spam = [new SpamFinding(6.1, tests, "line one\nline two", "ham")],
        };
        var message = Letters.Message(settings: settings, recipients: ["u@example.com", "x@far.test"], bank: "MYNETS/ORIG");
        var first = Build.Decide(findings, Build.Policy("u@example.com", settings, 1, DsnNotify.Delay));
        var second = Build.Decide(findings, Build.Policy("x@far.test", settings, 2));
        var refused = new CategoryKey(ContentCategory.MtaFailed, 2);
        const string mta = "smtp:[127.0.0.1]:10025";
        return Letters.Facts(message, findings,
            Build.Outcome(first with { Tests = tests }) with { RemoteMta = mta },
            Build.Outcome(second with { Tests = tests }) with
            {
                Reply = new SmtpReply(550, "5.1.1 No such user"),
                RemoteReply = "550 5.1.1 No such user",
                RemoteMta = mta,
                Destiny = Destiny.Reject,
                Blocking = refused,
                Categories = second.Categories.With(refused),
            }) with
        {
            Copies = [new StoredCopy('F', "K/virus-pQ2mZ8wJ0aBc", false)],
            Virus = new VirusExplanation(["Test.Sig-1", "Test.Sig-2"], [new("clamd", "infected: Test.Sig-1, Test.Sig-2", 1), new("other", "clean", 1)], false),
        };
    }
}
