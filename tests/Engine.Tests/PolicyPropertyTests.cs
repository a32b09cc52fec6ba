using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Engine.Verdicts;
using FsCheck;
using FsCheck.Fluent;

namespace Amavis.Engine.Tests;

/// <summary>Decisions follow from findings and policy alone (property P9).</summary>
public sealed class PolicyPropertyTests
{
    private static readonly Gen<Destiny> AnyDestiny = Gen.Elements(Enum.GetValues<Destiny>());

    private static readonly Gen<Settings> AnySettings = AnyDestiny.Four().SelectMany(d => Gen.Elements(0, 1).Four().Select(lovers => Build.Settings with
    {
        FinalVirusDestiny = d.Item1,
        FinalBannedDestiny = d.Item2,
        FinalSpamDestiny = d.Item3,
        FinalBadHeaderDestiny = d.Item4,
        VirusLoversMaps = LookupMaps.Constant(lovers.Item1),
        SpamLoversMaps = LookupMaps.Constant(lovers.Item2),
        BannedFilesLoversMaps = LookupMaps.Constant(lovers.Item3),
        BypassSpamChecksMaps = LookupMaps.Constant(lovers.Item4),
    }));

    private static readonly Gen<Findings> AnyFindings = Gen.Choose(-40, 160).SelectMany(points => Gen.Choose(0, 63).Select(bits => Build.Findings(
        (bits & 1) == 0 ? null : points / 8.0, (bits & 2) == 0 ? null : ["Worm"], (bits & 4) == 0 ? null : "x.exe", (bits & 8) >> 2, (bits & 16) != 0, (bits & 32) != 0,
        points % 3 == 0 ? PartAttributes.Encrypted : PartAttributes.None)));

    [Fact]
    public void P9_two_decisions_over_the_same_findings_are_the_same() =>
        Prop.ForAll(AnyFindings.ToArbitrary(), AnySettings.ToArbitrary(), Gen.Elements(true, false).ToArbitrary(), (findings, settings, nullSender) =>
        {
            var first = Told(Build.Decide(findings, Build.Policy(settings: settings), nullSender));
            // Another policy object of the same settings, and other decisions between.
            Build.Decide(Build.Findings(9, ["Other"]), Build.Policy("other@far.example", settings));
            Told(Build.Decide(findings, Build.Policy(settings: settings), nullSender)).ShouldBe(first);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void P9_a_recipient_is_decided_alike_alone_and_among_others() =>
        Prop.ForAll(AnyFindings.ToArbitrary(), AnySettings.ToArbitrary(), (findings, settings) =>
        {
            var several = findings with
            {
                Spam = findings.Spam is [{ } spam] ? [spam, spam with { Score = spam.Score + 5 }] : [],
                Banned = findings.Banned is [{ } banned] ? [banned, null] : [],
            };
            Told(Build.Decide(several, Build.Policy(settings: settings))).ShouldBe(Told(Build.Decide(findings, Build.Policy(settings: settings))));
        }).QuickCheckThrowOnFailure();

    private static string Told(RecipientVerdict verdict) =>
        $"{verdict.Categories} {verdict.Blocking} {verdict.Destiny} {verdict.BlockedReply} {verdict.Score} {verdict.IsTag}{verdict.IsTag2}{verdict.IsTag3}{verdict.IsKill} {verdict.DsnSuppressReason} {string.Join('|', verdict.Steps)}";
}
