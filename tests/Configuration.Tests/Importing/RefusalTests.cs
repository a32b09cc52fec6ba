using Amavis.Configuration.Importing;

namespace Amavis.Configuration.Tests.Importing;

public sealed class RefusalTests : ImportFixture
{
    [Theory]
    [InlineData("$log_level = ;", "a value is expected")]
    [InlineData("$log_level = 1 1;", "an operator or \";\" is expected")]
    [InlineData("$log_level = 'a;\n$max_servers = 3;", "no closing '")]
    [InlineData("$logfile = \"a;\n", "no closing \"")]
    [InlineData("$logfile = q(a;\n", "no closing delimiter")]
    [InlineData("$logfile = <<EOD;\na\n", "the line \"EOD\" that ends this text is missing")]
    [InlineData("@inet_acl = (1, 2;", "\",\" or \")\" is expected")]
    [InlineData("@inet_acl = (1, 2", "has no \")\"")]
    [InlineData("$log_level = nonsense;", "no constant")]
    [InlineData("$log_level = $nonsense;", "there is no variable $nonsense")]
    [InlineData("$log_level = \"$nonsense\";", "there is no variable $nonsense")]
    [InlineData("$logfile = \"user@example.org\";", "an address needs \\@")]
    [InlineData("$log_level = $mynetworks;", "did you mean @mynetworks")]
    [InlineData("$logfile = `date`;", "commands are never run: `date`")]
    [InlineData("$logfile = `rm -rf /`;", "commands are never run")]
    [InlineData("chomp($mydomain = `cat /etc/mailname`);", "--read-files")]
    [InlineData("system('rm', '-rf', '/');", "\"system\" is never done")]
    [InlineData("open(F, '</etc/passwd');", "the word \"F\"")]
    [InlineData("eval { 1 };", "is never done")]
    [InlineData("$logfile = <F>;", "reading from files")]
    [InlineData("$logfile =~ s/a/b/;", "changing texts by patterns")]
    [InlineData("$log_level = 3 if $logfile =~ /x/;", "matching is not evaluated")]
    [InlineData("while (1) { $log_level = 3 }", "loops are not evaluated")]
    [InlineData("sub f { return '}' } # }", "subroutines are code")]
    [InlineData("$log_level = f(1);", "the function f is not known")]
    [InlineData("$log_level = Foo->new;", "calls of methods")]
    [InlineData("$log_level = 1 / 0;", "division by zero")]
    [InlineData("$log_level = 5000;", "not between -5 and 5")]
    [InlineData("$log_level = [1];", "a number is wanted")]
    [InlineData("$forward_method = 'frobnicate';", "is not a delivery method")]
    [InlineData("$myhostname = 'short';", "not a fully qualified host name")]
    [InlineData("@mynetworks = qw(10.0.0.0/8 nonsense);", "\"nonsense\" is not an IP address")]
    [InlineData("$final_spam_destiny = 7;", "7 is no destiny")]
    [InlineData("$smtpd_greeting_banner = \"a\\nb\";", "control character")]
    [InlineData("@local_domains_maps = (read_hash('/no/such/file'));", "/no/such/file does not exist; once it can be read, the table is {file: /no/such/file}")]
    [InlineData("include_config_files('/no/such/file');", "/no/such/file does not exist")]
    [InlineData("do '/no/such/file';", "/no/such/file does not exist")]
    [InlineData("$notify_release_templ = read_text('/no/such/file');", "/no/such/file does not exist")]
    [InlineData("read_l10n_templates('de_DE', '/no/such');", "holds no texts of notices")]
    [InlineData("$partition_tag = sub { 1 };", "code can't be taken over")]
    [InlineData("dkim_key('a.example', 's');", "needs a domain, a selector and a file")]
    [InlineData("dkim_key(qr/x/, 's', '/a.pem');", "given by a pattern")]
    [InlineData("dkim_key('a.example', 's', '/a.pem', zz => 1);", "no option \"zz\"")]
    [InlineData("$banned_filename_re = 'x';", "patterns in new_RE")]
    [InlineData("$banned_filename_re = new_RE({});", "a pattern, or [pattern, result]")]
    [InlineData("@local_domains_maps = (qr/x/);", "stands in new_RE")]
    [InlineData("@local_domains_maps = ({ [1] => 2 });", "a reference can't be a key")]
    [InlineData("@local_domains_maps = (sub { 1 });", "code can't be taken over")]
    [InlineData("@spam_kill_level_maps = (['.x.example']);", "") /* an access list gives 1 */]
    [InlineData("@bypass_spam_checks_maps = (q_sql_b(['x', 'y']));", "several database fields")]
    [InlineData("@inet_acl = (q_dns_a('x.example'));", "lists in DNS")]
    [InlineData("5 = 3;", "only variables")]
    public void A_statement_without_a_counterpart_is_refused_with_its_reason(string text, string reason)
    {
        var result = Import(text);
        if (reason.Length == 0)
            result.Refused.ShouldBeEmpty();
        else
            result.Refused[0].What.ShouldContain(reason);
    }

