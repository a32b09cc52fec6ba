namespace Amavis.Configuration.Tests.Importing;

public sealed class ExpressionTests : ImportFixture
{
    [Theory]
    [InlineData("'plain'", "plain")]
    [InlineData(@"'it\'s \n \\ x'", @"it's \n \ x")]
    [InlineData("q(a (nested) b)", "a (nested) b")]
    [InlineData("q{a}", "a")]
    [InlineData("q[a [b]]", "a [b]")]
    [InlineData("q<a <b>>", "a <b>")]
    [InlineData("q!it's!", "it's")]
    [InlineData("q#a;b#", "a;b")]
    [InlineData(@"q/a\/b/", "a/b")]
    [InlineData(@"qq{$syslog_ident-\$x}", "amavis-$x")]
    [InlineData(@"qq|a ""b""|", "a \"b\"")]
    [InlineData(@"""a \@ b \$ c \"" d \\ e""", "a @ b $ c \" d \\ e")]
    [InlineData(@"""\x41\x{e9}\101\060""", "Aé" + "A0")]
    [InlineData("\"$syslog_ident\"", "amavis")]
    [InlineData("\"${syslog_ident}s\"", "amaviss")]
    [InlineData("\"$Amavis::Conf::syslog_ident\"", "amavis")]
    [InlineData("\"x@altermime_args_defang\"", "x--verbose --removeall")]
    [InlineData("\"a $ b @ c\"", "a $ b @ c")]
    [InlineData("'a' . \"b\" .'c'", "abc")]
    [InlineData("'a'\n  . 'b'  # why\n  . 'c'", "abc")]
    [InlineData("'-' x 5", "-----")]
    [InlineData("lc('ABC')", "abc")]
    [InlineData("lc 'ABC'", "abc")]
    [InlineData("uc(\"$syslog_ident\")", "AMAVIS")]
    [InlineData("ucfirst('abc') . lcfirst('ABC')", "AbcaBC")]
    [InlineData("join(',', 'a', qw(b c))", "a,b,c")]
    [InlineData("join ':', 'a', 'b'", "a:b")]
    [InlineData("sprintf('%s-%d-%x-%%', 'a', 7.9, 255)", "a-7-ff-%")]
    [InlineData("pack('H*', '414243')", "ABC")]
    [InlineData("chr(65) . ord('A')", "A65")]
    [InlineData("join('|', reverse(qw(a b)))", "b|a")]
    [InlineData("scalar reverse('abc')", "cba")]
    [InlineData("join('|', sort('b', 'a'))", "a|b")]
    [InlineData("join('|', split(/,\\s*/, 'a, b,c'))", "a|b|c")]
    [InlineData("join('|', split(' ', '  a  b '))", "a|b")]
    [InlineData("join('|', map { \"<$_>\" } qw(a b))", "<a>|<b>")]
    [InlineData("join('|', map(lc, qw(A B)))", "a|b")]
    [InlineData("join('|', grep { $_ ne 'b' } qw(a b c))", "a|c")]
    [InlineData("join('|', (1..3))", "1|2|3")]
    [InlineData("join('|', ('a','b','c')[0,2])", "a|c")]
    [InlineData("idn_to_ascii('bücher.example')", "xn--bcher-kva.example")]
    [InlineData("1 ? 'yes' : 'no'", "yes")]
    [InlineData("'' || 'second'", "second")]
    [InlineData("undef // 'second'", "second")]
    [InlineData("$daemon_group // 'second'", "second")]
    [InlineData("defined $daemon_group ? 'a' : 'b'", "b")]
    [InlineData("(1 == 1 && 'a' eq 'a' and not 0) ? 'a' : 'b'", "a")]
    [InlineData("ref([]) . ref({}) . ref(qr/x/)", "ARRAYHASHRegexp")]
    [InlineData("3 . 4", "34")]
    [InlineData("2.0 . ''", "2")]
    [InlineData("__PACKAGE__ => 'x'", "__PACKAGE__")]
    public void A_text_has_its_value(string expression, string expected) => Text(expression).ShouldBe(expected);

