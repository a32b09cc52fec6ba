namespace Amavis.Configuration.Tests.Importing;

/// <summary>What occurs in configurations again and again.</summary>
public sealed class ShapeTests : ImportFixture
{
    [Theory]
    [InlineData("@local_domains_maps = ( [\".$mydomain\", '.other.example'] );", "local_domains_maps", "[[\".example.com\",\".other.example\"]]")]
    [InlineData("@local_domains_maps = ([qw(a.example !b.example .)]);", "local_domains_maps", "[[\"a.example\",\"!b.example\",\".\"]]")]
    [InlineData("@local_domains_maps = ['.'];", "local_domains_maps", "[[\".\"]]")]
    [InlineData("@local_domains_acl = ( \".$mydomain\" );", "local_domains_acl", "[\".example.com\"]")]
    [InlineData("$local_domains{lc 'A.Example'} = 1;", "local_domains", "{\"a.example\":true}")]
    [InlineData("@local_domains_maps = (\\%local_domains, ['.x.example']); %local_domains = ('a.example' => 1, 'b.example' => undef);", "local_domains_maps", "[{\"variable\":\"local_domains\"},[\".x.example\"]]")]
    [InlineData("@local_domains_maps = (1);", "local_domains_maps", "[true]")]
    [InlineData("@local_domains_maps = ('example.org');", "local_domains_maps", "[true]")]
    [InlineData("$local_domains_re = new_RE( qr'[@.]example\\.com$'i );", "local_domains_re", "[\"(?i)[@.]example\\\\.com$\"]")]
    [InlineData("@bypass_spam_checks_maps = (1);", "bypass_spam_checks_maps", "[true]")]
    [InlineData("@bypass_virus_checks_maps = (\\%bypass_virus_checks, \\@bypass_virus_checks_acl, \\$bypass_virus_checks_re);", "bypass_virus_checks_maps", "absent")]
    [InlineData("@spam_lovers_maps = ({'a@b.example' => 1, '.' => 0}, \\@spam_lovers_acl); @spam_lovers_acl = qw(.x.example);", "spam_lovers_maps", "[{\"a@b.example\":true,\".\":false},{\"variable\":\"spam_lovers_acl\"}]")]
    [InlineData("@mynetworks = qw( 127.0.0.0/8 [::1]\n  10/8 !192.0.2.1 );", "mynetworks", "[\"127.0.0.0/8\",\"[::1]\",\"10/8\",\"!192.0.2.1\"]")]
    [InlineData("@inet_acl = qw( 127.0.0.1 [::1] );", "inet_acl", "[\"127.0.0.1\",\"[::1]\"]")]
    [InlineData("@inet_acl = @mynetworks; @mynetworks = ();", "inet_acl", "[\"127.0.0.0/8\",\"[::1]\",\"169.254.0.0/16\",\"[fe80::]/10\",\"10.0.0.0/8\",\"172.16.0.0/12\",\"192.168.0.0/16\",\"[fc00::]/7\"]")]
    [InlineData("@mynetworks = ();", "mynetworks", "[]")]
    [InlineData("$inet_socket_port = [10024, 10026];", "inet_socket_port", "[10024,10026]")]
    [InlineData("$inet_socket_bind = undef;", "inet_socket_bind", "null")]
    [InlineData("$inet_socket_bind = '';", "inet_socket_bind", "\"\"")]
    [InlineData("@listen_sockets = (10024, '127.0.0.1:10026', \"$MYHOME/amavisd.sock\");", "listen_sockets", "[10024,\"127.0.0.1:10026\",\"/var/amavis/amavisd.sock\"]")]
    [InlineData("$unix_socket_mode = 0660;", "unix_socket_mode", "\"0660\"")]
    [InlineData("$interface_policy{'10026'} = 'ORIGINATING'; $interface_policy{SOCK} = 'AM.PDP-SOCK';", "interface_policy", "{\"10026\":\"ORIGINATING\",\"SOCK\":\"AM.PDP-SOCK\"}")]
    [InlineData("%interface_policy = ('10026' => 'A', 'SOCK' => undef);", "interface_policy", "{\"10026\":\"A\"}")]
    [InlineData("$forward_method = undef;", "forward_method", "null")]
    [InlineData("$forward_method = ['smtp:[127.0.0.1]:10025', 'smtp:[::1]:10025'];", "forward_method", "[\"smtp:[127.0.0.1]:10025\",\"smtp:[::1]:10025\"]")]
    [InlineData("$forward_method = 'smtp:*:*'; $notify_method = $forward_method;", "notify_method", "\"smtp:*:*\"")]
    [InlineData("@forward_method_maps = ({'.x.example' => 'smtp:[192.0.2.1]:25'}, \\$forward_method);", "forward_method_maps", "[{\".x.example\":\"smtp:[192.0.2.1]:25\"},\"smtp:[127.0.0.1]:10025\"]")]
    [InlineData("$spam_quarantine_to = undef;", "spam_quarantine_to", "null")]
    [InlineData("$sa_tag_level_deflt = undef;", "sa_tag_level_deflt", "null")]
    [InlineData("$sa_tag_level_deflt = -9999;", "sa_tag_level_deflt", "-9999")]
    [InlineData("$sa_kill_level_deflt = 6.31;", "sa_kill_level_deflt", "6.31")]
    [InlineData("$sa_kill_level_deflt = '6.31';", "sa_kill_level_deflt", "6.31")]
    [InlineData("@spam_kill_level_maps = (8);", "spam_kill_level_maps", "[8]")]
    [InlineData("@spam_subject_tag2_maps = ('***SPAM*** _SCORE_ ');", "spam_subject_tag2_maps", "[\"***SPAM*** _SCORE_ \"]")]
    [InlineData("$sa_spam_subject_tag = '***SPAM*** ';", "sa_spam_subject_tag", "\"***SPAM*** \"")]
    [InlineData("$enable_dkim_verification = 1; ", "enable_dkim_verification", "true")]
    [InlineData("$enable_dkim_signing = '';", "enable_dkim_signing", "false")]
    [InlineData("$first_infected_stops_scan = undef;", "first_infected_stops_scan", "null")]
    [InlineData("$final_spam_destiny = D_DISCARD;", "final_spam_destiny", "\"D_DISCARD\"")]
    [InlineData("$final_spam_destiny = -2;", "final_spam_destiny", "\"D_BOUNCE\"")]
    [InlineData("$X_HEADER_TAG = undef; # none", "X_HEADER_TAG", "null")]
    [InlineData("$recipient_delimiter = '+' ; # as in Postfix", "recipient_delimiter", "\"+\"")]
    [InlineData("$child_timeout= 5 * 60;", "child_timeout", "300")]
    [InlineData("$partition_tag = sub { my($m)=@_; iso8601_week($m->rx_time) };", "partition_tag", "\"iso8601_week\"")]
    [InlineData("$sql_partition_tag = 46;", "partition_tag", "46")]
    [InlineData("$defang_virus = 1;", "defang_virus", "1")]
    [InlineData("$smtpd_greeting_banner = '${helo-name} ${protocol} ready';", "smtpd_greeting_banner", "\"${helo-name} ${protocol} ready\"")]
    [InlineData("@smtpd_discard_ehlo_keywords = ('8BITMIME');", "smtpd_discard_ehlo_keywords", "[\"8BITMIME\"]")]
    [InlineData("$log_templ = $log_verbose_templ;", "log_templ", "\"log_verbose_templ\"")]
    [InlineData("@keep_decoded_original_maps = (new_RE( qr'^MAIL$', qr'^(ASCII(?! cpio)|text)'i ));", "keep_decoded_original_maps", "[{\"regexp\":[\"^MAIL$\",\"(?i)^(ASCII(?! cpio)|text)\"]}]")]
    [InlineData("@virus_name_to_spam_score_maps = (new_RE( [ qr'^Phish' => 0.1 ], [ qr'^MBL_' => undef ] ));", "virus_name_to_spam_score_maps", "[{\"regexp\":[[\"^Phish\",0.1],[\"^MBL_\",null]]}]")]
    [InlineData("@viruses_that_fake_sender_maps = (new_RE([qr'\\bEICAR\\b'i => 0], [qr/.*/ => 1]));", "viruses_that_fake_sender_maps", "[{\"regexp\":[[\"(?i)\\\\bEICAR\\\\b\",false],[\".*\",true]]}]")]
    [InlineData("@decoders = (['mail', \\&do_mime_decode], ['gz', \\&Amavis::Unpackers::do_uncompress, \\$gunzip], [[qw(zip kmz)], \\&do_7zip, ['7za', '7z']]); $gunzip = ['gzip -d'];", "decoders", "[[\"mail\",\"do_mime_decode\"],[\"gz\",\"do_uncompress\",[\"gzip -d\"]],[[\"zip\",\"kmz\"],\"do_7zip\",[\"7za\",\"7z\"]]]")]
    [InlineData("$gzip = 'gzip'; $unfreeze = undef; $arc = ['nomarch', 'arc'];", "arc", "[\"nomarch\",\"arc\"]")]
    [InlineData("@decoders = (['gz', \\&do_uncompress, \\$gunzip], ['tnef', \\&do_tnef]);", "decoders", "[[\"gz\",\"do_uncompress\",null],[\"tnef\",\"do_tnef\"]]")]
    [InlineData("@map_full_type_to_short_type_maps = (new_RE([qr'^Foo archive'i => 'foo'], [qr'^Bar' => ['image','bar']]), \\$map_full_type_to_short_type_re);", "map_full_type_to_short_type_maps", "[{\"regexp\":[[\"(?i)^Foo archive\",\"foo\"],[\"^Bar\",[\"image\",\"bar\"]]]}]")]
    [InlineData("$keep_decoded_original_re = new_RE( qr'^MAIL$', [qr'^Zip' => 0] );", "keep_decoded_original_re", "[\"^MAIL$\",[\"^Zip\",false]]")]
    [InlineData("$map_full_type_to_short_type_re = new_RE([qr'^Foo' => 'foo']);", "map_full_type_to_short_type_re", "[[\"^Foo\",\"foo\"]]")]
    [InlineData("$unrar = ['/opt/unrar', 'rar'];", "unrar", "[\"/opt/unrar\",\"rar\"]")]
    [InlineData("$mail_part_digest_algorithm = 'SHA256'; $file = '/usr/bin/file';", "file", "\"/usr/bin/file\"")]
    [InlineData("@dkim_signature_options_bysender_maps = ({ '.' => { ttl => 21*24*3600, c => 'relaxed/simple' } });", "dkim_signature_options_bysender_maps", "[{\".\":{\"ttl\":1814400,\"c\":\"relaxed/simple\"}}]")]
    [InlineData("@author_to_policy_bank_maps = ({ 'friends.example' => 'WHITELIST,NOBANNEDCHECK', '.x.example/@esp.example' => 'WL' });", "author_to_policy_bank_maps", "[{\"friends.example\":\"WHITELIST,NOBANNEDCHECK\",\".x.example/@esp.example\":\"WL\"}]")]
    [InlineData("$sql_clause{'sel_policy'} = 'SELECT *'.' FROM users'\n  .' WHERE email IN (%k)';", "sql_clause", "{\"sel_policy\":\"SELECT * FROM users WHERE email IN (%k)\"}")]
    [InlineData("$sql_select_policy = 'SELECT *'.\n ' WHERE a=?';", "sql_select_policy", "\"SELECT * WHERE a=?\"")]
    [InlineData("$default_ldap = { hostname => [ 'a', 'b' ], port => 389, tls => 0 }; $enable_ldap = 1;", "default_ldap", "{\"hostname\":[\"a\",\"b\"],\"port\":389,\"tls\":0}")]
    [InlineData("@storage_redis_dsn = ( {server=>'127.0.0.1:6379', db_id=>1} );", "storage_redis_dsn", "[{\"server\":\"127.0.0.1:6379\",\"db_id\":1}]")]
    [InlineData("$allowed_added_header_fields{lc('X-Spam-Report')} = 1; $allowed_added_header_fields{lc('Received')} = 0;", "allowed_added_header_fields", "{\"received\":false,\"x-spam-report\":true}")]
    [InlineData("%allowed_added_header_fields = (); $allowed_added_header_fields{'received'} = 1;", "allowed_added_header_fields", "{\"REPLACE\":true,\"received\":true}")]
    [InlineData("delete $allowed_added_header_fields{'received'};", "allowed_added_header_fields", "{\"received\":false}")]
    [InlineData("$allowed_header_tests{$_} = 0 for qw(multiple missing);", "allowed_header_tests", "{\"missing\":false,\"multiple\":false}")]
    [InlineData("$signed_header_fields{'x-a'} = 1;", "signed_header_fields", "{\"x-a\":1}")]
    [InlineData("$notify_virus_sender_templ = '';", "notify_virus_sender_templ", "\"\"")]
    [InlineData("@daemon_groups = 'amavis';", "daemon_groups", "[\"amavis\"]")]
    [InlineData("$sa_spam_modifies_subj = 1; $SYSLOG_LEVEL = 'mail.info';", "SYSLOG_LEVEL", "\"mail.info\"")]
    public void A_common_shape_is_taken_over(string text, string name, string expected) => Value(text, name).ShouldBe(expected);

