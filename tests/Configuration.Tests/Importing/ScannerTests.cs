namespace Amavis.Configuration.Tests.Importing;

public sealed class ScannerTests : ImportFixture
{
    private string Scanners(string entries) => Value($"@av_scanners = ({entries});", "av_scanners");

    [Theory]
    [InlineData(@"['ClamAV-clamd', \&ask_daemon, [""CONTSCAN {}\n"", '/run/clamav/clamd.ctl'], qr/\bOK$/m, qr/\bFOUND$/m, qr/^.*?: (?!Infected Archive)(.*) FOUND$/m ]",
        "[{\"name\":\"ClamAV-clamd\",\"protocol\":\"clamd\",\"address\":\"unix:/run/clamav/clamd.ctl\"}]")]
    [InlineData(@"['clamd', \&ask_daemon, [""CONTSCAN {}\n"", '127.0.0.1:3310'], qr/OK$/, qr/FOUND$/, qr/(.*) FOUND$/ ]",
        "[{\"name\":\"clamd\",\"protocol\":\"clamd\",\"address\":\"127.0.0.1:3310\"}]")]
    [InlineData(@"['ClamAV-clamd-stream', \&ask_daemon, [""*"", 'clamd:/run/clamd.sock'], qr/\bOK$/m, qr/\bFOUND$/m, qr/(.*) FOUND$/m ]",
        "[{\"name\":\"ClamAV-clamd-stream\",\"protocol\":\"clamd\",\"address\":\"unix:/run/clamd.sock\"}]")]
    [InlineData(@"['ClamAV-clamd', \&Amavis::AV::ask_clamav, [""SCAN {}\n"", ['/run/a.sock', '[::1]:3310']], qr/OK/, qr/FOUND/, qr/x/ ]",
        "[{\"name\":\"ClamAV-clamd\",\"protocol\":\"clamd\",\"address\":[\"unix:/run/a.sock\",\"[::1]:3310\"]}]")]
    [InlineData(@"['Sophos-SSSP', \&ask_daemon, [""{}"", 'sssp:/run/savdi/sssp.sock'], qr/^DONE OK\b/m, qr/^VIRUS\b/m, qr/^VIRUS\s*(\S*)/m ]",
        "[{\"name\":\"Sophos-SSSP\",\"protocol\":\"sssp\",\"address\":\"unix:/run/savdi/sssp.sock\",\"clean\":\"^DONE OK\\\\b\",\"infected\":\"^VIRUS\\\\b\",\"virus_name\":\"^VIRUS\\\\s*(\\\\S*)\"}]")]
    [InlineData(@"['Avira SAVAPI', \&ask_daemon, [""*"", 'savapi:/var/tmp/.savapi3', 'product-id'], qr/^(200|210)/m, qr/^(310|420|319)/m, qr/^(?:310|420)(.+)/m ]",
        "[{\"name\":\"Avira SAVAPI\",\"protocol\":\"savapi\",\"address\":\"unix:/var/tmp/.savapi3\",\"argument\":\"product-id\",\"clean\":\"^(200|210)\",\"infected\":\"^(310|420|319)\",\"virus_name\":\"^(?:310|420)(.+)\"}]")]
    [InlineData(@"['Sophie', \&ask_daemon, [""{}/\n"", '/var/run/sophie'], qr/(?x)^ 0+ ( : | [\000\r\n]* $)/m, qr/(?x)^ 1/m, qr/(?x)^ \d+ : (.*?) $/m ]",
        "[{\"name\":\"Sophie\",\"protocol\":\"sophie\",\"address\":\"unix:/var/run/sophie\",\"query\":\"{}/\\n\",\"clean\":\"(?x)^ 0+ ( : | [\\\\000\\\\r\\\\n]* $)\",\"infected\":\"(?x)^ 1\",\"virus_name\":\"(?x)^ \\\\d+ : (.*?) $\"}]")]
    [InlineData(@"['av_smtp', \&ask_av_smtp, ['{}', 'smtp:[127.0.0.1]:5525', 'dummy@localhost'], qr/^2/, qr/^5/, qr/^\s*(.*?)\s*$/m ]",
        "[{\"name\":\"av_smtp\",\"protocol\":\"smtp\",\"address\":\"[127.0.0.1]:5525\",\"argument\":\"dummy@localhost\",\"clean\":\"^2\",\"infected\":\"^5\",\"virus_name\":\"^\\\\s*(.*?)\\\\s*$\"}]")]
    [InlineData(@"['MyAV', \&ask_daemon, [""SCAN {}/*\n"", '127.0.0.1:3399'], qr/clean$/m, qr/infected$/mi, qr/name=(\S+)/m]",
        "[{\"name\":\"MyAV\",\"protocol\":\"simple\",\"address\":\"127.0.0.1:3399\",\"query\":\"SCAN {}/*\\n\",\"clean\":\"clean$\",\"infected\":\"(?i)infected$\",\"virus_name\":\"name=(\\\\S+)\"}]")]
    [InlineData(@"['ClamAV-clamscan', 'clamscan', ""--stdout --tempdir=$TEMPBASE {}"", [0], qr/:.*\sFOUND$/m, qr/^.*?: (.*) FOUND$/m ]",
        "[{\"name\":\"ClamAV-clamscan\",\"command\":\"clamscan\",\"arguments\":[\"--stdout\",\"--tempdir=\",\"{}\"],\"clean\":[0],\"infected\":\":.*\\\\sFOUND$\",\"virus_name\":\"^.*?: (.*) FOUND$\"}]")]
    [InlineData(@"['AVP', ['/opt/AVP/kav','kav'], '-* {}', [0,8], [3,4+1,0x10,7..9], qr/infected: (.+)/]",
        "[{\"name\":\"AVP\",\"command\":[\"/opt/AVP/kav\",\"kav\"],\"arguments\":[\"-*\",\"{}\"],\"clean\":[0,8],\"infected\":[3,5,16,7,8,9],\"virus_name\":\"infected: (.+)\"}]")]
    [InlineData(@"['avp', ['avp'], '{}', undef, undef, qr/x/, sub {chdir('/opt/AVP') or die ""no: $!""}, sub {chdir($TEMPBASE) or die ""no: $!""}]",
        "[{\"name\":\"avp\",\"command\":\"avp\",\"arguments\":[\"{}\"],\"virus_name\":\"x\",\"directory\":\"/opt/AVP\"}]")]
    public void A_virus_scanner_is_taken_over(string entry, string expected) => Scanners(entry).ShouldBe(expected);

