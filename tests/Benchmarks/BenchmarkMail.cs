using System.Text;

namespace Amavis.Benchmarks;

/// <summary>Messages of a fixed content for the benchmarks, CRLF line ends.</summary>
internal static class BenchmarkMail
{
    private const string Header =
        "Received: from mta.example.net (mta.example.net [192.0.2.10])\r\n\tby mx1.example.com (Postfix) with ESMTPS id 4f0000\r\n"
        + "\tfor <user@example.com>; Mon, 16 Nov 2026 10:00:00 +0000 (UTC)\r\nFrom: \"Some One\" <one@example.org>\r\nTo: user@example.com\r\n"
        + "Subject: =?UTF-8?Q?Rechnung_f=C3=BCr_November?=\r\nDate: Mon, 16 Nov 2026 10:00:00 +0000\r\nMessage-ID: <1@example.org>\r\nMIME-Version: 1.0\r\n";

    /// <summary>4 KiB of text.</summary>
    public static byte[] Plain { get; } = Octets(Header + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + Text(3600));

    /// <summary>A text and an attachment of 1 MiB in base64.</summary>
    public static byte[] Attachment { get; } = Octets(
        Header + "Content-Type: multipart/mixed; boundary=\"b1\"\r\n\r\n--b1\r\nContent-Type: text/plain\r\n\r\n" + Text(2000)
        + "\r\n--b1\r\nContent-Type: application/octet-stream; name=\"data.bin\"\r\nContent-Transfer-Encoding: base64\r\n"
        + "Content-Disposition: attachment; filename*=UTF-8''daten%20neu.bin\r\n\r\n" + Base64(1 << 20) + "\r\n--b1--\r\n");

    /// <summary>Multiparts in each other, 5,000 deep.</summary>
    public static byte[] Nested { get; } = MakeNested(5000);

    /// <summary>One multipart of 10,000 parts.</summary>
    public static byte[] Many { get; } = MakeMany(10_000);

    public static byte[] Octets(string text) => Encoding.Latin1.GetBytes(text);

    private static string Text(int length)
    {
        var text = new StringBuilder();
        while (text.Length < length)
            text.Append("The quick brown fox jumps over the lazy dog and goes home again.\r\n");
        return text.ToString(0, length) + "\r\n";
    }

    private static string Base64(int octets)
    {
        var data = new byte[octets];
        new Random(7).NextBytes(data);
        return Convert.ToBase64String(data, Base64FormattingOptions.InsertLineBreaks);
    }

    private static byte[] MakeNested(int depth)
    {
        var text = new StringBuilder(Header);
        for (var i = 0; i < depth; i++)
            text.Append($"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n");
        return Octets(text.Append("\r\nend\r\n").ToString());
    }

    private static byte[] MakeMany(int parts)
    {
        var text = new StringBuilder(Header).Append("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
        for (var i = 0; i < parts; i++)
            text.Append($"--b\r\nContent-Type: text/plain; name=\"f{i}.txt\"\r\n\r\npart {i}\r\n");
        return Octets(text.Append("--b--\r\n").ToString());
    }
}
