using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Tests;

public sealed class OneResponseTests
{
    private static readonly RecipientOutcome Passed = Build.Outcome(Build.Decide(Build.Findings(1)));
    private static readonly RecipientOutcome Discarded = Build.Outcome(Build.Decide(Build.Findings(viruses: ["W"])));
    private static readonly RecipientOutcome Rejected = Build.Outcome(Build.Decide(Build.Findings(viruses: ["W"]), Build.Policy(settings: Build.Settings with { FinalVirusDestiny = Destiny.Reject })));
    private static readonly RecipientOutcome Bounced = Build.Outcome(Build.Decide(Build.Findings(viruses: ["W"]), Build.Policy(settings: Build.Settings with { FinalVirusDestiny = Destiny.Bounce })));

    private static string Of(params RecipientOutcome[] outcomes) => OneResponse.Of(outcomes, Build.LogId).ToString();

    [Fact]
    public void The_next_hops_reply_is_the_reply() => Of(Passed).ShouldBe("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XyZ12");

    [Fact]
    public void All_discarded_is_a_success() => Of(Discarded, Discarded).ShouldBe("250 2.7.0 Ok, discarded, id=00421-07 - INFECTED: W");

    [Fact]
    public void All_refused_is_a_refusal() => Of(Rejected, Discarded).ShouldBe("554 5.7.0 Reject, id=00421-07 - INFECTED: W");

    [Fact]
    public void A_tempfail_for_one_is_a_tempfail_for_all() =>
        Of(Passed, Passed with { Reply = new SmtpReply(450, "4.3.0 later") }).ShouldBe("450 4.3.0 later");

    [Fact]
    public void Mixed_outcomes_are_accepted_with_their_counts()
    {
        Of(Passed, Rejected).ShouldBe("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XyZ12, but 1 REJECT");
        Of(Passed, Rejected, Discarded).ShouldEndWith(", but 1 REJECT, and 1 DISCARD");
        Of(Bounced with { Dsn = DsnDecision.Send }).ShouldBe("250 2.5.0 Ok, id=00421-07, BOUNCE");
        Of(Bounced with { Dsn = DsnDecision.Suppressed }).ShouldBe("250 2.5.0 Ok, id=00421-07, DISCARD(bounce.suppressed)");
    }

    [Fact]
    public void Lmtp_answers_a_bounce_with_success_because_the_duty_is_ours() =>
        OneResponse.PerRecipient([Bounced with { Dsn = DsnDecision.Send }, Rejected]).Select(r => r.ToString()).ShouldBe(
        [
            "250 2.5.0 Ok <u@example.com>, DSN was sent (554 5.7.0 Bounce, id=00421-07 - INFECTED: W)",
            "554 5.7.0 Reject, id=00421-07 - INFECTED: W",
        ]);

    private static readonly Envelope Envelope = new() { Sender = MailAddress.FromUnquoted("a@far.example"), Recipients = [] };

    [Theory]
    [InlineData(false, false, DsnDecision.Send)]
    [InlineData(true, false, DsnDecision.None)]
    [InlineData(false, true, DsnDecision.None)]
    public void A_refusal_in_the_session_needs_no_notification(bool perRecipient, bool allRejected, DsnDecision expected)
    {
        var clean = Rejected with { Verdict = Rejected.Verdict with { DsnSuppressReason = null } };
        DsnDecider.Decide(clean, Envelope, perRecipient, allRejected, isBulk: false, bySenderCutoff: null).ShouldBe(expected);
    }

    [Fact]
    public void Nobody_is_told_of_a_virus_that_fakes_senders_and_never_a_null_sender()
    {
        DsnDecider.Decide(Bounced, Envelope, false, false, false, null).ShouldBe(DsnDecision.Suppressed);
        var known = Bounced with { Verdict = Bounced.Verdict with { DsnSuppressReason = null } };
        DsnDecider.Decide(known, Envelope, false, false, false, null).ShouldBe(DsnDecision.Send);
        DsnDecider.Decide(known, Envelope with { Sender = MailAddress.Null }, false, false, false, null).ShouldBe(DsnDecision.Suppressed);
        DsnDecider.Decide(known, Envelope, false, false, isBulk: true, null).ShouldBe(DsnDecision.Suppressed);
        DsnDecider.Decide(known with { Verdict = known.Verdict with { Score = 12 } }, Envelope, false, false, false, 10).ShouldBe(DsnDecision.Suppressed);
    }
}