    [Fact]
    public void What_follows_a_refused_statement_is_read()
    {
        var result = Import("$log_level = smtp:[127.0.0.1]:10025\n\n$mydomain = \"example.org\"\"\n\n$max_servers = 3;\n$logfile = ; # why\n$max_requests = 5;\n");
        result.Refused.Select(r => r.Position.Line).ShouldBe([1, 3, 6]);
        Value(result, "max_servers").ShouldBe("3");
        Value(result, "max_requests").ShouldBe("5");
    }

    [Fact]
    public void What_depends_on_a_refused_value_is_refused_too()
    {
        var result = Import("chomp($mydomain = `head -n 1 /etc/mailname`);\n@local_domains_acl = ( \".$mydomain\" );\n$log_level = 1;\n");
        result.Refused.Select(r => r.Position.Line).ShouldBe([1, 2]);
        result.Refused[1].What.ShouldBe("needs $mydomain, which could not be taken over (line 1)");
        Value(result, "log_level").ShouldBe("1");
    }

    [Fact]
    public void A_value_given_for_the_import_stands_for_what_a_command_prints()
    {
        Given["mydomain"] = "example.org";
        var result = Import("chomp($mydomain = `head -n 1 /etc/mailname`);\n@local_domains_acl = ( \".$mydomain\" );\n");
        result.Refused.ShouldBeEmpty();
        Value(result, "local_domains_acl").ShouldBe("[\".example.org\"]");
        Value(Import("$virus_admin = \"v\\@$mydomain\";"), "virus_admin").ShouldBe("\"v@example.org\"");
        Value(Import("$mydomain = 'own.example'; $virus_admin = \"v\\@$mydomain\";"), "virus_admin").ShouldBe("\"v@own.example\"");
    }

    [Fact]
    public void Files_that_a_command_would_print_are_read_when_that_is_allowed()
    {
        ReadsNamedFiles = true;
        var file = Write("mailname", "example.net\nsecond\n");
        Value($"chomp($mydomain = `head -n 1 {file}`);", "mydomain").ShouldBe("\"example.net\"");
        Refusal("$logfile = `cat /no/such/file`;").Reason.ShouldContain("does not exist");
        Refusal($"$logfile = `cat {file}; rm x`;").Reason.ShouldContain("never run");
        Refusal($"$logfile = `head -n 1 {file}|sh`;").Reason.ShouldContain("never run");
        Value("chomp($myhostname = `hostname --fqdn`);", "myhostname").ShouldBe("\"host.example.com\"");
        Value("chomp(my $h = `/bin/uname -n`); $myhostname = $h;", "myhostname").ShouldBe("\"host.example.com\"");
    }

    [Fact]
    public void Nothing_is_run()
    {
        var witness = Path.Combine(Root, "witness");
        Import($"`touch {witness}`; system('touch {witness}'); my $x = qx(touch {witness}); open(my $f, '>{witness}'); exec('touch', '{witness}'); @x = <{witness}*>; unlink('/etc/hostname'); sub {{ `touch {witness}` }}->();");
        File.Exists(witness).ShouldBeFalse();
    }

    [Fact]
    public void Hooks_are_refused_as_one_and_the_rest_of_the_configuration_is_read()
    {
        var result = Import("""
            $log_level = 1;
            package Amavis::Custom;
            sub new { my($c) = @_; bless {}, $c }   # it's
            sub checks { my $x = "}"; if ($x =~ m{^\}}) { print <<"EOD" } }
            }}} it's
            EOD
            $log_level = 5;
            package Amavis::Conf;
            $max_servers = 3;
            """);
        var refused = result.Refused.ShouldHaveSingleItem();
        (refused.Position.Line, refused.What.Contains("Amavis::Custom")).ShouldBe((2, true));
        (Value(result, "log_level"), Value(result, "max_servers")).ShouldBe(("1", "3"));
    }

