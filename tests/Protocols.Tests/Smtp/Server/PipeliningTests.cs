using Amavis.Protocols.Smtp.Server;

namespace Amavis.Protocols.Tests.Smtp.Server;

public class PipeliningTests
{
    [Fact]
    public void Replies_to_a_batch_are_sent_together()
    {
        using var session = new SessionHarness().Start();
        var before = session.Flushes;
        session.Send("EHLO x\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.com>\r\nRCPT TO:<c@example.com>\r\nDATA\r\n");
        (session.Flushes - before).ShouldBe(1);
        session.Replies().ShouldEndWith("250 2.1.5 Recipient <c@example.com> OK\r\n354 End data with <CR><LF>.<CR><LF>\r\n");
    }

    [Fact]
    public void Half_a_command_behind_a_batch_does_not_hold_replies_back()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        session.Send("NOOP\r\nNOOP\r\nNO");
        session.Replies().ShouldBe("250 2.0.0 Ok NOOP\r\n250 2.0.0 Ok NOOP\r\n");
        session.Ask("OP").ShouldBe("250 2.0.0 Ok NOOP\r\n");
    }

    [Fact]
    public void Message_and_next_commands_in_one_piece_are_answered_in_order()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        session.Send("MAIL FROM:<>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nx\r\n.\r\nRSET\r\nQUIT\r\n");
        session.Replies().Split("\r\n").Select(r => r.Split(' ')[0]).ShouldBe(["250", "250", "354", "250", "250", "221", ""]);
        session.Processor.Messages.ShouldHaveSingleItem().Text.ShouldBe("x\r\n");
    }

    [Fact]
    public void Client_that_does_not_wait_for_the_greeting_is_served()
    {
        using var session = new SessionHarness();
        session.Send("QUIT\r\n");
        session.Start();
        session.Replies().ShouldBe(
            "220 [127.0.0.1] ESMTP amavis service ready\r\n221 2.0.0 [127.0.0.1] amavis closing transmission channel\r\n");
    }

    [Fact]
    public void Commands_behind_QUIT_are_not_answered()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        session.Send("QUIT\r\nNOOP\r\n");
        session.Replies().ShouldBe("221 2.0.0 [127.0.0.1] amavis closing transmission channel\r\n");
    }

    [Fact]
    public void Endless_batch_is_answered_in_parts()
    {
        using var session = new SessionHarness().Start();
        var before = session.Flushes;
        session.Send(string.Concat(Enumerable.Repeat("NOOP\r\n", 1000)));
        (session.Flushes - before).ShouldBeInRange(1000 * 19 / SmtpLimits.PendingReplyOctets, 1 + 1000 * 19 / SmtpLimits.PendingReplyOctets);
    }
}