    [Theory]
    [InlineData(@"['always-clean', sub {0}]", "is code")]
    [InlineData(@"['Sophos SAVI', \&sophos_savi ]", "asked by sophos_savi")]
    [InlineData(@"['Mail::ClamAV', \&ask_daemon, ['{}','clamav-perl:'], [0], [1], qr/^INFECTED: (.+)/m]", "library of Perl")]
    [InlineData(@"['x']", "a virus scanner is")]
    [InlineData(@"['x', \&ask_daemon]", "needs [query, socket]")]
    [InlineData(@"['x', \&ask_daemon, [""{}""]]", "has no socket")]
    [InlineData(@"['x', \&ask_daemon, [""{}"", '']]", "has no socket")]
    [InlineData(@"['x', undef]", "has no program")]
    [InlineData(@"['x', `which x`]", "commands are never run")]
    [InlineData(@"['x', 'x', '{}', [0], [1], qr/(?{ die })/]", "code in patterns")]
    [InlineData(@"['x', 'x', '{}', [0], [999]]", "not between 0 and 255")]
    public void A_virus_scanner_without_a_counterpart_is_left_out_alone(string entry, string reason)
    {
        var result = Import($"@av_scanners = (\n{entry},\n['clamd', \\&ask_daemon, [\"CONTSCAN {{}}\\n\", '/run/c'], qr/OK/, qr/F/, qr/x/],\n);");
        var refused = result.Refused.ShouldHaveSingleItem();
        refused.What.ShouldContain(reason);
        refused.Position.Line.ShouldBe(2);
        Value(result, "av_scanners").ShouldBe("[{\"name\":\"clamd\",\"protocol\":\"clamd\",\"address\":\"unix:/run/c\"}]");
    }

    [Fact]
    public void Code_around_a_scanner_is_refused_and_the_scanner_taken_over()
    {
        var result = Import("@av_scanners = (['x', 'x', '{}', [0], [1], qr/x/,\n sub {$ENV{LD_PRELOAD}='/lib/libc.so.6'} ]);");
        result.Refused.ShouldHaveSingleItem().What.ShouldContain("code before or after");
        Value(result, "av_scanners").ShouldContain("\"command\":\"x\"");
    }

