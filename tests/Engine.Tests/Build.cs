using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Tests;

/// <summary>Values for tests of decisions.</summary>
internal static class Build
{
    public const string LogId = "00421-07";

    public static readonly Settings Settings = new()
    {
        MyHostname = "filter.example.net",
        LocalDomainsMaps = new LookupMaps([new AclTable([".example.com"])]),
        SpamTagLevelMaps = LookupMaps.Constant(2),
        SpamTag2LevelMaps = LookupMaps.Constant(6.31),
        SpamKillLevelMaps = LookupMaps.Constant(8),
    };

    public static RecipientPolicy Policy(string address = "u@example.com", Settings? settings = null, int position = 1, DsnNotify notify = DsnNotify.Unspecified) =>
        RecipientPolicy.Resolve(settings ?? Settings, new EnvelopeRecipient(MailAddress.FromUnquoted(address), position, notify), [AddressKeys.For(MailAddress.FromUnquoted("a@far.example"), AddressRules.Default)]);

    public static Findings Findings(
        double? score = null, string[]? viruses = null, string? banned = null, int badHeader = 0, bool avFailed = false, bool bulk = false, PartAttributes attributes = PartAttributes.None) => new()
        {
            Size = 1000,
            IsBulk = bulk,
            Virus = new VirusFinding(true, viruses ?? [], viruses is null ? [] : ["clamd"], avFailed, []),
            Spam = score is { } s ? [new SpamFinding(s, [new TestScore("SOME_TEST", s)], null, "no")] : [],
            Banned = banned is null ? [] : [new BannedFinding(banned, [banned], "rule", null, null)],
            HeaderDefects = badHeader == 0 ? [] : [new HeaderFinding(badHeader, "Non-encoded data")],
            Tree = new PartTree { Parts = [new MessagePart(1, null, "1") { Attributes = attributes }] },
        };

    public static RecipientVerdict Decide(Findings findings, RecipientPolicy? policy = null, bool nullSender = false) =>
        VerdictDecider.Decide(findings, policy ?? Policy(), 0, nullSender, LogId);

    /// <summary>The outcome of a verdict when the next hop answers with this, where it is asked.</summary>
    public static RecipientOutcome Outcome(RecipientVerdict verdict, string remote = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XyZ12") => verdict.IsBlocked
        ? new RecipientOutcome { Verdict = verdict, Reply = verdict.BlockedReply!.Value, Categories = verdict.Categories, Blocking = verdict.Blocking, Destiny = verdict.Destiny }
        : new RecipientOutcome
        {
            Verdict = verdict,
            Reply = SmtpReply.Parse(remote),
            Categories = verdict.Categories,
            Destiny = Destiny.Pass,
            Relayed = true,
            RemoteReply = remote[(remote.IndexOf("): ", StringComparison.Ordinal) + 3)..],
        };
}