    [Theory]
    [InlineData("42", "42")]
    [InlineData("1_000", "1000")]
    [InlineData("1.5", "1.5")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("0x1f", "31")]
    [InlineData("0b101", "5")]
    [InlineData("0750", "488")]
    [InlineData("-3.0", "-3")]
    [InlineData("+2", "2")]
    [InlineData("512*1024", "524288")]
    [InlineData("3*60*60", "10800")]
    [InlineData("( 32*1024 ) - 50", "32718")]
    [InlineData("10/4", "2.5")]
    [InlineData("-7 % 3", "2")]
    [InlineData("2 + 3 * 4", "14")]
    [InlineData("1 << 10", "1024")]
    [InlineData("0x10 | 0x01", "17")]
    [InlineData("int(7.9)", "7")]
    [InlineData("length('abc')", "3")]
    [InlineData("hex('ff') + oct('17')", "270")]
    [InlineData("'12abc'", "12")]
    [InlineData("D_REJECT", "-3")]
    [InlineData("+CC_VIRUS", "9")]
    [InlineData("&CC_SPAM + CC_CLEAN()", "7")]
    [InlineData("scalar(@altermime_args_defang)", "2")]
    public void A_number_has_its_value(string expression, string expected) => Number(expression).ShouldBe(expected);

    [Theory]
    [InlineData("<<'EOD';\na $x\\n\n  b\nEOD\n", "a $x\\n\n  b\n")]
    [InlineData("<<\"EOD\";\n$syslog_ident\nEOD\n", "amavis\n")]
    [InlineData("<<EOD;\n$syslog_ident\nEOD\n", "amavis\n")]
    [InlineData("<<~EOD;\n    a\n      b\n    EOD\n", "a\n  b\n")]
    [InlineData("<<'A' . <<'B';\na\nA\nb\nB\n", "a\nb\n")]
    [InlineData("lc(<<'A');\nABC\nA\n", "abc\n")]
    [InlineData("<<'A'  # why\nABC\nA\n;\n", "ABC\n")]
    public void A_here_document_has_its_lines(string source, string expected) =>
        System.Text.Json.Nodes.JsonNode.Parse(Value("$notify_release_templ = " + source, "notify_release_templ"))!.GetValue<string>().ShouldBe(expected);

    [Fact]
    public void Statements_after_a_here_document_are_read()
    {
        var result = Import("$notify_release_templ = <<'EOD';\n$log_level = 1; # no comment\nEOD\n$log_level = 2;\n");
        Value(result, "log_level").ShouldBe("2");
        result.Statements.ShouldBe(2);
    }

