using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

/// <summary>The example that the documentation of the format gives, and the defaults it promises.</summary>
public sealed class ContractTests : ConfigurationFixture
{
    private const string Example = """
        myhostname: mx1.example.com
        mynetworks: [127.0.0.0/8, "[::1]", 10.0.0.0/8]
        local_domains_maps: [[example.com, .example.org]]       # a list of lookup tables; this one is an acl
        listen_sockets: [10024, 127.0.0.1:10026, /run/amavis/amavisd.sock]
        interface_policy: {10026: ORIGINATING, SOCK: RELEASE}
        forward_method: ["smtp:[127.0.0.1]:10025", "smtp:[::1]:10025"]
        notify_method: "smtp:[127.0.0.1]:10025"
        max_servers: 8            # messages being checked at once; sessions are not bound to it
        max_sessions: 2000        # connections held at once; more get 421
        child_timeout: 45         # seconds from end of data to the reply
        storage_sql_dsn: ["postgres:Host=/run/postgresql;Database=amavis;Username=amavis"]
        lookup_sql_dsn: ["postgres:Host=/run/postgresql;Database=amavis;Username=amavis"]
        final_virus_destiny: D_DISCARD
        spam_kill_level_maps:
          - {postmaster@example.com: 999, .example.org: 8.0}      # a map is a hash table
          - regexp: [["^abuse@", 999]]                            # ordered patterns
          - file: kill_levels                                     # read_hash
          - 6.9                                                   # a constant
        virus_quarantine_method: "sql:"
        av_scanners:
          - {name: ClamAV-clamd, protocol: clamd, address: unix:/run/clamav/clamd.ctl}
          - {name: Sophos, protocol: sssp, address: unix:/run/savdi/sssp.sock}
        av_scanners_backup:
          - {name: clamscan, command: clamscan, arguments: [--stdout, --no-summary, -r, "{}"], clean: [0], infected: [1], virus_name: '^.+?: (?!Infected Archive)(.*) FOUND$'}
        spam_scanners:
          - {name: SpamAssassin, protocol: spamd, address: 127.0.0.1:783}
          - {name: Rspamd, protocol: rspamd, address: "http://127.0.0.1:11333"}
        policy_bank:
          ORIGINATING: {originating: true, smtpd_discard_ehlo_keywords: [8BITMIME]}
          RELEASE: {protocol: AM.PDP}
          MILTER: {protocol: MILTER, forward_method: null}        # our own: speaks the milter protocol itself
        dkim_keys:
          - {domain: example.com, selector: s1, key: /etc/amavis/dkim/example.pem}
        metrics_listen: 127.0.0.1:9464       # /metrics (Prometheus text), /healthz
        agentx_socket: /var/agentx/master    # or tcp:localhost:705; absent = no SNMP
        web:
          listen: http://127.0.0.1:8080
          base_url: https://quarantine.example.com
        """;

    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default).With(AddressRecords.None);

    [Fact]
    public void The_example_is_read_without_a_mistake()
    {
        Write("kill_levels", "from-file@example.net 4.5\nexample.edu\t5\n");
        var settings = Good(Example);

        settings.MyHostname.ShouldBe("mx1.example.com");
        settings.MyNetworks.Match(IPAddress.Parse("10.1.2.3")).ShouldBe(true);
        settings.MyNetworks.Match(IPAddress.Parse("192.168.0.1")).ShouldBeNull();
        settings.LocalDomainsMaps.IsTrue(Keys("a@sub.example.org")).ShouldBeTrue();
        settings.LocalDomainsMaps.IsTrue(Keys("a@sub.example.com")).ShouldBeFalse();
        settings.ListenSockets.ShouldBe(["10024", "127.0.0.1:10026", "/run/amavis/amavisd.sock"]);
        settings.InterfacePolicy["10026"].ShouldBe("ORIGINATING");
        settings.ForwardMethod!.Targets.Select(t => t.Text).ShouldBe(["smtp:[127.0.0.1]:10025", "smtp:[::1]:10025"]);
        settings.MaxServers.ShouldBe(8);
        settings.MaxSessions.ShouldBe(2000);
        settings.ChildTimeout.ShouldBe(TimeSpan.FromSeconds(45));
        settings.StorageSqlDsn.ShouldBe([new SqlDsn(SqlProvider.Postgres, "Host=/run/postgresql;Database=amavis;Username=amavis")]);
        settings.VirusQuarantineMethod!.Protocol.ShouldBe(DeliveryProtocol.Sql);
        settings.AvScanners.Select(s => (s.Name, s.Protocol, s.Addresses[0])).ShouldBe(
            [("ClamAV-clamd", "clamd", "unix:/run/clamav/clamd.ctl"), ("Sophos", "sssp", "unix:/run/savdi/sssp.sock")]);
        settings.AvScannersBackup.ShouldHaveSingleItem().Protocol.ShouldBeNull();
        settings.SpamScanners.Select(s => s.Protocol).ShouldBe(["spamd", "rspamd"]);
        settings.MetricsListen.ShouldBe("127.0.0.1:9464");
        settings.AgentxSocket.ShouldBe(new AgentXAddress("/var/agentx/master", null, 0));
        settings.Web.BaseUrl.ShouldBe("https://quarantine.example.com");
        settings.PolicyBanks.Keys.Order().ShouldBe(["MILTER", "MYNETS", "ORIGINATING", "RELEASE"]);
    }

    [Theory]
    [InlineData("postmaster@example.com", 999)]
    [InlineData("Postmaster@EXAMPLE.com", 999)]
    [InlineData("a@b.example.org", 8)]
    [InlineData("abuse@example.net", 999)]
    [InlineData("from-file@example.net", 4.5)]
    [InlineData("x@example.edu", 5)]
    [InlineData("x@example.invalid", 6.9)]
    public void Tables_of_every_kind_are_asked_in_their_order(string address, double level)
    {
        Write("kill_levels", "from-file@example.net 4.5\nexample.edu\t5\n");
        Good(Example).SpamKillLevelMaps.Number(Keys(address)).ShouldBe(level);
    }

    [Fact]
    public void Banks_of_the_example_lay_their_keys_over()
    {
        Write("kill_levels", "");
        var state = PolicyState.Base(Good(Example));
        state.Load("ORIGINATING").Settings.Originating.ShouldBeTrue();
        state.Load("ORIGINATING").Settings.SmtpdDiscardEhloKeywords.ShouldBe(["8BITMIME"]);
        state.Load("RELEASE").Settings.Protocol.ShouldBe("AM.PDP");
        state.Load("MILTER").Settings.ForwardMethod.ShouldBeNull();
        state.Load("MYNETS").Settings.Originating.ShouldBeTrue();
        state.Settings.Originating.ShouldBeFalse();
    }

    [Fact]
    public void Nothing_the_example_asks_for_is_without_effect()
    {
        Write("kill_levels", "");
        Load(Example).Notices.ShouldAllBe(n => !n.StartsWith("known, but without effect", StringComparison.Ordinal));
    }

    [Fact]
    public void The_program_of_the_example_is_read_with_its_rules()
    {
        Write("kill_levels", "");
        var clamscan = Good(Example).AvScannersBackup.ShouldHaveSingleItem();
        clamscan.Commands.ShouldBe(["clamscan"]);
        clamscan.Arguments.ShouldBe(["--stdout", "--no-summary", "-r", "{}"]);
        clamscan.Clean.ShouldNotBeNull().Statuses.ShouldBe([0]);
        clamscan.Infected.ShouldNotBeNull().Statuses.ShouldBe([1]);
        clamscan.VirusName.ShouldNotBeNull().Match("p001: OK\np002: Some.Worm FOUND\n").Groups[1].Value.ShouldBe("Some.Worm");
    }

    [Fact]
    public void Defaults_differ_from_the_original_only_where_promised()
    {
        var settings = Good("");
        settings.VirusScannersFailureIsFatal.ShouldBeTrue();
        settings.PolicyBanks.Keys.ShouldBe(["MYNETS"]);
        settings.MaxLevels.ShouldBe(14);
        settings.MaxFiles.ShouldBe(3000);
        settings.MinExpansionQuota.ShouldBe(102400);
        settings.MaxExpansionQuota.ShouldBe(536870912);

        settings.MyHome.ShouldBe("/var/amavis");
        settings.TempBase.ShouldBe("/var/amavis");
        settings.PidFile.ShouldBe("/var/amavis/amavisd.pid");
        settings.MaxServers.ShouldBe(2);
        settings.ChildTimeout.ShouldBe(TimeSpan.FromSeconds(480));
        settings.FinalVirusDestiny.ShouldBe(Destiny.Discard);
        settings.FinalBannedDestiny.ShouldBe(Destiny.Discard);
        settings.FinalSpamDestiny.ShouldBe(Destiny.Pass);
        settings.SpamKillLevelMaps.Number(Keys("a@b.example")).ShouldBeNull();
        settings.SmtpdRecipientLimit.ShouldBe(1100);
        settings.SpamScanners.ShouldHaveSingleItem().Addresses.ShouldBe(["127.0.0.1:783"]);
        settings.VirusQuarantineToMaps.Text(Keys("a@b.example")).ShouldBe("virus-quarantine");
    }

    [Theory]
    [InlineData("Heuristics.Phishing.Email.SpoofedDomain", 0.1)]
    [InlineData("Sanesecurity.Foxhole.Mail_tar.3", 0)]
    [InlineData("PhishTank.Phishing.6117523", 0.1)]
    public void Names_of_fraud_count_as_points_by_default(string virus, double points) =>
        Good("").VirusNameToSpamScoreMaps.FindText(virus).ShouldNotBeNull().Number.ShouldBe(points);

    [Theory]
    [InlineData("Eicar-Test-Signature")]
    [InlineData("Sanesecurity.Malware.12345")]
    [InlineData("Sanesecurity.Foxhole.Zip_fs213")]
    public void Names_of_malware_stay_viruses_by_default(string virus) => Good("").VirusNameToSpamScoreMaps.FindText(virus).ShouldBeNull();

    [Fact]
    public void A_host_name_without_a_domain_becomes_localhost_with_a_notice()
    {
        var result = Load("", hostName: "build7");
        result.Settings!.MyHostname.ShouldBe("localhost");
        result.Notices.ShouldContain(n => n.Contains("build7", StringComparison.Ordinal));
        Load("", hostName: "mx2.example.org").Settings!.MyHostname.ShouldBe("mx2.example.org");
    }
}
