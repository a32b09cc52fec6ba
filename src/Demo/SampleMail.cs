using System.Text;
using Amavis.Core.Addresses;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Client;

namespace Amavis.Demo;

/// <summary>A few messages to look at: clean, infected, banned, spam.</summary>
internal static class SampleMail
{
    // Put together here, so that no scanner takes this file for what it only talks about.
    private static readonly string Eicar = @"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-" + "ANTIVIRUS-TEST-FILE!$H+H*";
    private static readonly string Gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-" + "ANTI-UBE-TEST-EMAIL*C.34X";

    public static async Task<IReadOnlyList<string>> SendAsync(SmtpClientPool pool, int port, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var results = new List<string>();
        (string Name, string From, string Subject, string Body)[] samples =
        [
            ("clean", "ann@far.example", "Minutes of Tuesday's meeting", Plain("Dear Bob,\n\nhere are the minutes. See you on Friday.\n\nAnn\n")),
            ("EICAR", "invoice@shop.example", "Your invoice", Attached("Please find our invoice attached.\n", "invoice.com.txt", "text/plain", Encoding.ASCII.GetBytes(Eicar))),
            ("banned attachment", "carol@partner.example", "The new setup program", Attached("Run this.\n", "setup.exe", "application/octet-stream", Program())),
            ("spam (GTUBE)", "offers@bulk.example", "You have won", Plain(Gtube + "\n\nBuy now.\n")),
        ];
        foreach (var (name, from, subject, body) in samples)
        {
            var id = Guid.NewGuid().ToString("N")[..12];
            var text = $"From: <{from}>\nTo: <bob@example.com>\nSubject: {subject}\nDate: {now:ddd, d MMM yyyy HH:mm:ss} +0000\nMessage-ID: <{id}@{from.Split('@')[1]}>\nMIME-Version: 1.0\n{body}";
            var result = await pool.SendAsync(new SmtpDelivery
            {
                Method = DeliveryMethod.Parse($"smtp:[127.0.0.1]:{port}"),
                Sender = MailAddress.FromUnquoted(from),
                Recipients = [new SmtpDeliveryRecipient(MailAddress.FromUnquoted("bob@example.com"))],
                Message = new InMemoryMessage(Encoding.UTF8.GetBytes(text.Replace("\n", "\r\n", StringComparison.Ordinal))),
                LogId = "demo",
                PerRecipientReplies = true,
            }, cancellationToken);
            results.Add($"{name}: {result.Recipients[0].RemoteReply ?? result.Recipients[0].Reply.ToString()}");
        }
        return results;
    }

    private static string Plain(string text) => "Content-Type: text/plain; charset=utf-8\n\n" + text;

    private static string Attached(string text, string name, string type, byte[] octets)
    {
        const string boundary = "=_demo_part";
        var encoded = Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks).Replace("\r\n", "\n", StringComparison.Ordinal);
        return $"Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n--{boundary}\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
            + $"--{boundary}\nContent-Type: {type}; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n"
            + $"Content-Transfer-Encoding: base64\n\n{encoded}\n--{boundary}--\n";
    }

    /// <summary>The head of a Windows program, with nothing in it that could run.</summary>
    private static byte[] Program()
    {
        var octets = new byte[512];
        "MZ"u8.CopyTo(octets);
        octets[60] = 128;
        "PE\0\0"u8.CopyTo(octets.AsSpan(128));
        octets[132] = 0x4c;
        octets[133] = 1;
        octets[150] = 2;
        octets[152] = 0x0b;
        octets[153] = 1;
        return octets;
    }
}
