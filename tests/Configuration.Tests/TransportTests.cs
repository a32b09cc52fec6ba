using Amavis.Core.Policy;

namespace Amavis.Configuration.Tests;

/// <summary>TLS, AUTH and the ways in and out.</summary>
public sealed class TransportTests : ConfigurationFixture
{
    private const string Quiet = "listen_sockets: 10024\n";

    [Fact]
    public void Tls_for_clients_is_read_from_the_plain_variables_and_from_the_options()
    {
        var settings = Good("tls_security_level_in: May\nsmtpd_tls_cert_file: /c.pem\nsmtpd_tls_key_file: /k.pem\n");
        (settings.TlsSecurityLevelIn, settings.SmtpdTls).ShouldBe((TlsLevel.May, new TlsServerSettings("/c.pem", "/k.pem", TlsVersions.SystemDefault)));

        Good("smtpd_tls_cert_file: /old.pem\nsmtpd_tls_server_options: {SSL_cert_file: /new.pem, SSL_key_file: /k.pem, SSL_version: TLSv1_2, SSL_session_cache: 2}\n")
            .SmtpdTls.ShouldBe(new TlsServerSettings("/new.pem", "/k.pem", TlsVersions.Tls12));
    }

    [Theory]
    [InlineData("TLSv1_3", TlsVersions.Tls13)]
    [InlineData("TLSv12", TlsVersions.Tls12)]
    [InlineData("SSLv23:!SSLv2:!SSLv3", TlsVersions.SystemDefault)]
    [InlineData("SSLv23:!SSLv2:!SSLv3:!TLSv1:!TLSv1_1", TlsVersions.Tls12 | TlsVersions.Tls13)]
    [InlineData("!TLSv1_2", TlsVersions.Tls13)]
    [InlineData("TLSv1_1:TLSv1_2", TlsVersions.Tls11 | TlsVersions.Tls12)]
    public void Versions_are_written_as_for_OpenSSL(string text, TlsVersions versions) =>
        Good($"smtp_tls_client_options: {{SSL_version: \"{text}\"}}\n").SmtpTlsClient.Versions.ShouldBe(versions);

    [Fact]
    public void Tls_and_login_towards_next_hops_are_read()
    {
        var settings = Good("""
            tls_security_level_out: encrypt
            smtp_tls_client_options: {SSL_verify_mode: SSL_VERIFY_PEER, SSL_ca_file: /ca.pem}
            smtp_tls_client_verifycn_name_maps: {"[::1]:25": mx.example.com}
            auth_required_out: true
            amavis_auth_user: filter
            amavis_auth_pass: geheim
            policy_bank: {A: {auth_reauthenticate_forwarded: true, tls_security_level_out: null}}
            """);
        (settings.TlsSecurityLevelOut, settings.SmtpTlsClient).ShouldBe((TlsLevel.Encrypt, new TlsClientSettings(true, "/ca.pem", null, null, TlsVersions.SystemDefault)));
        settings.SmtpTlsClientVerifycnNames["::1:25"].ShouldBe("mx.example.com");
        (settings.AuthRequiredOut, settings.AmavisAuthUser, settings.AmavisAuthPass).ShouldBe((true, "filter", "geheim"));
        var bank = PolicyState.Base(settings).Load("A").Settings;
        (bank.AuthReauthenticateForwarded, bank.TlsSecurityLevelOut).ShouldBe((true, TlsLevel.None));
    }

    [Fact]
    public void Password_is_shown_nowhere() =>
        Load(Quiet + "amavis_auth_user: filter\namavis_auth_pass: geheim\n").Values.Select(v => v.Value?.ToJsonString() ?? "").ShouldAllBe(v => !v.Contains("geheim", StringComparison.Ordinal));

    [Theory]
    [InlineData("tls_security_level_in: always", "amavis.yaml:1:24: tls_security_level_in: expects none, may or encrypt, got \"always\"")]
    [InlineData("auth_mech_avail: [PLAIN, GSSAPI]", "amavis.yaml:1:18: auth_mech_avail: mechanism \"GSSAPI\" is not available; there are PLAIN, LOGIN and ANONYMOUS")]
    [InlineData("smtpd_tls_server_options: {SSL_certfile: /x}", "amavis.yaml:1:28: smtpd_tls_server_options.SSL_certfile: unknown key; did you mean \"SSL_cert_file\"?")]
    [InlineData("smtp_tls_client_options: {SSL_verify_mode: perhaps}", "amavis.yaml:1:44: smtp_tls_client_options.SSL_verify_mode: expects 0 (SSL_VERIFY_NONE) or 1 (SSL_VERIFY_PEER), got \"perhaps\"")]
    [InlineData("smtp_tls_client_options: {SSL_version: new}", "amavis.yaml:1:40: smtp_tls_client_options.SSL_version: expects versions such as TLSv1_2 or SSLv23:!SSLv2:!SSLv3:!TLSv1, got \"new\"")]
    public void Mistakes_are_named_with_their_place(string yaml, string expected) => Mistake(yaml).ShouldBe(expected);

    [Theory]
    [InlineData("policy_bank: {M: {protocol: MILTER}}", "policy bank M: protocol MILTER with a forward_method: ")]
    [InlineData("tls_security_level_in: may", "tls_security_level_in asks for TLS, but smtpd_tls_cert_file is not given")]
    [InlineData("policy_bank: {A: {auth_required_inp: true}}", "policy bank A: auth_required_inp is true, but auth_mech_avail is empty: ")]
    [InlineData("auth_required_out: true\npolicy_bank: {A: {}}", "auth_required_out is true, but amavis_auth_user is not given: ")]
    [InlineData("auth_mech_avail: [PLAIN]", "auth_mech_avail offers AUTH without TLS: ")]
    [InlineData("smtpd_tls_server_options: {SSL_cipher_list: HIGH}", "known, but without effect in this version: smtpd_tls_server_options.SSL_cipher_list")]
    public void What_does_not_fit_together_is_noticed_once(string yaml, string notice) =>
        Load(Quiet + yaml).Notices.ShouldHaveSingleItem().ShouldStartWith(notice);

    [Theory]
    [InlineData("policy_bank: {M: {protocol: MILTER, forward_method: null}}")]
    [InlineData("tls_security_level_in: encrypt\nsmtpd_tls_cert_file: /c.pem\nauth_mech_avail: [plain, LOGIN]\nauth_required_inp: true")]
    public void What_fits_is_not(string yaml) => Load(Quiet + yaml).Notices.ShouldBeEmpty();
}
