using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>What lies around SMTP: TLS with a real client, AUTH, and load balancers' headers.</summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class TransportTests
{
    [Fact]
    public async Task Mail_goes_under_TLS_and_with_a_login_through_two_filters()
    {
        using var directory = new TestDirectory();
        WriteCertificate(directory);
        await using var sink = new MailSink();
        const string receiving = "tls_security_level_in: encrypt\nauth_mech_avail: [PLAIN, LOGIN]\nauth_required_inp: true\n";
        var certificate = $"smtpd_tls_cert_file: {directory.FilePath("cert.pem")}\nsmtpd_tls_key_file: {directory.FilePath("key.pem")}\n{Lab.NoScanners}\n";
        await using var second = await FilterProcess.StartAsync(sink.Port, receiving + certificate);
        await using var first = await FilterProcess.StartAsync(second.SmtpPort, receiving + certificate + $$"""
            tls_security_level_out: encrypt
            smtp_tls_client_options: {SSL_verify_mode: 1, SSL_ca_file: {{directory.FilePath("cert.pem")}}}
            smtp_tls_client_verifycn_name_maps: {127.0.0.1: filter.test}
            auth_required_out: true
            """);

        var dialogue = await OpensslAsync(first.SmtpPort, directory.FilePath("cert.pem"),
            "EHLO mta.example.net", "AUTH PLAIN " + Convert.ToBase64String("\0ann\0secret"u8), "MAIL FROM:<ann@example.org>", "RCPT TO:<user1@example.com>", "DATA",
            "Subject: under TLS\n\nhello\n.", "QUIT");

        dialogue.ShouldContain("250-AUTH PLAIN LOGIN");
        dialogue.ShouldContain("235 2.7.0 Authentication succeeded");
        dialogue.ShouldContain("250 2.0.0 from MTA(smtp:[127.0.0.1]:");
        var message = (await sink.WaitForAsync(1)).Single();
        message.Text.ShouldMatch(@"Received: from localhost \(\[127\.0\.0\.1\]\)\r?\n? ?\(using TLS with cipher TLS_");
        message.Text.ShouldContain("with ESMTPSA");
        second.Log.ShouldContain("Passed ");
        (first.Log + second.Log).ShouldNotContain("secret");
    }

    [Fact]
    public async Task Without_TLS_where_it_is_required_nothing_is_taken_and_a_renewed_certificate_is_used()
    {
        using var directory = new TestDirectory();
        WriteCertificate(directory);
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"tls_security_level_in: encrypt\nsmtpd_tls_server_options: {{SSL_cert_file: {directory.FilePath("cert.pem")}, SSL_key_file: {directory.FilePath("key.pem")}}}\n{Lab.NoScanners}");
        await using (var client = await SmtpProbe.ConnectAsync(filter.SmtpPort))
        {
            (await client.SayAsync("EHLO mta.example.net")).ShouldContain("250-STARTTLS");
            (await client.SayAsync("MAIL FROM:<ann@example.org>")).ShouldStartWith("530 5.7.0 Must issue a STARTTLS command first");
        }
        (await OpensslAsync(filter.SmtpPort, directory.FilePath("cert.pem"), "QUIT")).ShouldContain("221 2.0.0");

        WriteCertificate(directory);
        (await OpensslAsync(filter.SmtpPort, directory.FilePath("cert.pem"), "QUIT")).ShouldContain("221 2.0.0");
        File.Delete(directory.FilePath("key.pem"));
        await filter.SignalAsync("HUP");
        await filter.WaitForLogAsync("reload refused: tls_security_level_in asks for TLS: ");
    }

    [Fact]
    public async Task Daemon_does_not_start_with_TLS_it_can_not_give() =>
        (await Should.ThrowAsync<InvalidOperationException>(() => FilterProcess.StartAsync(25, "tls_security_level_in: may\n" + Lab.NoScanners)))
            .Message.ShouldContain("can't start: tls_security_level_in asks for TLS: smtpd_tls_cert_file is not given");

    [Theory]
    [InlineData("PROXY TCP4 192.0.2.9 198.51.100.1 45678 25\r\n", "192.0.2.9")]
    [InlineData("PROXY UNKNOWN\r\n", "127.0.0.1")]
    public async Task Client_is_the_one_the_load_balancer_announces(string header, string client)
    {
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port, "haproxy_target_enabled: true\ninet_acl: [127.0.0.1, 192.0.2.9]\n" + Lab.NoScanners);
        await using var probe = await SmtpProbe.ConnectAsync(filter.SmtpPort, readGreeting: false);
        await probe.SendAsync(header);
        (await probe.ReadReplyAsync()).ShouldStartWith("220 ");
        await probe.SayAsync("EHLO mta.example.net");
        (await probe.DeliverAsync("ann@example.org", ["user1@example.com"], Mail.Clean())).ShouldStartWith("250 ");

        (await sink.WaitForAsync(1)).Single().Text.ShouldContain($"Received: from mta.example.net ([{client}])");
    }

    [Theory]
    [InlineData("EHLO mta.example.net\r\n", "no PROXY header, closing")]
    [InlineData("PROXY TCP4 203.0.113.5 198.51.100.1 45678 25\r\n", "DENIED ACCESS from IP 203.0.113.5")]
    public async Task Connection_without_the_header_or_from_elsewhere_is_closed_without_a_word(string header, string log)
    {
        await using var filter = await FilterProcess.StartAsync(25, "haproxy_target_enabled: true\n" + Lab.NoScanners);
        await using var probe = await SmtpProbe.ConnectAsync(filter.SmtpPort, readGreeting: false);
        await probe.SendAsync(header);

        (await probe.ReadReplyAsync()).ShouldBe("");
        await filter.WaitForLogAsync(log);
    }

    /// <summary>Says lines one after another to a server under STARTTLS; everything it answered, the certificate verified.</summary>
    private static async Task<string> OpensslAsync(int port, string authority, params string[] lines)
    {
        using var client = Process.Start(new ProcessStartInfo("openssl",
            ["s_client", "-quiet", "-verify_return_error", "-CAfile", authority, "-verify_hostname", "filter.test", "-starttls", "smtp", "-name", "mta.example.net", "-crlf", "-connect", $"127.0.0.1:{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = client.StandardError.ReadToEndAsync();
        var answers = new StringBuilder();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        foreach (var line in lines)
        {
            await client.StandardInput.WriteAsync(line + "\n");
            await client.StandardInput.FlushAsync(limit.Token);
            await ReplyAsync();
        }
        client.StandardInput.Close();
        await client.WaitForExitAsync(limit.Token);
        return answers + await errors;

        async Task ReplyAsync()
        {
            while (await client.StandardOutput.ReadLineAsync(limit.Token) is { } answer)
            {
                answers.AppendLine(answer);
                if (answer.Length < 4 || answer[3] == ' ')
                    return;
            }
        }
    }

    private static void WriteCertificate(TestDirectory directory)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=filter.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("filter.test");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(directory.FilePath("key.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(directory.FilePath("cert.pem"), certificate.ExportCertificatePem());
    }
}