    [Theory]
    [InlineData("$banned_filename_re = new_RE( qr'\\.exe$'i, [ qr'^\\.(rpm|cpio)$' => 0 ], [ qr'x'i, 'DISCARD' ] );", "banned_filename_re", "[\"(?i)\\\\.exe$\",[\"^\\\\.(rpm|cpio)$\",false],[\"(?i)x\",\"DISCARD\"]]")]
    [InlineData("%banned_rules = ( 'NO-EXE' => new_RE( qr'\\.exe$'i ), 'DEFAULT' => $banned_filename_re, 'ALLOW' => new_RE( [qr'.*' => 0] ) );", "banned_rules", "{\"NO-EXE\":[\"(?i)\\\\.exe$\"],\"DEFAULT\":null,\"ALLOW\":[[\".*\",false]]}")]
    [InlineData("$banned_filename_re = new_RE(qr'a'); %banned_rules = ('DEFAULT' => $banned_filename_re);", "banned_rules", "{\"DEFAULT\":[\"a\"]}")]
    [InlineData("@banned_filename_maps = ( {'a@b.example' => 'ALLOW', '.b.example' => [ new_RE(qr'x') ]}, 'DEFAULT' );", "banned_filename_maps", "[{\"a@b.example\":\"ALLOW\",\".b.example\":[{\"regexp\":[\"x\"]}]},\"DEFAULT\"]")]
    [InlineData("$banned_namepath_re = new_RE(\n  # block\n  [qr'T=(exe|vbs)(,|\\t)'xmi => 'DISCARD'],\n);", "banned_namepath_re", "[[\"(?imx)T=(exe|vbs)(,|\\\\t)\",\"DISCARD\"]]")]
    [InlineData("my @bad = (qr/a/, qr/b/i); $banned_filename_re = new_RE(@bad, qr/c/);", "banned_filename_re", "[\"a\",\"(?i)b\",\"c\"]")]
    [InlineData("my $ext = 'exe|com'; $banned_filename_re = new_RE(qr/\\.($ext)$/i);", "banned_filename_re", "[\"(?i)\\\\.(exe|com)$\"]")]
    [InlineData("my $ext = qr/exe|com/i; $banned_filename_re = new_RE(qr/\\.$ext$/);", "banned_filename_re", "[\"\\\\.(?^i:exe|com)$\"]")]
    [InlineData("$banned_filename_re = new_RE(qr{\\.(exe)$}ix, qr!a/b!, qr(c), qr|d\\|e|);", "banned_filename_re", "[\"(?ix)\\\\.(exe)$\",\"a/b\",\"c\",\"d\\\\|e\"]")]
    [InlineData("$banned_filename_re = new_RE(qr'a@b.example$'i, qr/a\\@b/, qr/[@]x/);", "banned_filename_re", "[\"(?i)a@b.example$\",\"a\\\\@b\",\"[@]x\"]")]
    public void Rules_of_banned_names_are_taken_over(string text, string name, string expected) => Value(text, name).ShouldBe(expected);