    [Theory]
    [InlineData("$log_level = 5 unless 1; $log_level = 3 if 1;", "log_level", "3")]
    [InlineData("$max_servers += 2; $max_servers .= '1';", "max_servers", "41")]
    [InlineData("$log_level ||= 4;", "log_level", "4")]
    [InlineData("$max_servers ||= 4;", "max_servers", "2")]
    [InlineData("$myauthservid //= 'a.example';", "myauthservid", "\"a.example\"")]
    [InlineData("$max_servers = $max_requests = 7;", "max_servers", "7")]
    [InlineData("($max_servers, $max_requests) = (3, 5);", "max_requests", "5")]
    [InlineData("($max_servers) = (3, 5);", "max_servers", "3")]
    [InlineData("my($a, @b) = (1, 2, 3); $max_servers = $b[1] + $a;", "max_servers", "4")]
    [InlineData("our $n = 4; $max_servers = $n;", "max_servers", "4")]
    [InlineData("use vars qw($n @l); $n = 4; $max_servers = $n;", "max_servers", "4")]
    [InlineData("my %h = (a => { b => [1, 6] }); $max_servers = $h{a}{b}[1];", "max_servers", "6")]
    [InlineData("my $r = { 'a-b' => [1, 6] }; $max_servers = $r->{'a-b'}->[-1];", "max_servers", "6")]
    [InlineData("my $r = [1, 6]; $max_servers = $$r[1]; $max_servers += @$r;", "max_servers", "8")]
    [InlineData("my %h = (a => 1, a => 5); $max_servers = $h{a};", "max_servers", "5")]
    [InlineData("my @l = (4, 5); $max_servers = @l;", "max_servers", "2")]
    [InlineData("$max_servers = (4, 5);", "max_servers", "5")]
    [InlineData("my @l = map { $_ * 2 } (1, 2); push @l, 7; unshift @l, 9; $max_servers = $l[0] + $l[-1] + $l[2];", "max_servers", "20")]
    [InlineData("my $n = 2; for my $i (1, 2, 3) { $n *= $i } $max_servers = $n;", "max_servers", "12")]
    [InlineData("$max_servers = $_ for (3, 4);", "max_servers", "4")]
    [InlineData("if (0) { $max_servers = 3 } elsif (1) { $max_servers = 4 } else { $max_servers = 5 }", "max_servers", "4")]
    [InlineData("unless (1) { $max_servers = 3 } else { $max_servers = 5 }", "max_servers", "5")]
    [InlineData("{ $max_servers = 3; }", "max_servers", "3")]
    [InlineData("BEGIN { $max_servers = 3; }", "max_servers", "3")]
    [InlineData("$Amavis::Conf::max_servers = 3;", "max_servers", "3")]
    [InlineData("$DO_SYSLOG = 1;", "do_syslog", "true")]
    [InlineData("$LOGFILE = '/a';", "logfile", "\"/a\"")]
    [InlineData("@inet_acl = qw( 127.0.0.1 ); undef @inet_acl; push(@inet_acl, '::1');", "inet_acl", "[\"::1\"]")]
    [InlineData("@inet_acl = '127.0.0.1';", "inet_acl", "[\"127.0.0.1\"]")]
    [InlineData("@inet_acl = (qw(127.0.0.1), ('::1', ()),);", "inet_acl", "[\"127.0.0.1\",\"::1\"]")]
    [InlineData("undef $forward_method;", "forward_method", "null")]
    [InlineData("$x_unused{1}; $max_servers = 3;", "max_servers", "3")]
    [InlineData("key => [1, 2],\nother => 3,\n$max_servers = 3;", "max_servers", "3")]
    [InlineData("=pod\n\n$max_servers = 9;\n\n=cut\n$max_servers = 3;", "max_servers", "3")]
    [InlineData("$max_servers = 3;\n1;\n__END__\n$max_servers = 9;", "max_servers", "3")]
    [InlineData("$max_servers = 3;\n__DATA__\n$max_servers = 9;", "max_servers", "3")]
    [InlineData(";;$max_servers = 3", "max_servers", "3")]
    [InlineData("$max_servers\n  =\n  3\n  ;", "max_servers", "3")]
    public void A_statement_does_what_it_says(string text, string name, string expected)
    {
        var result = Import(text);
        result.Refused.Where(r => !r.What.Contains("x_unused")).ShouldBeEmpty();
        Value(result, name).ShouldBe(expected);
    }

    [Fact]
    public void The_environment_is_that_of_the_import()
    {
        SetEnvironment("MAILNAME", "mx.example.org");
        var result = Import("$myhostname = $ENV{MAILNAME}; $ENV{X} = 'y'; $logfile = \"/$ENV{X}$ENV{NONE}\"; delete $ENV{X};");
        Value(result, "myhostname").ShouldBe("\"mx.example.org\"");
        Value(result, "logfile").ShouldBe("\"/y\"");
        result.Notes.ShouldContain(n => n.What.Contains("${MAILNAME}"));
        result.Notes.ShouldContain(n => n.What.Contains("NONE is not set"));
    }

    [Fact]
    public void Links_show_what_is_assigned_later() =>
        Value("@spam_kill_level_maps = ({'.example.net' => 3}, \\$sa_kill_level_deflt); $sa_kill_level_deflt = 6;", "spam_kill_level_maps")
            .ShouldBe("[{\".example.net\":3},{\"variable\":\"sa_kill_level_deflt\"}]");

    [Fact]
    public void Links_to_variables_that_banks_may_change_are_taken_as_they_are_at_the_end() =>
        Value("@forward_method_maps = (\\$resend_method, \\$forward_method, 'smtp:[192.0.2.1]:25'); $forward_method = 'smtp:[192.0.2.2]:25';", "forward_method_maps")
            .ShouldBe("[\"smtp:[192.0.2.2]:25\",\"smtp:[192.0.2.1]:25\"]");
}
