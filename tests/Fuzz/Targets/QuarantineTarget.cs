using Amavis.Core.Addresses;
using Amavis.Engine.Releasing;
using Amavis.Testing;

namespace Amavis.Fuzz.Targets;

/// <summary>Files of the quarantine: read back whole, our fields and the original kept apart.</summary>
internal sealed class QuarantineTarget : FuzzTarget
{
    public override string Name => "quarantine";

    public override int MaxOctets => 8192;

    public override IReadOnlyList<string> Words { get; } =
        ["Return-Path: <", "X-Envelope-From: <>\n", "X-Envelope-To: <a@b>, <\"c, d\"@e>\n", "X-Envelope-To-Blocked: ", "X-Quarantine-ID: <abc>\n", "X-Amavis-Alert: INFECTED, ", "X-Spam-Flag: YES\n", "\n\n", "\r\n", "From ", "\n ", "<", ">", "\"", "\\"];

    public override IEnumerable<byte[]> Seeds() =>
    [
        Inputs.Octets("Return-Path: <a@b.example>\nX-Envelope-From: <a@b.example>\nX-Envelope-To: <c@d.example>,\n <\"e, f\"@g>\nX-Envelope-To-Blocked: <c@d.example>\nX-Quarantine-ID: <aX3C4f6btXgX>\nX-Amavis-Alert: INFECTED, message contains virus: X\nX-Spam-Flag: YES\nReceived: x\nSubject: y\n\ntext\n"),
        Inputs.Octets("X-Envelope-From: <>\r\nX-Envelope-To: <c@d>\r\nX-Quarantine-ID: <x>\r\n\r\nbody without an end"), .. Inputs.Folder("mime4j").Take(20),
    ];

    public override void Check(byte[] input, Random random)
    {
        var reading = StoredMessage.ReadAsync(new MemoryStream(input), new MemorySpoolFactory(), CancellationToken.None);
        FindingException.Unless(reading.IsCompleted, "waits for something");
        using var stored = reading.GetAwaiter().GetResult();
        FindingException.Unless(stored.OriginalOffset >= 0 && stored.OriginalOffset <= stored.Spool.Length, $"the original begins at {stored.OriginalOffset} of {stored.Spool.Length}");
        foreach (var address in stored.Recipients.Concat(stored.AllRecipients).Append(stored.Sender ?? MailAddress.Null))
            FindingException.Unless(!address.Smtp.Any(c => c is '\r' or '\n' or '\0'), "a line end in an address");
    }
}
