using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Protocols.AmPdp;
using Amavis.Testing;

namespace Amavis.Protocols.Tests.AmPdp;

/// <summary>Requests of milter helpers to check a message, and their answers.</summary>
public sealed class AmPdpCheckTests
{
    private const string Minimal = "request=AM.PDP\nsender=<ann@example.org>\nrecipient=<bob@example.com>\ntempdir=/var/spool/x/amavis-milter-k3Vt9w\n";

    private static (AmPdpCheckRequest? Request, string Fault) From(string lines)
    {
        AmPdpCheckRequest.TryFrom(AmPdpCodecTests.Read(lines + "\n"), out var request, out var fault);
        return (request, fault);
    }

    [Fact]
    public void All_facts_of_the_session_are_read()
    {
        var request = From(Minimal + "recipient=eve@example.com\ntempdir_removed_by=client\ndelivery_care_of=server\nqueue_id=p9A1\nprotocol_name=ESMTP\nhelo_name=h\n"
            + "client_address=[192.0.2.9]\nclient_port=3377\nclient_name=n\nclient_source=REMOTE\npolicy_bank= A, ,B \n").Request!;

        request.Sender.Smtp.ShouldBe("ann@example.org");
        request.Recipients.Select(r => r.Smtp).ShouldBe(["bob@example.com", "eve@example.com"]);
        request.RecipientPaths.ShouldBe(["<bob@example.com>", "eve@example.com"]);
        request.MailFile.ShouldBe("/var/spool/x/amavis-milter-k3Vt9w/email.txt");
        request.ClientRemovesTempDir.ShouldBeTrue();
        request.ServerDelivers.ShouldBeTrue();
        request.PolicyBanks.ShouldBe(["A", "B"]);
        request.Client.ShouldBe(new ClientFacts
        {
            Address = IPAddress.Parse("192.0.2.9"),
            Port = 3377,
            Name = "n",
            Helo = "h",
            Protocol = "ESMTP",
            QueueId = "p9A1",
            Source = "REMOTE",
        });
    }

    [Fact]
    public void What_is_not_said_has_its_default()
    {
        var request = From(Minimal).Request!;

        request.ClientRemovesTempDir.ShouldBeFalse();
        request.ServerDelivers.ShouldBeFalse();
        request.PolicyBanks.ShouldBeEmpty();
        request.Client.ShouldBe(ClientFacts.Unknown);
        From("request=AM.PDP\nsender=\nrecipient=b@example.com\nmail_file=/m.gz\n").Request!.Sender.IsNull.ShouldBeTrue();
    }

    [Theory]
    [InlineData("sender=<a@b>\nrecipient=<c@d>\n", "Incomplete request")]
    [InlineData("sender=<a@b>\ntempdir=/t\n", "Incomplete request")]
    [InlineData("recipient=<c@d>\ntempdir=/t\n", "Incomplete request")]
    [InlineData("sender=<a@b\nrecipient=<c@d>\ntempdir=/t\n", "Invalid sender")]
    [InlineData("sender=<a@b>\nrecipient=<>\ntempdir=/t\n", "Invalid recipient")]
    [InlineData("sender=<a@b>\nrecipient=c%00@d\ntempdir=/t\n", "Invalid recipient")]
    public void Request_without_what_is_needed_is_incomplete(string lines, string fault) => From(lines).ShouldBe((null, fault));

    [Fact]
    public void Changes_are_sent_in_their_order_and_the_topmost_field_last()
    {
        var reply = new AmPdpCheckReply
        {
            LogId = "k3Vt9w-01",
            Reply = new SmtpReply(250, "2.5.0 Ok, id=k3Vt9w-01, continue delivery"),
            RecipientPaths = ["<bob@example.com>", "<kept@example.com>", "eve@example.com"],
            HandedBack = new HandedBack
            {
                Verdict = ClientVerdict.Continue,
                Recipients = [new(0, MailAddress.FromUnquoted("bob+spam@example.com")), new(2, null)],
                Header =
                [
                    new(FieldChangeKind.Delete, "X-Spam-Flag", 2, ""),
                    new(FieldChangeKind.Replace, "Subject", 1, "***SPAM*** hi"),
                    new(FieldChangeKind.Insert, "DKIM-Signature", 0, " v=1;\n b=x"),
                    new(FieldChangeKind.Insert, "X-Virus-Scanned", 0, "amavis at example.com"),
                    new(FieldChangeKind.Append, "X-Last", 0, "z"),
                ],
            },
        };

        Octets.Text(Written(reply)).ShouldBe(
            "version_server=2\r\nlog_id=k3Vt9w-01\r\nsetreply=250 2.5.0 Ok,%20id=k3Vt9w-01,%20continue%20delivery\r\n"
            + "delrcpt=<bob@example.com>\r\naddrcpt=<bob+spam@example.com>\r\ndelrcpt=eve@example.com\r\n"
            + "delheader=2 x-spam-flag\r\nchgheader=1 subject ***SPAM***%20hi\r\n"
            + "insheader=0 X-Virus-Scanned amavis%20at%20example.com\r\ninsheader=0 DKIM-Signature v=1;%0a%20b=x\r\naddheader=X-Last z\r\n"
            + "return_value=continue\r\nexit_code=0\r\n\r\n");
    }

    [Theory]
    [InlineData(ClientVerdict.Reject, "return_value=reject\r\nexit_code=69\r\n")]
    [InlineData(ClientVerdict.Discard, "return_value=discard\r\nexit_code=99\r\n")]
    [InlineData(ClientVerdict.TempFail, "return_value=tempfail\r\nexit_code=75\r\n")]
    public void Other_verdicts_carry_no_changes(ClientVerdict verdict, string end)
    {
        var reply = new AmPdpCheckReply
        {
            LogId = "x",
            Reply = new SmtpReply(554, "no enhanced code here"),
            RecipientPaths = ["<a@b>"],
            HandedBack = new HandedBack { Verdict = verdict, Recipients = [new(0, null)], Header = [new(FieldChangeKind.Append, "X", 0, "y")] },
        };

        Octets.Text(Written(reply)).ShouldBe("version_server=2\r\nlog_id=x\r\n" + end + "\r\n");
    }

    private static byte[] Written(AmPdpCheckReply reply)
    {
        var pipe = new System.IO.Pipelines.Pipe();
        reply.ToReply().WriteTo(pipe.Writer);
        pipe.Writer.Complete();
        pipe.Reader.TryRead(out var read).ShouldBeTrue();
        return System.Buffers.BuffersExtensions.ToArray(read.Buffer);
    }
}
