namespace Amavis.Configuration.Tests;

public sealed class MistakeTests : ConfigurationFixture
{
    [Theory]
    [InlineData("max_servrs: 8", "amavis.yaml:1:1: max_servrs: unknown key; did you mean \"max_servers\"?")]
    [InlineData("\n\nmaxlevels: 8", "amavis.yaml:3:1: maxlevels: unknown key; did you mean \"MAXLEVELS\"?")]
    [InlineData("$max_servers: 8", "amavis.yaml:1:1: $max_servers: unknown key; names stand without their sigil: \"max_servers\"")]
    [InlineData("zzqqxxyy: 8", "amavis.yaml:1:1: zzqqxxyy: unknown key")]
    [InlineData("max_servers: 8\nmax_servers: 9", "amavis.yaml:2:1: max_servers: given twice; the first is at line 1")]
    [InlineData("logfile: /a\nLOGFILE: /b", "amavis.yaml:2:1: LOGFILE: another name of logfile, which is given at line 1")]
    [InlineData("max_servers: eight", "amavis.yaml:1:14: max_servers: expects a whole number, got \"eight\"")]
    [InlineData("max_servers: 600*1024", "amavis.yaml:1:14: max_servers: expects a whole number, got \"600*1024\"")]
    [InlineData("max_servers: 0", "amavis.yaml:1:14: max_servers: 0 is not between 1 and 10000")]
    [InlineData("max_servers: [8]", "amavis.yaml:1:14: max_servers: expects a whole number, got a list")]
    [InlineData("max_servers:", "amavis.yaml:1:13: max_servers: expects a whole number, got nothing")]
    [InlineData("child_timeout: -3", "amavis.yaml:1:16: child_timeout: -3 is not between 1 and 2147483")]
    [InlineData("MIN_EXPANSION_QUOTA: -1", "amavis.yaml:1:22: MIN_EXPANSION_QUOTA: -1 is less than 0")]
    [InlineData("MAX_EXPANSION_FACTOR: much", "amavis.yaml:1:23: MAX_EXPANSION_FACTOR: expects a number, got \"much\"")]
    [InlineData("originating: perhaps", "amavis.yaml:1:14: originating: expects true or false, got \"perhaps\"")]
    [InlineData("mydomain: {a: b}", "amavis.yaml:1:11: mydomain: expects a text, got a map")]
    [InlineData("mydomain: \"a\\nb\"", "amavis.yaml:1:11: mydomain: holds a control character or line end")]
    [InlineData("MYHOME: \"\"", "amavis.yaml:1:9: MYHOME: must not be empty")]
    [InlineData("myhostname: mx1", "amavis.yaml:1:13: myhostname: \"mx1\" is not a fully qualified host name; it has to hold a dot, or to be localhost")]
    [InlineData("mail_id_size_bits: 80", "amavis.yaml:1:20: mail_id_size_bits: 80 is not a multiple of 24")]
    [InlineData("syslog_facility: post", "amavis.yaml:1:18: syslog_facility: expects a syslog facility such as mail or local3, got \"post\"")]
    [InlineData("unix_socket_mode: 0980", "amavis.yaml:1:19: unix_socket_mode: expects permissions in octal such as 0660, got \"0980\"")]
    [InlineData("forward_method: smtp.example.com", "amavis.yaml:1:17: forward_method: \"smtp.example.com\" is not a delivery method (smtp:[host]:port, lmtp:, pipe:, bsmtp:, local: or sql:)")]
    [InlineData("forward_method: [\"smtp:[::1]:25\", \"sql:\"]", "amavis.yaml:1:35: forward_method: \"sql:\": only smtp: and lmtp: can stand in a list")]
    [InlineData("notify_method: \"pipe:flags=q\"", "amavis.yaml:1:16: notify_method: \"pipe:flags=q\": pipe: needs argv=")]
    [InlineData("virus_quarantine_method: \"local:\"", "amavis.yaml:1:26: virus_quarantine_method: \"local:\" names no file")]
    [InlineData("final_virus_destiny: D_DROP", "amavis.yaml:1:22: final_virus_destiny: expects D_PASS, D_DISCARD, D_BOUNCE, D_REJECT or D_TEMPFAIL, got \"D_DROP\"")]
    [InlineData("inet_acl: [127.0.0.1, 10.0.0.300]", "amavis.yaml:1:23: inet_acl: \"10.0.0.300\" is not an IP address or network")]
    [InlineData("mynetworks: [10.0.0.0/33]", "amavis.yaml:1:14: mynetworks: \"10.0.0.0/33\": not a network mask")]
    [InlineData("listen_sockets: [10024, nowhere]", "amavis.yaml:1:25: listen_sockets: \"nowhere\" is not a socket (port, host:port, [v6]:port, *:port or /path)")]
    [InlineData("inet_socket_bind: example", "amavis.yaml:1:19: inet_socket_bind: expects an IP address, got \"example\"")]
    [InlineData("agentx_socket: master", "amavis.yaml:1:16: agentx_socket: expects a path such as /var/agentx/master, or tcp:host:port, got \"master\"")]
    [InlineData("agentx_socket: tcp:localhost:x", "amavis.yaml:1:16: agentx_socket: expects a path such as /var/agentx/master, or tcp:host:port, got \"tcp:localhost:x\"")]
    [InlineData("metrics_listen: 9464", "amavis.yaml:1:17: metrics_listen: expects address:port, got \"9464\"")]
    [InlineData("interface_policy: {smtp: A}", "amavis.yaml:1:20: interface_policy.smtp: \"smtp\" is not a port, address:port, SOCK or socket path")]
    [InlineData("protocol: UUCP", "amavis.yaml:1:11: protocol: expects SMTP, LMTP, AM.PDP or MILTER, got \"UUCP\"")]
    [InlineData("client_ipaddr_policy: [[10.0.0.0/8]]", "amavis.yaml:1:24: client_ipaddr_policy: expects a pair [networks, policy banks], got a list")]
    [InlineData("smtpd_bare_line_ends: keep", "amavis.yaml:1:23: smtpd_bare_line_ends: expects normalize or reject, got \"keep\"")]
    [InlineData("allowed_header_tests: {lenght: true}", "amavis.yaml:1:24: allowed_header_tests: \"lenght\" is not known here; did you mean \"long\"?")]
    public void One_mistake_is_named_with_its_place(string yaml, string expected) => Mistake(yaml).ShouldBe(expected);

