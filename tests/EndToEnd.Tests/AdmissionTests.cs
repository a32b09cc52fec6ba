using System.Net.Sockets;
using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Who gets a session, and with which policy banks.</summary>
[Trait("Needs", "Server")]
public sealed class AdmissionTests
{
    [Fact]
    public async Task Each_socket_has_its_banks_and_its_list_of_clients()
    {
        using var directory = new TestDirectory();
        var unix = directory.FilePath("silent.sock");
        var port = FreePorts.Next();
        await using var sink = new MailSink();
        await using var filter = await FilterProcess.StartAsync(sink.Port,
            $"{Lab.NoScanners}\ninet_acl: [10.0.0.9]\ninet_socket_port: [{port}]\ninet_socket_bind: 127.0.0.1\nunix_socketname: {unix}\n",
            "OPEN: {inet_acl: [127.0.0.1]}\nSILENT: {protocol: null}", $", {port}: OPEN, {unix}: SILENT");

        // The list of the port lets in whom the one for all keeps out.
        await using (var client = await SmtpProbe.ConnectAsync(port))
        {
            client.Greeting.ShouldBe("220 [127.0.0.1] ESMTP amavis service ready");
            await client.SayAsync("EHLO mta.example.net");
            (await client.DeliverAsync("ann@example.org", ["user1@example.com"], Mail.Clean())).ShouldStartWith("250 ");
        }
        (await filter.WaitForLogAsync("Passed CLEAN")).ShouldContain("{RelayedOpenRelay}, OPEN ");

        // A refusal is the end of the connection, without an octet; a Unix socket is never refused, but needs a protocol.
        (await AnswerAsync(SmtpProbe.ConnectAsync(filter.SmtpPort))).ShouldBe("");
        (await filter.WaitForLogAsync("DENIED ACCESS")).ShouldEndWith("(!)DENIED ACCESS from IP 127.0.0.1, policy bank ''");
        (await AnswerAsync(SmtpProbe.ConnectAsync(unix))).ShouldBe("");
        (await filter.WaitForLogAsync("protocol not specified")).ShouldContain(unix);
    }

    private static async Task<string> AnswerAsync(Task<SmtpProbe> connecting)
    {
        try
        {
            await using var client = await connecting;
            return client.Greeting;
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return "";
        }
    }
}
