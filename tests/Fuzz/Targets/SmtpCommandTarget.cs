using System.Buffers;
using Amavis.Core.Messages;
using Amavis.Protocols.Smtp;
using Amavis.Protocols.Smtp.Client;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Fuzz.Targets;

/// <summary>Lines of SMTP, from clients and from next hops.</summary>
internal sealed class SmtpCommandTarget : FuzzTarget
{
    public override string Name => "smtp";

    public override int MaxOctets => 4096;

    public override IReadOnlyList<string> Words { get; } =
        ["MAIL FROM:<", "RCPT TO:<", " SIZE=", " BODY=8BITMIME", " SMTPUTF8", " ENVID=", " ORCPT=rfc822;", " NOTIFY=NEVER", "XFORWARD ADDR=", "+3D", "EHLO ", "AUTH PLAIN ", "BDAT 5 LAST", "\r\n", "250-", "250 2.0.0 ", "5.7.1 "];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("MAIL FROM:<a@b.example> SIZE=1000 BODY=8BITMIME RET=HDRS ENVID=x+2By\r\nRCPT TO:<c@d.example> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;c@d.example\r\nDATA\r\n"),
        Inputs.Octets("XFORWARD NAME=x+2Eexample ADDR=192.0.2.1 PORT=25 PROTO=ESMTP HELO=y IDENT=z SOURCE=REMOTE\r\n"),
        Inputs.Octets("250-mx.example\r\n250-SIZE 1000\r\n250-XFORWARD NAME ADDR\r\n250 8BITMIME\r\n"),
        Inputs.Octets("550 5.7.1 <c@d>: no such user; see https://x\r\n"),
    ];

    public override void Check(byte[] input, Random random)
    {
        var buffer = Inputs.Sequence(Inputs.Pieces(input, random));
        var lines = new List<string>();
        while (SmtpLine.TryRead(ref buffer, 2048, out var line) == LineStatus.Complete)
        {
            var octets = line.ToArray();
            var command = SmtpCommand.Parse(octets);
            FindingException.Unless(!command.IsClean || !octets.AsSpan().ContainsAny("\r\n\0"u8), "a line end in a line that passes for clean");
            var text = Inputs.Text(octets);
            var reply = SmtpReply.Parse(text);
            FindingException.Unless(!SmtpLine.Escape(reply.ToString()).AsSpan().ContainsAny('\r', '\n'), "a line end in a reply");
            _ = EsmtpParameters.TryParse(text, out _);
            lines.Add(text);
        }
        NextHopFeatures.Read(lines);
    }
}