    [Fact]
    public void Scores_by_recipient_and_sender_are_taken_over() =>
        Value("""
            @score_sender_maps = ({ # by recipient
              '.' => [ new_RE([qr'^(bulk|offers)@'i => 5.0], [qr'^x@' => -1]), { 'a@b.example' => -3.0, lc('A@C.Example') => -3 } ],
              'user@dom.example' => [ {'.d.example' => 10} ],
            });
            """, "score_sender_maps")
            .ShouldBe("[{\".\":[{\"regexp\":[[\"(?i)^(bulk|offers)@\",5],[\"^x@\",-1]]},{\"a@b.example\":-3,\"a@c.example\":-3}],\"user@dom.example\":[{\".d.example\":10}]}]");

    [Theory]
    [InlineData("@client_ipaddr_policy = map { $_ => 'MYNETS' } @mynetworks_maps;", "absent")]
    [InlineData("@client_ipaddr_policy = ( [qw(0.0.0.0 ::1 192.0.2.0/24)] => 'A, B', \\@mynetworks => 'MYNETS' );", "[[[\"0.0.0.0\",\"::1\",\"192.0.2.0/24\"],\"A, B\"],[\"mynetworks\",\"MYNETS\"]]")]
    [InlineData("my @w = ('192.0.2.1'); unshift @client_ipaddr_policy, (\\@w => 'W');", "[[[\"192.0.2.1\"],\"W\"],[\"mynetworks\",\"MYNETS\"]]")]
    [InlineData("@mynetworks = qw(10/8 [::1]); @client_ipaddr_policy = map { $_ => 'MYNETS' } @mynetworks;", "[[[\"10/8\"],\"MYNETS\"],[[\"[::1]\"],\"MYNETS\"]]")]
    public void Policy_by_client_address_is_taken_over(string text, string expected) => Value(text, "client_ipaddr_policy").ShouldBe(expected);