    [Theory]
    [InlineData("if ($x->{y}) { $log_level = 3; }\n$max_servers = 3;", 1)]
    [InlineData("if (1) { $log_level = ; $log_level = 4; } else { $log_level = 5; }\n$max_servers = 3;", 1)]
    [InlineData("foreach my $x (qw(a b)) { $log_level =~ s/x/{/; }\n$max_servers = 3;", 1)]
    [InlineData("sub x { my $s = '}'; s/}/{/; s{a}{b}; \"}\"; # }\n <<'E'; }\n }} it's\nE\n$max_servers = 3;", 1)]
    public void A_block_is_refused_as_a_whole(string text, int count)
    {
        var result = Import(text);
        result.Refused.Count.ShouldBe(count);
        Value(result, "log_level").ShouldBe("absent");
        Value(result, "max_servers").ShouldBe("3");
    }

    [Fact]
    public void A_block_without_an_end_ends_the_reading()
    {
        var result = Import("$max_servers = 3;\nif (`x`) { $log_level = 3;\n$max_servers = 4;\n");
        result.Refused.ShouldHaveSingleItem().What.ShouldContain("left alone");
        Value(result, "max_servers").ShouldBe("3");
    }

    [Theory]
    [InlineData("use strict; $frobnicate = 1;", true)]
    [InlineData("$frobnicate = 1;", false)]
    [InlineData("use strict; our $frobnicate = 1;", null)]
    public void A_name_that_is_no_variable_is_refused_where_the_original_refuses_it(string text, bool? isRefused)
    {
        var result = Import(text);
        result.Refused.Count.ShouldBe(isRefused == true ? 1 : 0);
        result.Notes.Count(n => n.What.Contains("there is no variable $frobnicate")).ShouldBe(isRefused == false ? 1 : 0);
    }

    [Fact]
    public void Passwords_do_not_get_into_the_report()
    {
        SetEnvironment("DB_PASSWORD", "geheim1");
        var result = Import("""
            @lookup_sql_dsn = (['DBI:mysql:database=mail', 'user', 'geheim2'], ["DBI:mysql:x", "u", "geheim3"]);
            $amavis_auth_pass = 'geheim4' . `x`; $default_ldap = { bind_password => 'geheim5', x => `y` };
            my $p = $ENV{DB_PASSWORD};
            """);
        var report = string.Join("\n", result.Refused.Concat(result.Notes).Select(r => r.Statement + r.What));
        report.ShouldContain("mysql");
        report.ShouldNotContain("geheim");
        result.Yaml.Replace("bind_password: geheim5", "", StringComparison.Ordinal).ShouldNotContain("geheim");
    }

    [Fact]
    public void The_report_says_what_has_no_effect()
    {
        var result = Import("$max_requests = 5; $lock_file = '/x'; $warnvirussender = 1; $snmp_contact = 'x';");
        result.WithoutMeaning.ShouldBe(["lock_file", "max_requests", "warnvirussender"]);
        (result.Statements, result.TakenOver, result.IsComplete).ShouldBe((4, 4, true));
    }

    [Fact]
    public void A_value_set_again_counts_once_with_its_last_value() =>
        Value("$lha = 'lha'; # one\n$lha = undef; # two", "lha").ShouldBe("null");

    [Theory]
    [InlineData("no-such-file", "does not exist")]
    [InlineData("", "holds no files")]
    public void A_path_that_gives_nothing_is_a_fault(string name, string expected)
    {
        ConfigurationImporter.Import([Path.Combine(Root, name)], new ImportOptions("h", _ => null), out var fault).ShouldBeNull();
        fault.ShouldNotBeNull().ShouldContain(expected);
    }

    [Fact]
    public void A_file_that_is_no_text_is_a_fault()
    {
        ConfigurationImporter.Import([Write("x", "$log_level = 1;\0")], new ImportOptions("h", _ => null), out var fault).ShouldBeNull();
        fault.ShouldNotBeNull().ShouldContain("NUL");
    }
}
