using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Mime.Headers;
using Amavis.Scanning.Headers;
using Amavis.Testing;

namespace Amavis.Scanning.Tests.Headers;

public sealed class HeaderCheckTests
{
    private const string Minimum = "Date: Mon, 05 Jan 2026 10:04:00 +0000\r\nFrom: a@example.org\r\n";

    private static IReadOnlyList<HeaderDefect> Run(byte[] header, IEnumerable<string>? tests = null, bool smtpUtf8 = false, params long[] bareCr) =>
        HeaderCheck.Run(new HeaderCheckInput
        {
            Header = HeaderSection.Parse(header),
            Facts = new SpoolFacts { BareCr = bareCr.Length, BareCrOffsets = bareCr },
            AllowedTests = tests is null ? new Settings().AllowedHeaderTests : tests.ToHashSet(),
            SmtpUtf8 = smtpUtf8,
        });

    private static IReadOnlyList<HeaderDefect> Run(string fields) => Run(Octets.Of(Minimum + fields + "\r\n"));

    private static void ShouldBeOnly(IReadOnlyList<HeaderDefect> defects, int minor, string text)
    {
        var defect = defects.ShouldHaveSingleItem();
        defect.Text.ShouldBe(text);
        defect.Minor.ShouldBe(minor);
    }

    [Fact]
    public void A_good_header_has_no_defects() =>
        Run("Subject: words\r\n and more\r\nTo: b@example.com\r\nReceived: x\r\nReceived: y\r\nX-Blank : allowed\r\n").ShouldBeEmpty();

    [Fact]
    public void An_octet_that_is_no_utf8_is_shown_as_observed() =>
        ShouldBeOnly(Run("X-Mailer: caf\xe9 raw 8-bit\r\n"), 2, @"Non-encoded non-ASCII data (and not UTF-8) (char E9 hex): X-Mailer: caf\x{E9} raw 8-bit");

    [Fact]
    public void Of_a_long_field_only_the_surroundings_are_shown() =>
        ShouldBeOnly(Run($"X-Long: {new string('a', 60)}\xe9\xe8\xe7\xe6\xe5{new string('b', 60)}\r\n"), 2,
            @"Non-encoded non-ASCII data (and not UTF-8) (char E9E8E7E6 hex): X-Long: aaaaaaaaaaaaaa[...]aaaaaaaaaaaaaaaaaaaaaa\x{E9}\x{E8}\x{E7}\x{E6}\x{E5}bbbbbbbbbbbbbbb[...]");

    [Fact]
    public void Text_in_utf8_is_accepted() => Run(System.Text.Encoding.UTF8.GetBytes(Minimum + "Subject: žluťoučký kůň\r\n\r\n")).ShouldBeEmpty();

