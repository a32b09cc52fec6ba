using System.Diagnostics;
using Amavis.Core.Addresses;
using Amavis.Core.Lookups;
using Amavis.Core.Lookups.Databases;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Data.Lookups;
using Amavis.Testing;

namespace Amavis.Data.Tests.Lookups;

/// <summary>A real directory for all these tests.</summary>
public sealed class LdapFixture : IAsyncLifetime
{
    private const string Entries = """
        dn: cn=everybody,dc=example,dc=com
        objectClass: inetOrgPerson
        objectClass: amavisAccount
        cn: everybody
        sn: everybody
        mail: @.
        amavisSpamKillLevel: 9.5
        amavisSpamLover: FALSE

        dn: cn=firm,dc=example,dc=com
        objectClass: inetOrgPerson
        objectClass: amavisAccount
        cn: firm
        sn: firm
        mail: @.firm.example
        amavisSpamTag3Level: 12.25
        amavisSpamSubjectTag3: ***LOUD***
        amavisBypassVirusChecks: TRUE

        dn: cn=Eva,dc=example,dc=com
        objectClass: inetOrgPerson
        objectClass: amavisAccount
        cn: Eva
        sn: Eva
        mail: eva@news.firm.example
        amavisSpamKillLevel: 5
        amavisSpamLover: TRUE
        amavisBlacklistSender: @spam.example
        amavisWhitelistSender: Friend@Far.Example
        amavisLocal: FALSE
        """;

    internal SlapdProcess Open { get; private set; } = null!;

    internal SlapdProcess Closed { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        Open = await SlapdProcess.StartAsync(Entries, anonymous: true, limit.Token);
        Closed = await SlapdProcess.StartAsync(Entries, anonymous: false, limit.Token);
    }

    public Task DisposeAsync()
    {
        Open.Dispose();
        Closed.Dispose();
        return Task.CompletedTask;
    }
}

[Trait("Needs", "Server")]
public sealed class LdapLookupTests(LdapFixture fixture) : IClassFixture<LdapFixture>, IAsyncDisposable
{
    private readonly CancellationTokenSource _late = new(TimeSpan.FromSeconds(60));
    private readonly AddressDirectory _directory = new(TimeProvider.System, new RecordingLoggers());

    private static LdapSettings At(SlapdProcess server) => new() { Hostname = [$"127.0.0.1:{server.Port}"], Base = SlapdProcess.Suffix, Timeout = TimeSpan.FromSeconds(5) };

    private static Settings With(LdapSettings ldap) => new() { EnableLdap = true, DefaultLdap = ldap };

    private static AddressKeys Keys(string address) => AddressKeys.For(MailAddress.FromUnquoted(address), AddressRules.Default);

    private ValueTask<AddressKeys> FindAsync(string address, LdapSettings ldap) => _directory.LookUpAsync(Keys(address), With(ldap), _late.Token);

    private static string? Value(AddressKeys keys, string variable) =>
        new LookupMaps([.. PolicyField.Of(variable)!.Tables(sql: false, ldap: true)]).Text(keys);

    [Fact]
    public async Task Entries_are_walked_from_the_most_specific_key_on()
    {
        var keys = await FindAsync("Eva@News.Firm.Example", At(fixture.Open));
        keys.Records!.Ldap.Select(r => r.Source).ShouldBe(["LDAP cn=Eva,dc=example,dc=com", "LDAP cn=firm,dc=example,dc=com", "LDAP cn=everybody,dc=example,dc=com"]);
        Value(keys, "spam_kill_level_maps").ShouldBe("5");
        Value(keys, "spam_lovers_maps").ShouldBe("1");
        Value(keys, "spam_tag3_level_maps").ShouldBe("12.25");
        Value(keys, "spam_subject_tag3_maps").ShouldBe("***LOUD***");
        Value(keys, "bypass_virus_checks_maps").ShouldBe("1");
        Value(keys, "bypass_spam_checks_maps").ShouldBeNull();
        Value(keys, "local_domains_maps").ShouldBe("0");
    }

