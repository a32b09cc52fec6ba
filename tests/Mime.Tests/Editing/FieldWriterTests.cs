using Amavis.Mime.Charsets;
using Amavis.Mime.Editing;
using Amavis.Mime.Headers;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Mime.Tests.Editing;

public sealed class FieldWriterTests
{
    /// <summary>Fields as amavisd-new 2.13 writes them, recorded at a next hop: the folding has to be the same.</summary>
    [Theory]
    [InlineData("X-Spam-Status", Folding.AtMarks, "Yes, score=1001.3\n tagged_above=2\n required=6.31\n tests=[GTUBE=1000,\n RCVD_ILLEGAL_IP=1.3]\n autolearn=disabled", """
        X-Spam-Status: Yes, score=1001.3 tagged_above=2 required=6.31
         tests=[GTUBE=1000, RCVD_ILLEGAL_IP=1.3] autolearn=disabled
        """)]
    [InlineData("X-Spam-Status", Folding.AtMarks, "Yes, score=1001.3\n tag=2\n tag2=6.31\n kill=6.31\n tests=[GTUBE=1000,\n RCVD_ILLEGAL_IP=1.3]\n autolearn=disabled", """
        X-Spam-Status: Yes, score=1001.3 tag=2 tag2=6.31 kill=6.31 tests=[GTUBE=1000,
         RCVD_ILLEGAL_IP=1.3] autolearn=disabled
        """)]
    [InlineData("X-Spam-Status", Folding.AtMarks, "No, score=1.3\n tag=x\n tag2=x\n kill=x\n tests=[RCVD_ILLEGAL_IP=1.3]\n autolearn=disabled", """
        X-Spam-Status: No, score=1.3 tag=x tag2=x kill=x tests=[RCVD_ILLEGAL_IP=1.3]
         autolearn=disabled
        """)]
    [InlineData("X-Amavis-Alert", Folding.AtBlanks, "BAD HEADER SECTION, Non-encoded non-ASCII data (and not UTF-8) (char E9 hex): X-Mailer: caf\\x{E9} raw 8-bit", """
        X-Amavis-Alert: BAD HEADER SECTION, Non-encoded non-ASCII data (and not UTF-8)
         (char E9 hex): X-Mailer: caf\x{E9} raw 8-bit
        """)]
    [InlineData("X-Amavis-Alert", Folding.AtBlanks, "BANNED, message contains application/octet-stream,.exe,.exe-ms,setup.exe", """
        X-Amavis-Alert: BANNED, message contains
         application/octet-stream,.exe,.exe-ms,setup.exe
        """)]
    [InlineData("X-Amavis-Alert", Folding.AtBlanks, "INFECTED, message contains virus: Eicar-Test-Signature.UNOFFICIAL", """
        X-Amavis-Alert: INFECTED, message contains virus:
         Eicar-Test-Signature.UNOFFICIAL
        """)]
    [InlineData("Resent-From", Folding.AtBlanks, "\"Content-filter at filter.example.net\" <postmaster@filter.example.net>", """
        Resent-From: "Content-filter at filter.example.net"
         <postmaster@filter.example.net>
        """)]
    [InlineData("Received", Folding.AtMarks, "from mta.example.net ([127.0.0.1])\n by localhost (filter.example.net [127.0.0.1]) (amavis, port 10024)\n with ESMTP\n id DmJPZzIxqQvh\n for <user1@example.com>;\n Sun, 22 Nov 2026 12:01:12 +0000 (UTC)", """
        Received: from mta.example.net ([127.0.0.1])
         by localhost (filter.example.net [127.0.0.1]) (amavis, port 10024) with ESMTP
         id DmJPZzIxqQvh for <user1@example.com>;
         Sun, 22 Nov 2026 12:01:12 +0000 (UTC)
        """)]
    [InlineData("X-Spam-Level", Folding.AtBlanks, "", "X-Spam-Level:")]
    [InlineData("X-Virus-Scanned", Folding.AtBlanks, "amavis at example.com", "X-Virus-Scanned: amavis at example.com")]
    public void Fields_are_folded_as_recorded(string name, Folding folding, string body, string expected)
    {
        Write(name, body, folding).ShouldBe(expected.Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "\r\n", StringComparison.Ordinal) + "\r\n");
    }

    [Theory]
    [InlineData("a\r\nBcc: x@y.test", Folding.AtBlanks, "X-A: a Bcc: x@y.test\r\n")]
    [InlineData("a\r\nBcc: x@y.test", Folding.AsGiven, "X-A: a\r\n Bcc: x@y.test\r\n")]
    [InlineData("a\nBcc: x@y.test", Folding.AtMarks, "X-A: aBcc: x@y.test\r\n")]
    [InlineData("a\0b\u0085c\u001b", Folding.AtBlanks, "X-A: a b c\r\n")]
    [InlineData("a\n\n \n\tb\n", Folding.AsGiven, "X-A: a\r\n\tb\r\n")]
    [InlineData("\na", Folding.AsGiven, "X-A: a\r\n")]
    [InlineData("  a", Folding.AtBlanks, "X-A:  a\r\n")]
    [InlineData("line 1\nline 2\n  line 3", Folding.AsGiven, "X-A: line 1\r\n line 2\r\n  line 3\r\n")]
    public void Body_cannot_begin_another_field_or_an_empty_line(string body, Folding folding, string expected)
    {
        Write("X-A", body, folding).ShouldBe(expected);
    }

    [Fact]
    public void Blank_comes_in_where_a_mark_without_one_is_used()
    {
        Write("DKIM-Signature", string.Join('\n', Enumerable.Repeat(new string('b', 30), 4)), Folding.AtMarks)
            .ShouldBe($"DKIM-Signature: {new string('b', 60)}\r\n {new string('b', 60)}\r\n");
    }

    [Fact]
    public void Long_word_stays_beside_the_name_and_is_cut_at_998()
    {
        var text = Write("X-A", new string('x', 2000), Folding.AtBlanks);
        text.Length.ShouldBe(1000);
        text.ShouldEndWith("x...\r\n");
        Write("X-A", string.Concat(Enumerable.Repeat("ä", 600)), Folding.AtBlanks).ShouldEndWith("ä...\r\n", Case.Sensitive);
    }

    [Theory]
    [InlineData("Subject", "Grüße aus Köln", "Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= aus =?utf-8?Q?K=C3=B6ln?=\r\n")]
    [InlineData("From", "\"Jörg M.\" <j@a.test>, x@y.test", "From: =?utf-8?Q?J=C3=B6rg_M=2E?= <j@a.test>, x@y.test\r\n")]
    [InlineData("To", "Jörg Ö (Köln) <j@a.test>", "To: =?utf-8?Q?J=C3=B6rg_=C3=96?= (=?utf-8?Q?K=C3=B6ln?=) <j@a.test>\r\n")]
    [InlineData("X-Other", "Grüße", "X-Other: Grüße\r\n")]
    public void Only_fields_for_people_get_encoded_words(string name, string body, string expected)
    {
        Write(name, body, Folding.AtBlanks).ShouldBe(expected);
    }

    [Fact]
    public void Nothing_is_encoded_with_smtputf8()
    {
        Write("Subject", "Grüße", Folding.AtBlanks, HeaderRendering.Default with { SmtpUtf8 = true }).ShouldBe("Subject: Grüße\r\n");
    }

    [Fact]
    public void Charset_and_kind_of_encoded_words_are_settings()
    {
        Write("Subject", "ä", Folding.AtBlanks, HeaderRendering.Default with { Charset = "iso-8859-1", Base64Words = true }).ShouldBe("Subject: =?iso-8859-1?B?5A==?=\r\n");
    }

    [Theory]
    [InlineData("")]
    [InlineData("A B")]
    [InlineData("A:")]
    [InlineData("A\r\nB")]
    [InlineData("Ä")]
    public void Name_that_cannot_be_one_is_refused(string name)
    {
        FieldWriter.IsName(name).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => new HeaderEdits().Add(name, "x"));
    }

    [Fact]
    public void Any_body_gives_one_field_with_lines_in_their_limits()
    {
        var body = Gen.Frequency((3, Gen.Elements("a b\r\n\t,ä\0\"<(".ToCharArray())), (1, Gen.Choose(0, 0xffff).Select(i => (char)i))).ListOf().Select(l => new string([.. l]));
        var cases = Gen.Choose(0, 2).SelectMany(f => body.SelectMany(b => Gen.Elements("X-A", "Subject", "From").Select(n => (Name: n, Body: b, Folding: (Folding)f))));
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var octets = FieldWriter.Write(c.Name, c.Body, c.Folding, HeaderRendering.Default);
            var header = HeaderSection.Parse(octets);
            header.Fields.ShouldHaveSingleItem().Name.ShouldBe(c.Name);
            header.SeparatorLength.ShouldBe(0);
            octets.AsSpan().IndexOfAnyInRange((byte)0, (byte)8).ShouldBe(-1);
            foreach (var line in Octets.Text(octets).TrimEnd().Split("\r\n"))
            {
                line.Length.ShouldBeLessThanOrEqualTo(FieldWriter.MaxLine);
                line.Trim(' ', '\t').ShouldNotBeEmpty();
                line.ShouldNotContain('\r');
                line.ShouldNotContain('\n');
            }
        }).QuickCheckThrowOnFailure();
    }

    private static string Write(string name, string body, Folding folding, HeaderRendering? rendering = null) =>
        MailText.Guess(FieldWriter.Write(name, body, folding, rendering ?? HeaderRendering.Default));
}
