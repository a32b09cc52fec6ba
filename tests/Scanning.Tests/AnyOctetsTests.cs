using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Mime.Headers;
using Amavis.Scanning.Headers;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus.Clamd;
using Amavis.Testing;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Scanning.Tests;

/// <summary>What comes from scanners and in headers may be anything; reading it never throws.</summary>
public sealed class AnyOctetsTests
{
    private static Arbitrary<byte[]> Pieces(params string[] words) =>
        Gen.OneOf(Gen.Elements(words).Select(Octets.Of), Gen.Choose(0, 255).Select(o => new[] { (byte)o }))
            .ArrayOf().Select(parts => parts.SelectMany(p => p).ToArray()).ToArbitrary();

    [Fact]
    public void Any_answer_of_clamd_can_be_read() =>
        Prop.ForAll(Pieces("1: ", "stream: ", "OK", " FOUND", " ERROR", ": ", "/dir/p001"), octets =>
        {
            var clean = ClamdAnswer.TryParseNumbered(octets, out var answer) && answer.Verdict == ClamdVerdict.Clean;
            clean.ShouldBe(clean && Octets.Text(octets).EndsWith(": stream: OK", StringComparison.Ordinal));
            if (ClamdAnswer.TryParse(octets, out var unnumbered))
                unnumbered.Text.ShouldAllBe(c => !char.IsControl(c));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_answer_of_spamd_can_be_read() =>
        Prop.ForAll(Pieces("SPAMD/1.1 0 EX_OK\r\n", "Spam: True ; ", "5.0 / 5.0", "\r\n", "\r\n\r\n", "Content-length: 0", "tests=A=1,", "---- ----", " pts rule name\n", " 1.0 A  x\n"), octets =>
        {
            if (SpamdReply.TryParse(octets, out var verdict, out var fault))
                double.IsFinite(verdict!.Points).ShouldBeTrue();
            else
                fault.ShouldNotBeEmpty();
            SpamReportText.Read(octets, 1, 5).Report.ShouldAllBe(c => c == '\n' || !char.IsControl(c));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Any_header_can_be_checked() =>
        Prop.ForAll(Pieces("Subject: ", "\r\n", "\r\n ", ":", "\r", "\xc2\x85", "\xc5\xaf", "From: a\r\n", "Date: b\r\n", "--", "\0"), Gen.Choose(0, 60).ArrayOf().ToArbitrary(), (octets, offsets) =>
        {
            var defects = HeaderCheck.Run(new HeaderCheckInput
            {
                Header = HeaderSection.Parse(octets),
                Facts = new SpoolFacts { BareCrOffsets = [.. offsets.Order().Select(o => (long)o)] },
                AllowedTests = new HashSet<string>(new Settings().AllowedHeaderTests) { "utf8" },
            });
            defects.Count.ShouldBeLessThanOrEqualTo(HeaderCheck.MaxDefects);
            defects.ShouldAllBe(d => d.Minor >= 1 && d.Minor <= 8 && d.Text.All(c => c >= ' ' && c < '\x7f'));
        }).QuickCheckThrowOnFailure();
}