    [Fact]
    public async Task An_entry_without_word_on_it_makes_the_recipient_local_and_the_catch_all_does_not()
    {
        Value(await FindAsync("x@sub.firm.example", At(fixture.Open)), "local_domains_maps").ShouldBe("1");
        Value(await FindAsync("x@far.test", At(fixture.Open)), "local_domains_maps").ShouldBeNull();
    }

    [Fact]
    public async Task Lists_of_senders_come_with_the_entry()
    {
        var keys = await FindAsync("eva@news.firm.example", At(fixture.Open));
        SenderLists.Judge(new Settings(), keys, [new JudgedSender(Keys("friend@far.example"), [])]).Whitelisted.ShouldBeTrue();
        SenderLists.Judge(new Settings(), keys, [new JudgedSender(Keys("x@spam.example"), [])]).Blacklisted.ShouldBeTrue();
    }

    [Fact]
    public async Task A_base_that_does_not_exist_holds_nothing() =>
        (await FindAsync("x@far.test", At(fixture.Open) with { Base = "ou=nowhere," + SlapdProcess.Suffix })).Records!.Ldap.ShouldBeEmpty();

    [Fact]
    public async Task A_server_that_wants_a_bind_gets_one_over_tls()
    {
        var bound = At(fixture.Closed) with { BindDn = SlapdProcess.Manager, BindPassword = SlapdProcess.Password };
        (await FindAsync("x@far.test", bound)).Records!.Ldap.Count.ShouldBe(1);
        (await FindAsync("x@far.test", bound with { Tls = LdapTls.StartTls })).Records!.Ldap.Count.ShouldBe(1);
        var checkedTls = bound with { Tls = LdapTls.StartTls, Verify = LdapVerify.Require };
        (await FindAsync("x@far.test", checkedTls with { CaFile = fixture.Closed.CertificateFile })).Records!.Ldap.Count.ShouldBe(1);
        await Should.ThrowAsync<StorageUnavailableException>(async () => await FindAsync("x@far.test", checkedTls));
    }

    [Fact]
    public async Task Without_the_bind_it_wants_or_with_a_wrong_one_the_mail_waits()
    {
        await Should.ThrowAsync<StorageUnavailableException>(async () => await FindAsync("x@far.test", At(fixture.Closed)));
        var wrong = await Should.ThrowAsync<StorageUnavailableException>(async () => await FindAsync("x@far.test", At(fixture.Closed) with { BindDn = SlapdProcess.Manager, BindPassword = "wrong" }));
        wrong.Message.ShouldContain("default_ldap, 127.0.0.1:");
    }

    [Fact]
    public async Task The_next_host_of_the_list_stands_in_for_one_that_is_away()
    {
        var both = At(fixture.Open) with { Hostname = [$"127.0.0.1:{FreePorts.Next()}", $"127.0.0.1:{fixture.Open.Port}"] };
        (await FindAsync("x@far.test", both)).Records!.Ldap.Count.ShouldBe(1);
        await Should.ThrowAsync<StorageUnavailableException>(async () => await FindAsync("x@far.test", both with { Hostname = [both.Hostname[0]] }));
    }

    [Fact]
    public async Task A_server_that_was_restarted_is_asked_over_a_new_connection()
    {
        using var server = await SlapdProcess.StartAsync("", anonymous: true, _late.Token);
        (await FindAsync("x@far.test", At(server))).Records!.Ldap.ShouldBeEmpty();
        server.Stop();
        await Should.ThrowAsync<StorageUnavailableException>(async () => await FindAsync("x@far.test", At(server)));
        await server.StartAgainAsync(_late.Token);
        (await FindAsync("x@far.test", At(server))).Records!.Ldap.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_server_that_is_silent_costs_no_more_than_its_time()
    {
        using var server = await SlapdProcess.StartAsync("", anonymous: true, _late.Token);
        await server.Server.SuspendAsync();
        var started = Stopwatch.GetTimestamp();
        await Should.ThrowAsync<StorageUnavailableException>(async () => await FindAsync("x@far.test", At(server) with { Timeout = TimeSpan.FromSeconds(1) }));
        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        await _directory.DisposeAsync();
        _late.Dispose();
    }
}
