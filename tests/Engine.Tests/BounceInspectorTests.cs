using Amavis.Core.Addresses;
using Amavis.Engine.Checks.Bounces;
using Amavis.Engine.Checks.PenPals;
using Amavis.Mime.Headers;
using Amavis.Mime.Structure;
using Amavis.Testing;

namespace Amavis.Engine.Tests;

/// <summary>Which messages are bounces, and of what.</summary>
public sealed class BounceInspectorTests
{
    private const string Quoted = "From: a@example.com\nTo: b@far.example\nSubject: hi\nDate: Mon, 5 Jan 2026 10:00:00 +0000\nMessage-ID: <orig@example.com>\n";

    [Theory]
    [InlineData("message/delivery-status", "delivery-status", "text/rfc822-headers", 1)]
    [InlineData("message/delivery-status", "delivery-status", "message/rfc822", 1)]
    [InlineData("message/disposition-notification", "disposition-notification", "message/rfc822", 1)]
    [InlineData("message/feedback-report", "feedback-report", "message/rfc822", 1)]
    [InlineData("message/global-delivery-status", "global-delivery-status", "message/global-headers", 1)]
    [InlineData("message/delivery-status", "delivery-status", "text/plain", 3)]
    [InlineData("text/plain", "delivery-status", "message/rfc822", 4)]
    public void A_report_names_the_message_it_is_about(string status, string reportType, string returned, int rule)
    {
        var bounce = Inspect(Report(status, reportType, returned, Quoted));
        bounce.ShouldBe(new BouncedMail(rule, "<orig@example.com>"));
    }

    [Fact]
    public void A_report_whose_type_is_not_that_of_its_part_is_no_bounce() =>
        Inspect(Report("message/delivery-status", "feedback-report", "text/rfc822-headers", Quoted)).ShouldBeNull();

    [Fact]
    public void A_report_without_an_id_is_a_bounce_of_unknown_mail() =>
        Inspect(Report("message/delivery-status", "delivery-status", "text/rfc822-headers", "From: a@b.example\nSubject: x\n")).ShouldBe(new BouncedMail(1, null));

    [Fact]
    public void A_text_that_quotes_a_header_section_after_some_words_is_a_bounce()
    {
        var mail = "From: MAILER-DAEMON@far.example\nSubject: failed\n\nThis is the mail system.\nIt did not work.\n\n> " + Quoted.TrimEnd().ReplaceLineEndings("\n> ") + "\n\nbye\n";
        Inspect(mail, nullSender: true).ShouldBe(new BouncedMail(7, "<orig@example.com>"));
        Inspect(mail, nullSender: false).ShouldBeNull();
    }

    [Fact]
    public void A_text_of_a_mailer_without_a_header_section_is_not_proven() =>
        Inspect("From: postmaster@far.example\nSubject: hello\n\nFrom: here on\nall is: fine\n", nullSender: true).ShouldBeNull();

    [Fact]
    public void Ordinary_mail_is_no_bounce() => Inspect("From: a@b.example\nSubject: hi\n\nhello\n").ShouldBeNull();

    [Fact]
    public void A_quoted_header_in_an_encoding_is_decoded() =>
        Inspect(Report("message/delivery-status", "delivery-status", "text/rfc822-headers\nContent-Transfer-Encoding: base64",
            Convert.ToBase64String(Octets.Crlf(Quoted)) + "\n")).ShouldBe(new BouncedMail(1, "<orig@example.com>"));

    /// <summary>Bounces of many mail programs and services, and three messages that are none.</summary>
    [Fact]
    public void Real_bounces_are_recognised()
    {
        var comparison = new Comparison("sisimai-bounces", "bounces are recognised, other mail is not", "Engine.Tests/bounces-differing.txt");
        foreach (var file in Samples.Files("sisimai-bounces/bsd").Concat(Samples.Files("sisimai-bounces/not")).Where(f => f.EndsWith(".eml", StringComparison.Ordinal)))
        {
            var octets = Octets.Crlf(Octets.Text(File.ReadAllBytes(file)));
            var found = Inspect(octets, nullSender: true) is not null;
            var wanted = file.Contains("/bsd/", StringComparison.Ordinal);
            comparison.Add(Path.GetFileName(file), found == wanted ? null : wanted ? Shape(octets) : "taken for a bounce");
        }
        comparison.Finish();
    }

    /// <summary>The same message with CRLF as it is with LF; a mailbox in one piece and files with lone CRs do no harm.</summary>
    [Fact]
    public void Bounces_in_other_forms_are_read()
    {
        var comparison = new Comparison("sisimai-bounces", "bounces with CRLF are recognised like those with LF");
        foreach (var file in Samples.Files("sisimai-bounces/dos", "*.eml"))
        {
            var dos = File.ReadAllBytes(file);
            var unix = Octets.Of(Octets.Text(dos).Replace("\r\n", "\n", StringComparison.Ordinal));
            comparison.Add(Path.GetFileName(file), Inspect(dos, nullSender: true)?.Rule == Inspect(unix, nullSender: true)?.Rule ? null : "another rule");
        }
        comparison.Finish();
        foreach (var file in Samples.Files("sisimai-bounces/mailbox").Concat(Samples.Files("sisimai-bounces/mac")).Concat(Samples.Files("sisimai-bounces/err")))
            Should.NotThrow(() => Inspect(File.ReadAllBytes(file), nullSender: true), file);
    }

    private static string Shape(byte[] octets)
    {
        var root = MimeReader.Read(octets).Root;
        var author = HeaderFacts.Collect(HeaderSection.Parse(octets), MailAddress.Null).Author?.LocalPart;
        return $"{root.MediaType}({string.Join(',', root.Children.Where(c => !c.IsEmbedded).Select(c => c.MediaType))}) of {author}";
    }

    [Theory]
    [InlineData(0, "0 0:00:00")]
    [InlineData(3600, "0 1:00:00")]
    [InlineData(262861, "3 1:01:01")]
    [InlineData(59.6, "0 0:01:00")]
    public void An_age_is_shown_in_days_and_time(double seconds, string shown) => PenPalAge.Text(TimeSpan.FromSeconds(seconds)).ShouldBe(shown);

    private static string Report(string status, string reportType, string returned, string quoted) =>
        $"From: MAILER-DAEMON@far.example\nSubject: report\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type={reportType}; boundary=b\n\n"
        + $"--b\n\nsorry\n--b\nContent-Type: {status}\n\nAction: failed\n\n--b\nContent-Type: {returned}\n\n{quoted}\n--b--\n";

    private static BouncedMail? Inspect(string mail, bool nullSender = true) => Inspect(Octets.Crlf(mail), nullSender);

    private static BouncedMail? Inspect(byte[] octets, bool nullSender)
    {
        using var spool = new MemorySpool(octets);
        var sender = nullSender ? MailAddress.Null : MailAddress.FromUnquoted("x@far.example");
        return BounceInspector.Inspect(MimeReader.Read(octets), spool, HeaderFacts.Collect(HeaderSection.Read(spool), sender), nullSender);
    }
}