    [Theory]
    [InlineData("['SpamAssassin', 'Amavis::SpamControl::SpamAssassin']", "[{\"name\":\"SpamAssassin\",\"protocol\":\"spamd\",\"address\":\"127.0.0.1:783\"}]")]
    [InlineData("['SpamdClient', 'Amavis::SpamControl::SpamdClient', score_factor => 1.5, mail_body_size_limit => 65000, lock_type => 'none']", "[{\"name\":\"SpamdClient\",\"protocol\":\"spamd\",\"address\":\"127.0.0.1:783\",\"score_factor\":1.5,\"mail_body_size_limit\":65000}]")]
    [InlineData("['Local Rspamd', 'Amavis::SpamControl::RspamdClient', mta_name => 'x']", "[{\"name\":\"Local Rspamd\",\"protocol\":\"rspamd\",\"address\":\"http://127.0.0.1:11333\",\"mta_name\":\"x\"}]")]
    [InlineData("['Rspamd', 'Amavis::SpamControl::RspamdClient', url => 'https://spam.example.com/checkv2', score_factor => 0.4]", "[{\"name\":\"Rspamd\",\"protocol\":\"rspamd\",\"address\":\"https://spam.example.com/checkv2\",\"score_factor\":0.4}]")]
    [InlineData("['Bogofilter', 'Amavis::SpamControl::ExtProg', 'bogofilter', [qw(-e -p -u)], score_factor => 0.5]", "[{\"name\":\"Bogofilter\",\"command\":\"bogofilter\",\"arguments\":[\"-e\",\"-p\",\"-u\"],\"score_factor\":0.5}]")]
    public void A_spam_scanner_is_taken_over(string entry, string expected) => Value($"@spam_scanners = ({entry});", "spam_scanners").ShouldBe(expected);

    [Fact]
    public void A_spam_scanner_of_another_module_is_refused() =>
        Refusal("@spam_scanners = (['Mine', 'My::SpamControl', 'x']);").Reason.ShouldContain("has no counterpart");

    [Theory]
    [InlineData("['DBI:Pg:database=amavis;host=127.0.0.1;port=5432', 'amavis', 'SECRET']", "[\"postgres:Database=amavis;Host=127.0.0.1;Port=5432;Username=amavis;Password=********\"]")]
    [InlineData("['DBI:Pg:dbname=mail', 'vmail', '']", "[\"postgres:Host=/run/postgresql;Database=mail;Username=vmail\"]")]
    [InlineData("['dbi:SQLite:dbname=/var/a.sqlite', '', '']", "[\"sqlite:/var/a.sqlite\"]")]
    [InlineData("[\"DBI:SQLite:$MYHOME/a.sqlite\"]", "[\"sqlite:/var/amavis/a.sqlite\"]")]
    public void A_data_source_is_taken_over(string entry, string expected) =>
        Value($"@lookup_sql_dsn = ({entry}); @storage_sql_dsn = @lookup_sql_dsn;", "storage_sql_dsn").ShouldBe(expected);

    [Fact]
    public void A_password_with_special_characters_is_read_again_as_it_was()
    {
        var settings = Loaded(Import("@lookup_sql_dsn = (['DBI:Pg:dbname=m;host=h', 'u', 'a;b\"c\\'=${HOME}']);")).Settings!;
        var source = new System.Data.Common.DbConnectionStringBuilder { ConnectionString = settings.LookupSqlDsn[0].ConnectionString };
        source["Password"].ShouldBe("a;b\"c'=${HOME}");
    }

    [Theory]
    [InlineData("['DBI:mysql:database=mail;host=127.0.0.1', 'u', 'p']", "mysql databases are not supported")]
    [InlineData("['DBI:Pg:service=x', 'u', 'p']", "\"service\" in a data source")]
    [InlineData("['mail', 'u', 'p']", "begins with DBI:")]
    [InlineData("{}", "a data source is")]
    public void Another_data_source_is_refused(string entry, string reason) => Refusal($"@lookup_sql_dsn = ({entry});").Reason.ShouldContain(reason);
}
