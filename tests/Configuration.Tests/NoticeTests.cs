using System.Runtime.Versioning;
using Amavis.Configuration.Catalog;
using Amavis.Configuration.Showing;
using Amavis.Core.Policy;
using Amavis.Testing;

namespace Amavis.Configuration.Tests;

public sealed class NoticeTests : ConfigurationFixture
{
    private const string Quiet = "listen_sockets: 10024\n";

    private EffectiveValue Value(string yaml, string name) => Load(yaml).Values.Single(v => v.Variable.Name == name);

    [Fact]
    public void Variables_without_meaning_are_named_in_one_notice() =>
        Load(Quiet + "max_requests: 20\nlock_file: /x\nenable_db: 0\nsa_timeout: 30\nwarnspamsender: 1\n").Notices.ShouldHaveSingleItem()
            .ShouldBe("accepted, but without meaning here: enable_db, lock_file, max_requests, warnspamsender, sa_timeout");

    [Fact]
    public void Variables_without_effect_are_named_in_one_notice_with_those_in_banks() =>
        Load(Quiet + "daemon_chroot_dir: /x\npolicy_bank: {A: {ip_repu_score_limit: 5}}\n").Notices.ShouldHaveSingleItem()
            .ShouldBe("known, but without effect in this version: daemon_chroot_dir, policy_bank.A.ip_repu_score_limit");

    [Fact]
    public void Missing_sockets_and_databases_are_noticed()
    {
        Load("").Notices.ShouldHaveSingleItem().ShouldStartWith("listen_sockets is empty");
        Load(Quiet + "QUARANTINEDIR: /q\nspam_quarantine_method: \"sql:\"\n").Notices.ShouldHaveSingleItem().ShouldContain("storage_sql_dsn is empty");
    }

    [Fact]
    public void A_quarantine_in_files_without_a_directory_is_noticed()
    {
        Load(Quiet + "final_virus_destiny: D_DISCARD\n").Notices.ShouldHaveSingleItem().ShouldContain("QUARANTINEDIR is not given: nothing is kept");
        Load(Quiet + "final_virus_destiny: D_DISCARD\nQUARANTINEDIR: /var/quarantine\n").Notices.ShouldBeEmpty();
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void A_file_that_everybody_may_write_is_noticed()
    {
        Write("open.yaml", Quiet);
        var path = Path.Combine(Root, "open.yaml");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        ConfigurationLoader.Load(path, new ConfigurationEnvironment(_ => null, "a.b")).Notices.ShouldHaveSingleItem().ShouldBe($"{path}: may be written by everybody");
    }

    [Fact]
    public void A_given_value_shows_its_line()
    {
        var value = Value("\nmax_servers: 7\n", "max_servers");
        (JsonText.Line(value.Value), value.Source).ShouldBe(("7", $"{MainFile}:2"));
    }

    [Fact]
    public void A_value_left_out_shows_the_default_in_force()
    {
        var value = Value("MYHOME: /srv/amavis\n", "pid_file");
        (JsonText.Line(value.Value), value.Source).ShouldBe(("\"/srv/amavis/amavisd.pid\"", "default"));
        JsonText.Line(Value("", "forward_method").Value).ShouldBe("\"smtp:[127.0.0.1]:10025\"");
        JsonText.Line(Value("", "client_ipaddr_policy").Value).ShouldBe("[[\"mynetworks\",\"MYNETS\"]]");
    }

    [Fact]
    public void A_table_made_of_older_variables_says_so()
    {
        var value = Value("sa_kill_level_deflt: 6.9\n", "spam_kill_level_maps");
        (JsonText.Line(value.Value), value.Source).ShouldBe(("[6.9]", $"{MainFile}:1 (sa_kill_level_deflt)"));
    }

    [Fact]
    public void Passwords_are_not_shown()
    {
        SetVariable("PW", "geheim3");
        var result = Load("""
            storage_sql_dsn: ["postgres:Host=db;Password=geheim1;Database=a", "postgres:Host=db;Pwd='geheim2 x'", "postgres:Host=db;password=${PW}"]
            amavis_auth_pass: geheim4
            default_ldap: {bind_dn: cn=a, bind_password: geheim5}
            storage_redis_dsn: [{server: r, password: geheim6}]
            web: {base_url: "https://user:geheim7@example.com"}
            policy_bank: {A: {amavis_auth_pass: geheim8}}
            """);
        result.Mistakes.ShouldBeEmpty();
        var shown = string.Join('\n', result.Values.Select(v => JsonText.Line(v.Value)));
        shown.ShouldNotContain("geheim");
        shown.ShouldContain("Host=db;Password=********;Database=a");
    }

    [Fact]
    public void Every_variable_that_works_is_shown()
    {
        var shown = Load("").Values.Select(v => v.Variable.Name).ToHashSet();
        VariableCatalog.All.Where(v => v is { Effect: VariableEffect.Works, Scope: not VariableScope.LegacyStatic }).ShouldAllBe(v => shown.Contains(v.Name));
    }

    [Fact]
    public void The_sample_has_no_mistake_and_needs_no_notice()
    {
        var result = ConfigurationLoader.Load(Path.Combine(Samples.Root, "config", "amavis.sample.yaml"), new ConfigurationEnvironment(_ => null, "mx.example.com"));
        result.Mistakes.ShouldBeEmpty();
        result.Notices.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("letter.pdf.exe", true)]
    [InlineData("b x.EXE", true)]
    [InlineData("setup.scr", true)]
    [InlineData("x.{00020430-0000-0000-C000-000000000046}", true)]
    [InlineData("application/hta", true)]
    [InlineData(".exe-ms", true)]
    [InlineData(".tar", false)]
    [InlineData("letter.pdf", null)]
    [InlineData("example.com.pdf", null)]
    [InlineData(".zip", null)]
    public void The_rules_of_the_sample_ban_what_they_should(string attribute, bool? banned)
    {
        var result = ConfigurationLoader.Load(Path.Combine(Samples.Root, "config", "amavis.sample.yaml"), new ConfigurationEnvironment(_ => null, "mx.example.com"));
        var verdict = result.Settings!.BannedRules["DEFAULT"][0].FindText(attribute)?.Value.IsTrue;
        verdict.ShouldBe(banned);
    }

    [Fact]
    public void The_pid_file_is_known_even_of_a_faulty_file()
    {
        var result = Load("pid_file: /run/x.pid\nmax_servers: many\n");
        (result.Settings, result.PidFile).ShouldBe((null, "/run/x.pid"));
    }

    [Fact]
    public void Reading_twice_gives_settings_of_their_own()
    {
        var first = Good("max_servers: 3\n");
        var second = Good("max_servers: 4\n");
        (first.MaxServers, second.MaxServers).ShouldBe((3, 4));
        PolicyState.Base(second).Load("MYNETS").Settings.MaxServers.ShouldBe(4);
    }
}
