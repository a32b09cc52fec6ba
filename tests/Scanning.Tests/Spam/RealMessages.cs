using System.Text;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Spam;

/// <summary>A dozen messages of different kinds for comparisons with what a scanner says when it is asked directly; more with the public collection.</summary>
internal static class RealMessages
{
    private const string Text = "Dear reader,\r\n\r\nthe meeting of the garden club takes place on Tuesday. Please bring seeds, tools and something to drink.\r\n";

    /// <summary>Name and octets.</summary>
    public static IEnumerable<(string Name, byte[] Octets)> All()
    {
        yield return ("plain", Mail(null, Text));
        yield return ("gtube", Mail(null, TestVirus.Gtube + "\r\n"));
        yield return ("html", Mail("text/html; charset=utf-8", "<html><body><p>Buy <b>now</b>!</p><a href=\"http://192.0.2.9/x\">http://bank.example/</a><img src=\"http://x.example/1.gif\"></body></html>\r\n"));
        yield return ("html without end", Mail("text/html", "<html><body><font color=white>v<i></i>i<i></i>a"));
        yield return ("shouting", Mail(null, "FREE MONEY!!! CLICK HERE, ACT NOW, 100% GUARANTEED, NO FEES, LIMITED TIME OFFER $$$\r\n"));
        yield return ("base64", Mail("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64", Convert.ToBase64String(Encoding.UTF8.GetBytes(Text)) + "\r\n"));
        yield return ("two parts", Mail("multipart/alternative; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\n" + Text + "--b\r\nContent-Type: text/html\r\n\r\n<p>other words</p>\r\n--b--\r\n"));
        yield return ("attachment", Mail("multipart/mixed; boundary=b", "--b\r\n\r\n" + Text + "--b\r\nContent-Type: application/octet-stream; name=a.exe\r\nContent-Disposition: attachment; filename=a.exe\r\nContent-Transfer-Encoding: base64\r\n\r\nTVqQAAMAAAA=\r\n--b--\r\n"));
        yield return ("other script", Mail("text/plain; charset=utf-8", "Привет, как дела? Это простое письмо без смысла.\r\n"));
        yield return ("no body", Mail(null, ""));
        yield return ("dots", Mail(null, ".\r\n..\r\n.x\r\n"));
        yield return ("long", Mail(null, string.Concat(Enumerable.Repeat(Text, 300))));
        foreach (var folder in (string[])["dkim", "spamassassin", "mimekit/messages", "sisimai-bounces/dos"])
            foreach (var file in Samples.Files(folder, "*.eml").Take(3))
                yield return (folder + "/" + Path.GetFileName(file), WithCrLf(File.ReadAllBytes(file)));
    }

    private static byte[] Mail(string? type, string body) => Encoding.UTF8.GetBytes(
        "Received: from mail.example.org (mail.example.org [192.0.2.5])\r\n\tby mx.example.com (Postfix) with ESMTPS id A66F7AA1;\r\n\tMon, 05 Jan 2026 10:04:00 +0000 (UTC)\r\n"
        + "From: A Sender <sender@example.org>\r\nTo: user1@example.com\r\nSubject: a few words\r\nDate: Mon, 05 Jan 2026 10:04:00 +0000\r\nMessage-ID: <4.c2b3e907b60@d4.example.org>\r\n"
        + (type is null ? "" : $"MIME-Version: 1.0\r\nContent-Type: {type}\r\n") + "\r\n" + body);

    private static byte[] WithCrLf(byte[] octets) =>
        Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(octets).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal));
}
