using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Reporting;

namespace Amavis.Engine.Tests;

public sealed class LogLineTests
{
    [Theory]
    [InlineData("250 2.0.0 Ok: queued as 4XyZ12", "4XyZ12")]
    [InlineData("250 2.0.0 Ok", "250 2.0.0 Ok")]
    public void The_queue_id_is_taken_from_the_next_hops_words(string reply, string expected) => LogLine.QueuedAs(reply).ShouldBe(expected);

    [Fact]
    public void Actions_are_sorted_and_named_once()
    {
        var passed = Build.Outcome(Build.Decide(Build.Findings(0.4)));
        var foreign = Build.Outcome(Build.Decide(Build.Findings(0.4), Build.Policy("x@far.test")));
        ActionsPerformed.Of([passed, foreign, passed], originating: true, []).ShouldBe(["RelayedInternal", "RelayedOutbound"]);
        ActionsPerformed.Of([passed], originating: false, [new StoredCopy('Q', "x", false), new StoredCopy('F', "y", true)]).ShouldBe(["RelayedInbound", "Quarantined", "Archived"]);
    }

    [Theory]
    [InlineData(Destiny.Pass, 250, 'P')]
    [InlineData(Destiny.Discard, 250, 'D')]
    [InlineData(Destiny.Bounce, 554, 'B')]
    [InlineData(Destiny.Reject, 554, 'R')]
    [InlineData(Destiny.TempFail, 450, 'T')]
    public void Delivery_status_has_its_letter(Destiny destiny, int code, char letter) =>
        DatabaseLetters.DeliveryStatus(destiny, new SmtpReply(code, "x"), leftToClient: false).ShouldBe(letter);
}
