using System.Net;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Reporting;

namespace Amavis.Engine.Tests;

public sealed class LogLineTests
{
    [Fact]
    public void A_clean_message_has_one_line() =>
        LogLine.Short(Facts()).ShouldBe(
        [
            "Passed CLEAN {RelayedInbound}, [192.0.2.9]:3377 [192.0.2.9] <a@far.example> -> <u@example.com>, Queue-ID: 7A1, Message-ID: <x1@far.example>, "
            + "mail_id: pQ2mZ8wJ0aBc, Hits: 0.4, size: 2210, queued_as: 4XyZ12, 214 ms",
        ]);

    [Fact]
    public void Blocked_mail_names_its_class_and_copy()
    {
        var outcome = Build.Outcome(Build.Decide(Build.Findings(viruses: ["Test.Sig-1"])));
        var facts = Facts() with
        {
            Outcomes = [outcome],
            Blocking = outcome.Blocking,
            Main = outcome.Effective,
            Actions = ["DiscardedInbound", "Quarantined"],
            VirusNames = ["Test.Sig-1"],
            Copies = [new StoredCopy('F', "virus-m0Nq2jKk8a7B", false)],
            PolicyPath = "PREQ",
            OldestPublicAddress = null,
            QueueId = null,
            MessageId = null,
        };
        LogLine.Short(facts).Single().ShouldBe(
            "Blocked INFECTED (Test.Sig-1) {DiscardedInbound,Quarantined}, PREQ [192.0.2.9]:3377 <a@far.example> -> <u@example.com>, "
            + "quarantine: virus-m0Nq2jKk8a7B, mail_id: pQ2mZ8wJ0aBc, Hits: -, size: 2210, 214 ms");
    }

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

    private static LogLineFacts Facts() => new()
    {
        Outcomes = [Build.Outcome(Build.Decide(Build.Findings(0.4)))],
        Actions = ["RelayedInbound"],
        Main = ContentCategory.Clean,
        MailId = "pQ2mZ8wJ0aBc",
        Envelope = new Envelope { Sender = MailAddress.FromUnquoted("a@far.example"), Recipients = [] },
        ClientAddress = IPAddress.Parse("192.0.2.9"),
        ClientPort = 3377,
        OldestPublicAddress = "192.0.2.9",
        QueueId = "7A1",
        MessageId = "<x1@far.example>",
        Size = 2210,
        ElapsedMilliseconds = 213.7,
    };
}
