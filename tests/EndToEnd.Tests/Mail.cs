using Amavis.Testing;

namespace Amavis.EndToEnd.Tests;

/// <summary>Messages for the tests, CRLF line ends.</summary>
internal static class Mail
{
    private const string Top = """
        Received: from mail.example.org (mail.example.org [198.51.100.7])
        	by mx.example.com (Postfix) with ESMTPS id 2CF832A0
        	for <user1@example.com>; Mon, 05 Jan 2026 10:01:00 +0000 (UTC)
        From: "Ann Sender" <ann@example.org>
        To: <user1@example.com>
        Subject: {0}
        Date: Mon, 05 Jan 2026 10:01:00 +0000
        Message-ID: <{1}@example.org>
        MIME-Version: 1.0

        """;

    public static byte[] Clean(string id = "clean.1") =>
        Octets.Crlf(Header("a plain message", id) + "Content-Type: text/plain; charset=utf-8\n\nhello\n.a line with a dot\nbye\n");

    public static byte[] Eicar(string id = "eicar.1") => Attached("your invoice", id, "text/plain", "readme.txt", TestVirus.Eicar);

    public static byte[] Gtube(string id = "gtube.1") =>
        Octets.Crlf(Header("it a the", id) + "Content-Type: text/plain; charset=utf-8\n\n" + TestVirus.Gtube + "\nbuy now\n");

    public static byte[] Banned(string id = "banned.1")
    {
        var program = new byte[512];
        "MZ"u8.CopyTo(program);
        program[60] = 128;
        "PE\0\0"u8.CopyTo(program.AsSpan(128));
        (program[132], program[133], program[150], program[152], program[153]) = (0x4c, 1, 2, 0x0b, 1);
        return Attached("the program", id, "application/octet-stream", "setup.exe", program);
    }

    public static byte[] BadHeader(string id = "badh.1") =>
        Octets.Crlf(Header("bad header", id) + "X-Mailer: caf\u00e9 raw 8-bit\nContent-Type: text/plain\n\nhello\n");

    public static byte[] Attached(string subject, string id, string type, string name, byte[] octets) =>
        Octets.Crlf(Header(subject, id) + $"""
            Content-Type: multipart/mixed; boundary="=_b"

            --=_b
            Content-Type: text/plain; charset=utf-8

            see the attachment

            --=_b
            Content-Type: {type}; name="{name}"
            Content-Disposition: attachment; filename="{name}"
            Content-Transfer-Encoding: base64

            {Convert.ToBase64String(octets, Base64FormattingOptions.InsertLineBreaks)}
            --=_b--

            """);

    private static string Header(string subject, string id) =>
        Top.Replace("{0}", subject, StringComparison.Ordinal).Replace("{1}", id, StringComparison.Ordinal);
}
