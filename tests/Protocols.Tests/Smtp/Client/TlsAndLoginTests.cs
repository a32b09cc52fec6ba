using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Client;
using Amavis.Testing;
using static Amavis.Protocols.Tests.Smtp.Client.Deliveries;

namespace Amavis.Protocols.Tests.Smtp.Client;

/// <summary>STARTTLS and AUTH towards the next hop.</summary>
public sealed class TlsAndLoginTests
{
    private static readonly string[] WithTls = ["PIPELINING", "STARTTLS"];

    [Theory]
    [InlineData(TlsLevel.May)]
    [InlineData(TlsLevel.Encrypt)]
    public async Task Message_goes_encrypted_where_it_is_offered(TlsLevel security)
    {
        using var certificate = Certificate();
        await using var hop = new FakeNextHop { Features = WithTls, Certificate = certificate };
        await using var pool = Pool();

        for (var i = 0; i < 2; i++)
            (await pool.Send(To(hop) with { Security = security })).Recipients[0].Reply.IsSuccess.ShouldBeTrue();

        hop.Transactions[0].Commands.Take(3).ShouldBe(["EHLO localhost", "STARTTLS", "EHLO localhost"]);
        hop.Transactions[1].Data.ShouldBe(Message);
    }

    [Fact]
    public async Task Required_encryption_that_is_not_offered_is_a_failure()
    {
        await using var hop = new FakeNextHop();
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Security = TlsLevel.Encrypt })).Texts().ShouldBe(
            [$"451 4.5.0 From MTA(smtp:{hop.Address}) during fwd-starttls (TLS is required but not offered): id={LogId}"]);
    }

    [Theory]
    [InlineData(TlsLevel.May, true)]
    [InlineData(TlsLevel.Encrypt, false)]
    public async Task Failed_handshake_ends_in_plain_text_only_where_that_is_allowed(TlsLevel security, bool delivered)
    {
        await using var hop = new FakeNextHop { Features = WithTls, Script = ReplyWordingTests.At("STARTTLS", new HopAction.SendAndDrop("220 go\r\n")) };
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Security = security })).Recipients[0].Reply.IsSuccess.ShouldBe(delivered);
    }

    [Fact]
    public async Task Text_slipped_in_before_the_handshake_is_not_believed()
    {
        using var certificate = Certificate();
        await using var hop = new FakeNextHop { Features = WithTls, Certificate = certificate, Script = ReplyWordingTests.At("STARTTLS", new HopAction.Send("220 go\r\n250 2.0.0 injected\r\n")) };
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Security = TlsLevel.Encrypt })).Texts()[0].ShouldContain("during fwd-starttls (plain text after STARTTLS)");
    }

    [Theory]
    [InlineData("hop.test", true)]
    [InlineData("other.test", false)]
    [InlineData(null, false)]
    public async Task Name_of_the_next_hop_is_proved_where_that_is_asked_for(string? name, bool delivered)
    {
        using var certificate = Certificate();
        using var directory = new TestDirectory();
        File.WriteAllText(directory.FilePath("ca.pem"), certificate.ExportCertificatePem());
        await using var hop = new FakeNextHop { Features = WithTls, Certificate = certificate };
        await using var pool = Pool();

        var result = await pool.Send(To(hop) with
        {
            Security = TlsLevel.Encrypt,
            Tls = new TlsClientSettings(Verify: true, directory.FilePath("ca.pem"), null, null, TlsVersions.SystemDefault),
            TlsNames = name is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["127.0.0.1"] = name },
        });

        result.Recipients[0].Reply.IsSuccess.ShouldBe(delivered);
        if (!delivered)
            result.Texts()[0].ShouldContain("during fwd-starttls (TLS handshake failed: ");
    }

    [Fact]
    public async Task Authority_nobody_believes_is_no_proof()
    {
        using var certificate = Certificate();
        await using var hop = new FakeNextHop { Features = WithTls, Certificate = certificate };
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Security = TlsLevel.Encrypt, Tls = TlsClientSettings.Default with { Verify = true } })).Recipients[0].Reply.IsTempFail.ShouldBeTrue();
        (await pool.Send(To(hop) with { Security = TlsLevel.Encrypt, Tls = TlsClientSettings.Default with { Verify = true, CaFile = "/no/such/file" } }))
            .Texts()[0].ShouldContain("smtp_tls_client_options: ");
    }

    [Fact]
    public async Task Login_by_PLAIN_is_preferred()
    {
        await using var hop = new FakeNextHop { Features = ["AUTH LOGIN PLAIN"], Script = ReplyWordingTests.At("AUTH", HopAction.Say("235 2.7.0 Ok")) };
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Credentials = new("ann", "sécret") })).Recipients[0].Reply.IsSuccess.ShouldBeTrue();

        hop.Lines[1].Line.ShouldBe("AUTH PLAIN " + Convert.ToBase64String("\0ann\0sécret"u8));
    }

    [Fact]
    public async Task Login_by_LOGIN_answers_two_questions()
    {
        await using var hop = new FakeNextHop { Features = ["AUTH LOGIN"] };
        hop.Script = (_, line) => line switch
        {
            "AUTH LOGIN" or "YW5u" => HopAction.Say("334 Pz8="),
            "c2VjcmV0" => HopAction.Say("235 2.7.0 Ok"),
            _ => null,
        };
        await using var pool = Pool();

        (await pool.Send(To(hop) with { Credentials = new("ann", "secret") })).Recipients[0].Reply.IsSuccess.ShouldBeTrue();
    }

    [Theory]
    [InlineData("AUTH PLAIN", "535 5.7.8 no")]
    [InlineData("AUTH GSSAPI", "")]
    [InlineData("8BITMIME", "")]
    public async Task Login_that_fails_is_a_temporary_failure_and_keeps_the_password_to_itself(string feature, string said)
    {
        await using var hop = new FakeNextHop { Features = [feature], Script = ReplyWordingTests.At("AUTH", HopAction.Say(said)) };
        await using var pool = Pool();

        var result = await pool.Send(To(hop) with { Credentials = new("ann", "secret") });

        result.Recipients[0].Reply.IsTempFail.ShouldBeTrue();
        result.ToString().ShouldNotContain("secret");
        new LoginCredentials("ann", "secret").ToString().ShouldBe("ann");
        hop.Transactions.ShouldBeEmpty();
    }

    private static X509Certificate2 Certificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=hop.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("hop.test");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
    }
}