    [Theory]
    [InlineData("local_domains_maps: [example.com]", "amavis.yaml:1:22: local_domains_maps: \"example.com\" alone is a constant and would match every address; an access list stands in a list of its own: [[example.com]]")]
    [InlineData("local_domains_maps: [{example.com: maybe}]", "amavis.yaml:1:36: local_domains_maps: expects true or false, got \"maybe\"")]
    [InlineData("spam_kill_level_maps: [{a@b: high}]", "amavis.yaml:1:30: spam_kill_level_maps: expects a number, got \"high\"")]
    [InlineData("spam_kill_level_maps: [{file: nowhere}]", "amavis.yaml:1:31: spam_kill_level_maps: {root}/nowhere does not exist")]
    [InlineData("virus_quarantine_to_maps: [[a@b]]", "amavis.yaml:1:28: virus_quarantine_to_maps: an access list answers yes or no, but a text is wanted")]
    [InlineData("spam_lovers_maps: [[{a: b}]]", "amavis.yaml:1:21: spam_lovers_maps: expects an address or domain of an access list, got a map")]
    [InlineData("spam_lovers_maps: [{regexp: [\"(\"]}]", "amavis.yaml:1:30: spam_lovers_maps: pattern \"(\": Not enough )'s")]
    [InlineData("spam_lovers_maps: [{regexp: [[a, b, c]]}]", "amavis.yaml:1:30: spam_lovers_maps: expects a pattern or [pattern, result], got a list")]
    [InlineData("score_sender_maps: [{\".\": 5}]", "amavis.yaml:1:27: score_sender_maps: expects a list of tables by sender, got \"5\"")]
    [InlineData("sa_kill_level_deflt: high", "amavis.yaml:1:22: sa_kill_level_deflt: expects a number, got \"high\"")]
    [InlineData("local_domains: [example.com]", "amavis.yaml:1:16: local_domains: expects a map, got a list")]
    [InlineData("banned_filename_re: [\"(?{ 1 })\"]", "amavis.yaml:1:22: banned_filename_re: pattern \"(?{ 1 })\": code in patterns is not supported")]
    [InlineData("banned_rules: {A B: [exe]}", "amavis.yaml:1:16: banned_rules.A B: a name of rules can't hold blanks or commas")]
    [InlineData("final_destiny_maps_by_ccat: {virsu: D_PASS}", "amavis.yaml:1:30: final_destiny_maps_by_ccat: \"virsu\" is not a content category; did you mean \"virus\"?")]
    [InlineData("final_destiny_maps_by_ccat: {spam: D_GONE}", "amavis.yaml:1:36: final_destiny_maps_by_ccat.spam: expects D_PASS, D_DISCARD, D_BOUNCE, D_REJECT or D_TEMPFAIL, got \"D_GONE\"")]
    [InlineData("smtp_reason_by_ccat: {\"6\": a, spam: b}", "amavis.yaml:1:31: smtp_reason_by_ccat: category \"spam\" is given twice")]
    public void A_mistake_inside_a_table_has_the_place_of_the_value(string yaml, string expected) =>
        Mistake(yaml).ShouldBe(expected.Replace("{root}", Root, StringComparison.Ordinal).Replace(Root + "/", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("av_scanners: [{name: A}]", "amavis.yaml:1:15: av_scanners: expects either protocol and address, or command")]
    [InlineData("av_scanners: [{name: A, protocol: clamd}]", "amavis.yaml:1:15: av_scanners: address is missing")]
    [InlineData("av_scanners: [{name: A, protocol: clmad, address: /s}]", "amavis.yaml:1:35: av_scanners.protocol: expects clamd, sssp, savapi, simple, sophie, trophie, drwebd, smtp or lmtp, got \"clmad\"")]
    [InlineData("av_scanners: [{name: A, protocol: clamd, adress: /s, address: /s}]", "amavis.yaml:1:42: av_scanners.adress: unknown key; did you mean \"address\"?")]
    [InlineData("av_scanners: [{name: A, command: c, virus_name: \"(\"}]", "amavis.yaml:1:49: av_scanners.virus_name: pattern \"(\": Not enough )'s")]
    [InlineData("av_scanners: [{name: A, command: c, clean: [zero]}]", "amavis.yaml:1:45: av_scanners.clean: expects a whole number, got \"zero\"")]
    [InlineData("spam_scanners: [{name: S, protocol: spamd, address: nowhere}]", "amavis.yaml:1:53: spam_scanners.address: expects an address such as unix:/run/clamav/clamd.ctl or 127.0.0.1:3310, got \"nowhere\"")]
    [InlineData("storage_sql_dsn: [\"mysql:Password=geheim\"]", "amavis.yaml:1:19: storage_sql_dsn: expects a data source such as \"postgres:Host=/run/postgresql;Database=amavis;Username=amavis\" or \"sqlite:/var/lib/amavis/amavis.db\"")]
    [InlineData("lookup_sql_dsn: \"postgres:geheim\"", "amavis.yaml:1:17: lookup_sql_dsn: the connection string is not a list of Name=value parted by semicolons")]
    [InlineData("dkim_keys: [{domain: d, selector: s}]", "amavis.yaml:1:13: dkim_keys: key is missing")]
    [InlineData("dkim_keys: [{domain: d, selector: s, key: k}, {domain: D, selector: s, key: k}]", "amavis.yaml:1:47: dkim_keys: a second key for selector s of d")]
    [InlineData("web: {listen: nowhere}", "amavis.yaml:1:15: web.listen: expects an address such as http://127.0.0.1:8080, got \"nowhere\"")]
    [InlineData("web: {listn: x}", "amavis.yaml:1:7: web.listn: unknown key; did you mean \"listen\"?")]
    public void A_mistake_inside_a_section_names_the_inner_key(string yaml, string expected) => Mistake(yaml).ShouldBe(expected);

    [Theory]
    [InlineData("policy_bank: {A: {max_servers: 3}}", "amavis.yaml:1:19: policy_bank.A.max_servers: holds for the whole process and can't stand in a policy bank")]
    [InlineData("policy_bank: {A: {sa_kill_level_deflt: 3}}", "amavis.yaml:1:19: policy_bank.A.sa_kill_level_deflt: can't stand in a policy bank; use spam_kill_level_maps there")]
    [InlineData("policy_bank: {A: {originatin: true}}", "amavis.yaml:1:19: policy_bank.A.originatin: unknown key; did you mean \"originating\"?")]
    [InlineData("policy_bank: {A: {originating: 7}}", "amavis.yaml:1:32: policy_bank.A.originating: expects true or false, got \"7\"")]
    [InlineData("policy_bank: {A: {ACTION: x}}", "amavis.yaml:1:19: policy_bank.A.ACTION: code in a policy bank is not supported")]
    [InlineData("policy_bank: {A: {}, A: {}}", "amavis.yaml:1:22: policy_bank.A: given twice; the first is at line 1")]
    [InlineData("policy_bank: {A: {originating: 1, originating: 0}}", "amavis.yaml:1:35: policy_bank.A.originating: given twice; the first is at line 1")]
    [InlineData("policy_bank: {A: 5}", "amavis.yaml:1:18: policy_bank.A: expects a map of settings, got \"5\"")]
    [InlineData("policy_bank: {A: {inet_acl: [x]}}", "amavis.yaml:1:30: policy_bank.A.inet_acl: \"x\" is not an IP address or network")]
    public void A_mistake_in_a_policy_bank_is_found_when_the_file_is_read(string yaml, string expected) => Mistake(yaml).ShouldBe(expected);

    [Theory]
    [InlineData("a: [1", "amavis.yaml:2:1: yaml: While parsing a flow sequence")]
    [InlineData("max_servers: 8\n bad: 9", "amavis.yaml:2:")]
    [InlineData("- a", "amavis.yaml:1:1: yaml: the file is not a map of variable names to values")]
    [InlineData("max_servers: *none", "amavis.yaml:1:14: yaml: *none refers to no anchor above it")]
    [InlineData("policy_bank: {A: {<<: {}}}", "amavis.yaml:1:19: policy_bank.A.<<: merge keys are not supported")]
    [InlineData("max_servers: 8\n---\nmax_servers: 9", "amavis.yaml:2:1: yaml: a second document; only one is read")]
    public void A_file_that_is_not_the_yaml_wanted_is_refused(string yaml, string expected) => Mistake(yaml).ShouldStartWith(expected);

    [Fact]
    public void All_mistakes_are_found_at_once_in_the_order_of_the_lines()
    {
        Mistakes("spam_kill_level_maps: [{a@b: x}]\nmax_servers: many\nnonsense_here: 1\npolicy_bank: {A: {MAXFILES: 3, protocol: X}}\n")
            .Select(m => m.Split(' ')[0]).ShouldBe(["amavis.yaml:1:30:", "amavis.yaml:2:14:", "amavis.yaml:3:1:", "amavis.yaml:4:19:", "amavis.yaml:4:42:"]);
    }

    [Fact]
    public void A_value_that_nothing_is_done_with_is_checked_all_the_same()
    {
        Mistakes("penpals_bonus_score: lots\nmax_requests: none\nvirus_admin_maps: [{regexp: [\"[\"]}]\nadmin_maps_by_ccat: {vrus: null}\n").Length.ShouldBe(4);
    }

    [Fact]
    public void A_missing_file_is_a_mistake_of_that_file()
    {
        var result = ConfigurationLoader.Load(Path.Combine(Root, "none.yaml"), ConfigurationEnvironment.OfProcess);
        result.Settings.ShouldBeNull();
        result.Mistakes.ShouldHaveSingleItem().ToString().ShouldBe($"{Root}/none.yaml:1:1: file: {Root}/none.yaml does not exist");
    }

    [Fact]
    public void A_mistake_in_a_hash_file_has_the_place_in_that_file()
    {
        Write("levels", "# levels\na@example.com 5\nb@example.com high\n");
        Mistake("spam_kill_level_maps: [{file: levels}]").ShouldBe("levels:3:1: spam_kill_level_maps: expects a number, got \"high\"");
    }

    [Fact]
    public void A_file_that_is_not_utf8_is_refused()
    {
        File.WriteAllBytes(MainFile, [0x61, 0x3a, 0x20, 0xff]);
        ConfigurationLoader.Load(MainFile, ConfigurationEnvironment.OfProcess).Mistakes.ShouldHaveSingleItem().What.ShouldEndWith("is not UTF-8 text");
    }
}
