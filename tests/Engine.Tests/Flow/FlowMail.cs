namespace Amavis.Engine.Tests.Flow;

/// <summary>Messages for the harness.</summary>
internal static class FlowMail
{
    private const string Top = """
        Received: from mail.example.org (mail.example.org [198.51.100.7])
        	by mx.example.com (Postfix) with ESMTPS id 2CF832A0; Mon, 05 Jan 2026 10:01:00 +0000 (UTC)
        From: "Ann Sender" <ann@example.org>
        To: <user1@example.com>
        Subject: a plain message
        Date: Mon, 05 Jan 2026 10:01:00 +0000
        Message-ID: <m1@example.org>
        MIME-Version: 1.0

        """;

    public static string Clean => With("");

    public static string Virus => With("", "X-Test-Virus: Test.Sig-1\n");

    public static string Score(double points) => With(FormattableString.Invariant($"X-Test-Score: {points}\n"));

    public static string BadHeader => With("X-Odd: caf\u00e9 raw 8-bit\n");

    /// <summary>A program as an attachment.</summary>
    public static string Banned => Attached("setup.exe", "application/x-msdownload", Program());

    /// <summary>A zip archive whose member is encrypted.</summary>
    public static string Encrypted => Attached("a.zip", "application/zip", Convert.FromBase64String(EncryptedZip));

    /// <summary>Two boundaries: readers differ in what the parts are.</summary>
    public static string Ambiguous => Top.ReplaceLineEndings("\n") + """
        Content-Type: multipart/mixed; boundary="=_a"; boundary="=_b"

        --=_a
        Content-Type: text/plain

        one reading

        --=_a--
        --=_b
        Content-Type: text/plain

        the other

        --=_b--

        """.ReplaceLineEndings("\n");

    public static string Long(int octets) => With("", string.Concat(Enumerable.Repeat(new string('x', 70) + "\n", (octets / 71) + 1)));

    /// <summary>The plain message with more fields and another text.</summary>
    public static string With(string fields, string body = "hello\n.a line with a dot\nFrom here on\nbye\n") =>
        Top.ReplaceLineEndings("\n") + fields + "Content-Type: text/plain; charset=utf-8\n\n" + body;

    public static string Attached(string name, string type, byte[] octets) => Top.ReplaceLineEndings("\n") + $"""
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

        """.ReplaceLineEndings("\n");

    private static byte[] Program()
    {
        var program = new byte[512];
        "MZ"u8.CopyTo(program);
        program[60] = 128;
        "PE\0\0"u8.CopyTo(program.AsSpan(128));
        (program[132], program[133], program[150], program[152], program[153]) = (0x4c, 1, 2, 0x0b, 1);
        return program;
    }

    /// <summary>One text file, password "secret".</summary>
    private const string EncryptedZip =
        "UEsDBAoACQAAACGOdl0gMDo2EgAAAAYAAAAFABwAYS50eHRVVAkAAw4rA2sOKwNrdXgLAAEEAAAAAAQAAAAAZyMaYvEWgNCSHDjfKxF+SGMxUEsHCCAwOjYSAAAABgAAAFBLAQIeAwoA"
        + "CQAAACGOdl0gMDo2EgAAAAYAAAAFABgAAAAAAAEAAACkgQAAAABhLnR4dFVUBQADDisDa3V4CwABBAAAAAAEAAAAAFBLBQYAAAAAAQABAEsAAABhAAAAAAA=";
}
