using Amavis.Core.Addresses;
using Amavis.Engine.Checks.Bounces;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Mail that may be a bounce.</summary>
internal sealed class BounceTarget : FuzzTarget
{
    public override string Name => "bounce";

    public override IReadOnlyList<string> Words { get; } =
        ["multipart/report; report-type=delivery-status", "message/delivery-status", "message/rfc822", "text/rfc822-headers", "\r\n\r\n", "Message-ID: <", "Received: ", "From: MAILER-DAEMON", "--"];

    public override IEnumerable<byte[]> Seeds() => Inputs.Folder("sisimai-bounces").Append(Inputs.Mail().First());

    public override void Check(byte[] input, Random random)
    {
        using var spool = new MemorySpool(input);
        var header = HeaderSection.Read(spool);
        BounceInspector.Inspect(MimeReader.Read(input), spool, HeaderFacts.Collect(header, MailAddress.Null), nullSender: true);
    }
}