    [Theory]
    [InlineData("$final_destiny_by_ccat{+CC_BANNED} = D_DISCARD;", "final_destiny_maps_by_ccat", "{\"banned\":\"D_DISCARD\"}")]
    [InlineData("$final_destiny_maps_by_ccat{CC_SPAM()} = [ {'a@b.example' => D_PASS}, D_BOUNCE ];", "final_destiny_maps_by_ccat", "{\"spam\":[{\"a@b.example\":\"D_PASS\"},\"D_BOUNCE\"]}")]
    [InlineData("$defang_by_ccat{CC_BADH.\",3\"} = 1; $defang_by_ccat{\"7,3\"} = 1;", "defang_maps_by_ccat", "{\"bad-header,3\":1,\"unchecked,3\":1}")]
    [InlineData("$quarantine_method_by_ccat{&CC_SPAM} = ['smtp:[192.0.2.1]:25', 'smtp:[192.0.2.2]:25'];", "quarantine_method_by_ccat", "{\"spam\":[\"smtp:[192.0.2.1]:25\",\"smtp:[192.0.2.2]:25\"]}")]
    [InlineData("$subject_tag_maps_by_ccat{+CC_CLEAN} = [ '***ok*** ' ];", "subject_tag_maps_by_ccat", "{\"clean\":[\"***ok*** \"]}")]
    [InlineData("delete $admin_maps_by_ccat{&CC_UNCHECKED};", "admin_maps_by_ccat", "{\"unchecked\":null}")]
    [InlineData("%admin_maps_by_ccat = (CC_VIRUS, ['a@b.example'], CC_SPAM, undef);", "admin_maps_by_ccat", "{\"REPLACE\":true,\"virus\":[\"a@b.example\"],\"spam\":null}")]
    [InlineData("$admin_maps_by_ccat{+CC_BADH} = \\@virus_admin_maps; $virus_admin = 'v@b.example';", "admin_maps_by_ccat", "{\"bad-header\":[\"v@b.example\"]}")]
    [InlineData("$lovers_maps_by_ccat{+CC_SPAM} = sub { ca('virus_lovers_maps') }; @virus_lovers_maps = ({'a@b.example' => 1});", "lovers_maps_by_ccat", "{\"spam\":[{\"a@b.example\":true}]}")]
    [InlineData("$smtp_reason_by_ccat{+CC_BANNED} = 'no %F';", "smtp_reason_by_ccat", "{\"banned\":\"no %F\"}")]
    [InlineData("push @{$addr_extension_maps_by_ccat{+CC_SPAM}}, 'x';", "addr_extension_maps_by_ccat", "absent")]
    public void Maps_by_category_are_taken_over(string text, string name, string expected) => Value(Import(text), name).ShouldBe(expected);

