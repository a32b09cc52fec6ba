using Amavis.Core.Messages;

namespace Amavis.Protocols.Tests.Smtp.Server;

public class ShutdownTests
{
    private const string End = "421 4.3.2 Service shutting down, closing channel\r\n";

    [Fact]
    public void Idle_session_is_told_at_once()
    {
        using var session = new SessionHarness().Start();
        session.Ask("EHLO x");
        session.Stop();
        session.Replies().ShouldBe(End);
        session.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Session_that_begins_while_stopping_gets_its_greeting_and_the_end()
    {
        using var session = new SessionHarness();
        session.Stop();
        session.Start();
        session.Replies().ShouldBe("220 [127.0.0.1] ESMTP amavis service ready\r\n" + End);
    }

    [Fact]
    public void F3_transaction_is_finished_first()
    {
        using var session = new SessionHarness().Start();
        session.Ask("MAIL FROM:<a@example.org>");
        session.Stop();
        session.Replies().ShouldBe("");
        session.Ask("RCPT TO:<b@example.com>").ShouldBe("250 2.1.5 Recipient <b@example.com> OK\r\n");
        session.Ask("DATA").ShouldStartWith("354 ");
        session.Send("x\r\n");
        session.Ask(".").ShouldBe("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok\r\n" + End);
        session.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void F3_message_being_processed_is_answered()
    {
        using var session = new SessionHarness().BeginData();
        var answer = new TaskCompletionSource<MessageReplies>();
        session.Processor.Answer = (_, token) =>
        {
            token.CanBeCanceled.ShouldBeTrue();
            return answer.Task;
        };
        session.Send(".\r\nMAIL FROM:<next@example.org>\r\n");
        session.Stop();
        session.IsOver.ShouldBeFalse();
        answer.SetResult(new MessageReplies(RecordingProcessor.Ok, []));
        session.Replies().ShouldBe("250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok\r\n" + End);
    }

    [Fact]
    public void Transaction_that_stands_still_is_not_waited_for()
    {
        using var session = new SessionHarness().Start();
        session.Ask("MAIL FROM:<a@example.org>");
        session.Stop();
        session.Clock.Advance(TimeSpan.FromSeconds(9));
        session.Ask("RCPT TO:<b@example.com>").ShouldStartWith("250 ");
        session.Clock.Advance(TimeSpan.FromSeconds(9));
        session.IsOver.ShouldBeFalse();
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        session.Replies().ShouldBe(End);
    }

    [Fact]
    public void Data_that_stand_still_are_not_waited_for()
    {
        using var session = new SessionHarness().BeginData();
        session.Stop();
        session.Clock.Advance(TimeSpan.FromSeconds(9));
        session.Send("x\r\n");
        session.Clock.Advance(TimeSpan.FromSeconds(9));
        session.IsOver.ShouldBeFalse();
        session.Clock.Advance(TimeSpan.FromSeconds(1));
        session.Replies().ShouldBe(End);
        session.Processor.Messages.ShouldBeEmpty();
        session.Spools.Open.ShouldBe(0);
    }

    [Fact]
    public async Task Processing_that_has_no_time_left_is_a_421()
    {
        using var session = new SessionHarness().BeginData();
        session.Processor.Answer = async (_, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return new MessageReplies(RecordingProcessor.Ok, []);
        };
        session.Send("x\r\n.\r\n");
        session.Stop();
        session.StopProcessing();
        await session.Session.WaitAsync(TimeSpan.FromSeconds(10));
        session.Replies().ShouldBe(End);
    }
}