    [Fact]
    public void Text_in_utf8_is_a_fault_when_the_test_for_it_is_on()
    {
        var header = System.Text.Encoding.UTF8.GetBytes(Minimum + "Subject: ů\r\n\r\n");

        Run(header, ["8bit", "utf8"]).ShouldHaveSingleItem().Minor.ShouldBe(2);
        Run(header, ["8bit", "utf8"], smtpUtf8: true).ShouldBeEmpty();
        Run(header, ["utf8"]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Subject: \xc2\x85 next line\r\n", "UTF-8 encoded control character (char C285 hex)")]
    [InlineData("Subject: \x01 and \xc5\xaf\r\n", "Control character in UTF-8 text (char 01 hex)")]
    [InlineData("Subject: \xc5\r\n", "Non-encoded non-ASCII data (and not UTF-8) (char C5 hex)")]
    [InlineData("Subject: \xed\xa0\x80\r\n", "Non-encoded non-ASCII data (and not UTF-8) (char EDA080 hex)")]
    public void Octets_that_utf8_does_not_allow_here_are_faults(string field, string begin)
    {
        var defect = Run(field).ShouldHaveSingleItem();
        defect.Minor.ShouldBe(2);
        defect.Text.ShouldStartWith(begin);
    }

    [Fact]
    public void A_lone_control_character_is_accepted() => Run("Subject: \x01\r\n").ShouldBeEmpty();

    [Fact]
    public void A_nul_is_a_fault() =>
        ShouldBeOnly(Run("Subject: a\0\0b\r\n"), 3, @"Control character in a header field (char 0000 hex): Subject: a\x{00}\x{00}b");

    [Theory]
    [InlineData("Subject: ab", 10, @"Subject: a\x{0D}b")]
    [InlineData("Subject: ab", 0, @"\x{0D}Subject: ab")]
    [InlineData("Subject: ab", 11, @"Subject: ab\x{0D}")]
    [InlineData("Subject: ab\r\n cd", 15, @"Subject: ab\x{0A} c\x{0D}d")]
    public void A_lone_cr_that_was_dropped_is_shown_where_it_stood(string field, int offset, string excerpt)
    {
        var header = Octets.Of(Minimum + field + "\r\nTo: x\r\n\r\n");

        ShouldBeOnly(Run(header, bareCr: Minimum.Length + offset), 3, "Control character in a header field (char 0D hex): " + excerpt);
    }

    [Fact]
    public void A_lone_cr_in_the_body_is_no_fault_of_the_header() => Run(Octets.Of(Minimum + "\r\n"), bareCr: Minimum.Length + 20).ShouldBeEmpty();

    [Fact]
    public void A_folded_line_of_blanks_is_a_fault() =>
        ShouldBeOnly(Run("Subject: a\r\n \t\r\n b\r\n"), 4, @"Folded header field line made up entirely of whitespace: Subject: a\x{0A} \x{09}\x{0A} b");

    [Fact]
    public void A_line_of_998_characters_is_allowed_and_999_are_not()
    {
        Run("X-A: " + new string('x', 993) + "\r\n").ShouldBeEmpty();
        var defect = Run("X-A: y\r\n " + new string('x', 998) + "\r\n").ShouldHaveSingleItem();
        defect.Minor.ShouldBe(5);
        defect.Text.ShouldStartWith("Header line longer than 998 characters (999):  xxx");
    }

    [Theory]
    [InlineData("no colon\r\n", 6)]
    [InlineData("No Colon: after the name\r\n", 6)]
    [InlineData(": no name\r\n", 6)]
    [InlineData("--boundary: x\r\n", 6)]
    [InlineData("Na\xefve: x\r\n", 6)]
    [InlineData("Na\x01me: x\r\n", 6)]
    public void What_is_not_a_field_is_a_fault(string field, int minor) => Run(field).ShouldHaveSingleItem().Minor.ShouldBe(minor);

    [Fact]
    public void A_header_that_begins_with_a_folded_line_is_a_fault() =>
        Run(Octets.Of(" x\r\n" + Minimum + "\r\n")).ShouldHaveSingleItem().Minor.ShouldBe(6);

    [Fact]
    public void Missing_and_repeated_fields_are_named()
    {
        Run(Octets.Of("Subject: a\r\nsubject : b\r\n\r\n")).Select(d => (d.Minor, d.Text)).ShouldBe(
            [(7, "Missing required header field: \"Date\""), (7, "Missing required header field: \"From\""), (8, "Duplicate header field: \"Subject\"")]);
    }

    [Fact]
    public void Mime_errors_are_faults_and_stay_on_their_line()
    {
        var defects = HeaderCheck.Run(new HeaderCheckInput
        {
            Header = HeaderSection.Parse(Octets.Of(Minimum)),
            Facts = SpoolFacts.None,
            MimeErrors = ["no closing boundary\r\nX: y"],
            AllowedTests = new Settings().AllowedHeaderTests,
        });

        ShouldBeOnly(defects, 1, "MIME error: no closing boundary??X: y");
    }

    [Fact]
    public void Without_any_allowed_test_nothing_is_tested() => Run(Octets.Of("no field\r\n"), []).ShouldBeEmpty();

    [Theory]
    [InlineData("syntax", "no colon")]
    [InlineData("long", "X: \n")]
    [InlineData("control", "X: \0")]
    [InlineData("8bit", "X: \xe9")]
    [InlineData("empty", "X: y\r\n \r\n")]
    public void A_test_that_is_not_allowed_finds_nothing(string test, string field)
    {
        var others = new[] { "syntax", "long", "control", "8bit", "empty" }.Where(t => t != test);
        var header = Octets.Of(Minimum + (test == "long" ? "X: " + new string('x', 2000) : field) + "\r\n\r\n");

        Run(header, others).ShouldBeEmpty();
        Run(header, [test]).ShouldNotBeEmpty();
    }

    [Fact]
    public void The_body_after_the_empty_line_is_not_read() => Run(Octets.Of(Minimum + "\r\n \r\nnot a field\r\n")).ShouldBeEmpty();

    [Fact]
    public void Many_faults_are_cut_and_leave_room_for_those_of_the_whole()
    {
        var defects = Run(Octets.Of(string.Concat(Enumerable.Repeat("bad\r\n", 10_000)) + "To: x\r\nTo: x\r\n\r\n"));

        defects.Count.ShouldBeLessThanOrEqualTo(HeaderCheck.MaxDefects);
        defects.Max(d => d.Minor).ShouldBe(8);
    }

    [Fact]
    public void R15_a_field_of_five_megabytes_is_read_once()
    {
        var header = Octets.Of(Minimum + "X-Big: " + string.Concat(Enumerable.Repeat("word\r\n ", 700_000)) + "end\r\n\r\n");
        var started = System.Diagnostics.Stopwatch.GetTimestamp();

        Run(header).ShouldBeEmpty();

        System.Diagnostics.Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }
}