    [Theory]
    [InlineData("$final_destiny_by_ccat{CC_VIRUS} = D_PASS;")]
    [InlineData("%final_destiny_by_ccat = (CC_VIRUS => D_PASS);")]
    public void A_category_in_quotes_is_named_as_the_mistake_it_is(string text)
    {
        Notes(text).ShouldContain(n => n.Contains("\"CC_VIRUS\"") && n.Contains("takes no notice"));
        Value(Import(text), "final_destiny_maps_by_ccat").ShouldNotContain("virus");
    }

    [Fact]
    public void Administrators_by_address_and_for_all_become_tables_of_their_maps() =>
        Value("$virus_admin = 'all@x.example'; %virus_admin = ('a@x.example' => 'b@x.example');", "virus_admin_maps")
            .ShouldBe("[{\"a@x.example\":\"b@x.example\"},\"all@x.example\"]");

    [Fact]
    public void Signing_keys_keep_their_order_and_options() =>
        Value("dkim_key('b.example', 's1', '/b.pem');\ndkim_key('a.example', 's2', '/a.pem', h => 'sha256', t => 's');", "dkim_keys")
            .ShouldBe("[{\"domain\":\"b.example\",\"selector\":\"s1\",\"key\":\"/b.pem\"},{\"domain\":\"a.example\",\"selector\":\"s2\",\"key\":\"/a.pem\",\"h\":\"sha256\",\"t\":\"s\"}]");

