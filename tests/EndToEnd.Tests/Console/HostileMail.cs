using Amavis.Testing;

namespace Amavis.EndToEnd.Tests.Console;

/// <summary>A message that tries to run script in the browser of whoever looks at it.</summary>
internal static class HostileMail
{
    public const string Subject = "\"><img src=x onerror=alert(1)><script>alert(2)</script>";
    public const string From = "<script>alert(3)</script>";
    public const string FileName = "\"><img src=x onerror=alert(4)>.exe";

    /// <summary>Envelope sender, a quoted local part.</summary>
    public const string Sender = "\"<script>alert(5)</script>\"@example.org";

    public static byte[] Message => Octets.Crlf($"""
        From: "{From}" <ann@example.org>
        To: <user1@example.com>
        Subject: {Subject}
        Date: Mon, 05 Jan 2026 10:01:00 +0000
        Message-ID: <hostile.1@example.org>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="=_b"

        --=_b
        Content-Type: text/html; charset=utf-8

        <p>seen as a page</p><script>alert(6)</script><img src="http://192.0.2.1/x.png" onerror="alert(7)"><svg onload="alert(8)"></svg>
        <a href="javascript:alert(9)">press</a><form action="http://192.0.2.1/"><input name="a"></form><meta http-equiv="refresh" content="0;url=http://192.0.2.1/">

        --=_b
        Content-Type: application/octet-stream; name="{FileName.Replace("\"", "\\\"", StringComparison.Ordinal)}"
        Content-Disposition: attachment; filename="{FileName.Replace("\"", "\\\"", StringComparison.Ordinal)}"
        Content-Transfer-Encoding: base64

        TVo=
        --=_b--

        """);
}
