using System.Text;
using Amavis.Data.Model;
using Amavis.Data.Writing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Data.Tests;

public sealed class ColumnTextTests
{
    [Fact]
    public void Any_text_fits_its_column() =>
        Prop.ForAll(ArbMap.Default.ArbFor<string>(), ArbMap.Default.ArbFor<byte>(), (text, max) =>
        {
            var characters = ColumnText.Characters(text, max);
            characters.EnumerateRunes().Count().ShouldBeLessThanOrEqualTo(max);
            characters.ShouldNotContain('\0');
            Should.NotThrow(() => new UTF8Encoding(false, throwOnInvalidBytes: true).GetBytes(characters));
            var printable = ColumnText.Printable(text, max);
            printable.Length.ShouldBeLessThanOrEqualTo(max);
            printable.ShouldAllBe(c => c >= ' ' && c <= '~');
            Encoding.UTF8.GetByteCount(ColumnText.Octets(characters, max)).ShouldBeLessThanOrEqualTo(max);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("caf\u00e9", "caf??")]
    [InlineData("a\tb\u007f", "a?b?")]
    [InlineData("\ud83d\ude00", "????")]
    public void Octets_that_are_not_printable_become_question_marks(string text, string expected) => ColumnText.Printable(text).ShouldBe(expected);

    [Fact]
    public void Characters_are_counted_not_their_octets()
    {
        var text = new string('\u00e9', 255);
        ColumnText.Characters(text).ShouldBe(text);
        ColumnText.Characters(text + "x").ShouldBe(text);
        ColumnText.Octets(text).ShouldBe(text[..127]);
    }

    [Theory]
    [InlineData("Sub.Example.COM", "com.example.sub")]
    [InlineData("[192.0.2.1]", "1].2.0.[192")]
    [InlineData("example.com.", "com.example")]
    public void Domains_are_reversed(string domain, string expected) =>
        new RowBuilder(false, false).Address(new("u", domain)).Domain.ShouldBe(expected);

    [Theory]
    [InlineData("user", "Example.com.", "user@example.com")]
    [InlineData("User+X", "example.com", "user+x@example.com")]
    [InlineData("weird user", "far.test", "\"weird user\"@far.test")]
    [InlineData("postmaster", "", "postmaster@")]
    [InlineData("a@b", "c.d", "\"a@b\"@c.d")]
    public void Addresses_keep_their_quoting(string local, string domain, string expected) =>
        new RowBuilder(false, false).Address(new(local, domain)).Email.ShouldBe(expected);

    [Fact]
    public void Long_addresses_are_cut_at_255_octets() =>
        new RowBuilder(false, true).Address(new(new string('a', 250), "\u00f6.example")).Email.Length.ShouldBe(255);

    [Fact]
    public void Time_is_whole_seconds_in_utc()
    {
        var at = DateTimeOffset.FromUnixTimeMilliseconds(1709201472900).ToOffset(TimeSpan.FromHours(5));
        new RowBuilder(false, false).Arrival(Records.Arrival("t", at: at)).TimeNum.ShouldBe(1709201472);
        IsoTime.ToText(at).ShouldBe("20240229T101112Z");
        IsoTime.FromText("20240229T101112Z").ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1709201472));
        IsoTime.FromText("2024-02-29 10:11:12").ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1709201472));
        IsoTime.FromText("no time").ShouldBe(DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public void Positions_only_rise_and_the_null_recipient_takes_a_number()
    {
        var record = Records.Clean("r");
        var given = new[] { (1, "a@b.test"), (2, ""), (3, "c@d.test"), (3, "e@f.test"), (0, "g@h.test") };
        var row = new RowBuilder(false, false).Final(record with { Recipients = [.. given.Select(g => Records.Recipient(g.Item2, g.Item1))] });
        row.Recipients.Select(r => r.Rseqnum).ShouldBe([1, 3, 4, 5]);
    }

    [Fact]
    public void Octets_that_are_no_utf8_are_read_as_latin_1()
    {
        OctetText.FromOctets([0x63, 0xe9]).ShouldBe("c\u00e9");
        OctetText.FromOctets(OctetText.ToOctets("c\u00e9")).ShouldBe("c\u00e9");
    }
}