    [Fact]
    public void Tables_in_files_stay_in_their_files()
    {
        var hash = Write("local_domains", "a.example\n.b.example 1\n");
        Value($"@local_domains_maps = (read_hash(\"{hash}\"), read_array('{hash}'));", "local_domains_maps").ShouldBe($"[{{\"file\":\"{hash}\"}},{{\"array\":\"{hash}\"}}]");
        Value($"read_hash(\\%whitelist_sender, '{hash}'); @whitelist_sender_maps = (\\%whitelist_sender);", "whitelist_sender_maps").ShouldBe("[{\"variable\":\"whitelist_sender\"}]");
        Value($"%whitelist_sender = %{{read_hash('{hash}')}};", "whitelist_sender").ShouldBe($"{{\"file\":\"{hash}\"}}");
        Value($"@local_domains_acl = @{{read_array('{hash}')}};", "local_domains_acl").ShouldBe($"{{\"array\":\"{hash}\"}}");
        var networks = Write("networks", "10.0.0.0/8\n");
        Value($"@mynetworks = @{{read_array('{networks}')}};", "mynetworks").ShouldBe($"[{{\"array\":\"{networks}\"}}]");
        Value($"@client_ipaddr_policy = (read_cidr('{networks}') => 'A');", "client_ipaddr_policy").ShouldBe($"[[[{{\"cidr\":\"{networks}\"}}],\"A\"]]");
    }

    [Fact]
    public void Texts_in_files_are_put_in() =>
        Value($"$notify_virus_admin_templ = read_text('{Write("t.txt", "From: %f\n\nFound %V\n")}');", "notify_virus_admin_templ").ShouldBe("\"From: %f\\n\\nFound %V\\n\"");

    [Fact]
    public void Fields_of_databases_keep_their_place_among_the_tables() =>
        Value(Import("@spam_kill_level_maps = ({'boss@x.example' => 99}, q_sql_n('spam_kill_level'), q_ldap_n('amavisSpamKillLevel'), 6);"), "spam_kill_level_maps")
            .ShouldBe("""[{"boss@x.example":99},{"q_sql_n":"spam_kill_level"},{"q_ldap_n":"amavisSpamKillLevel"},6]""");
}
