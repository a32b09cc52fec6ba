using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Protocols.Smtp.Server;

namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>Time and space a client may take (reliability F14 to F17).</summary>
public class SessionLimitTests
{
    private const string IdleEnd = "421 4.3.2 Service shutting down, closing channel, during waiting for input from client\r\n";
    private const string DataEnd = "421 4.3.2 Service shutting down, timed out during waiting for input from client\r\n";

    [Fact]
    public void Idle_session_ends_after_smtpd_timeout()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        session.Clock.Advance(TimeSpan.FromSeconds(479));
        session.Ask("NOOP").ShouldBe("250 2.0.0 Ok NOOP\r\n");
        session.Clock.Advance(TimeSpan.FromSeconds(479.9));
        session.Replies().ShouldBe("");
        session.Clock.Advance(TimeSpan.FromSeconds(0.1));
        session.Replies().ShouldBe(IdleEnd);
        session.IsOver.ShouldBeTrue();
        session.Log.Lines.ShouldHaveSingleItem().ShouldBe((-1, "00421-07", "SMTP: " + IdleEnd.TrimEnd()));
    }

    [Fact]
    public void Timeout_is_never_below_five_seconds()
    {
        using var session = new SessionHarness(new Settings { SmtpdTimeout = TimeSpan.Zero }).Start();
        session.Replies();
        session.Clock.Advance(TimeSpan.FromSeconds(4.9));
        session.IsOver.ShouldBeFalse();
        session.Clock.Advance(TimeSpan.FromSeconds(0.1));
        session.Replies().ShouldBe(IdleEnd);
    }

    [Fact]
    public void Timeout_of_a_client_bank_holds_in_its_transaction()
    {
        var bank = new PolicyBank("MYNETS", s => s with { SmtpdTimeout = TimeSpan.FromSeconds(10) });
        var settings = new Settings { PolicyBanks = Banks.Of(bank) };
        using var session = new SessionHarness(settings).Start();
        session.Ask("XFORWARD ADDR=127.0.0.1");
        session.Ask("MAIL FROM:<a@example.org>");
        session.Clock.Advance(TimeSpan.FromSeconds(10));
        session.Replies().ShouldBe(IdleEnd);
    }

    [Fact]
    public void F15_command_has_to_be_whole_thirty_seconds_after_its_first_octet()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        session.Clock.Advance(TimeSpan.FromSeconds(479));
        foreach (var octet in "NOO")
        {
            session.Send(octet.ToString());
            session.Clock.Advance(TimeSpan.FromSeconds(9.9));
        }
        session.Replies().ShouldBe("");
        session.Clock.Advance(TimeSpan.FromSeconds(0.3));
        session.Replies().ShouldBe(IdleEnd);
    }

    [Fact]
    public void F15_so_has_a_command_that_is_too_long()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        for (var i = 0; i < 31 && !session.IsOver; i++)
        {
            session.Send(new string('x', 4000));
            session.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        session.Replies().ShouldBe(IdleEnd);
    }

    [Fact]
    public void F14_silence_inside_data_ends_the_session_and_nothing_is_processed()
    {
        using var session = new SessionHarness().BeginData();
        session.Send("Subject: x\r\n");
        session.Clock.Advance(TimeSpan.FromSeconds(479.9));
        session.IsOver.ShouldBeFalse();
        session.Clock.Advance(TimeSpan.FromSeconds(0.1));
        session.Replies().ShouldBe(DataEnd);
        session.Log.Lines.ShouldContain((-1, "00421-07", "ESMTP: " + DataEnd.TrimEnd()));
        ShouldHaveTakenNothing(session);
    }

    [Fact]
    public void F15_octets_that_drip_into_data_do_not_keep_a_session()
    {
        using var session = new SessionHarness().BeginData();
        var seconds = 0;
        for (; seconds < 3600 && !session.IsOver; seconds += 10)
        {
            session.Send("x");
            session.Clock.Advance(TimeSpan.FromSeconds(10));
        }
        session.Replies().ShouldBe(DataEnd);
        seconds.ShouldBe(490);
        ShouldHaveTakenNothing(session);
    }

    [Fact]
    public void Slow_but_steady_message_is_taken()
    {
        using var session = new SessionHarness().BeginData();
        for (var i = 0; i < 200; i++)
        {
            session.Send(new string('x', 998) + "\r\n");
            session.Clock.Advance(TimeSpan.FromSeconds(9));
        }
        session.Ask(".").ShouldStartWith("250 ");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void F14_client_that_vanishes_inside_data_has_sent_nothing(bool reset)
    {
        using var session = new SessionHarness().BeginData();
        session.Send("Subject: x\r\n\r\ntext\r\n.\r");
        if (reset)
            session.Break();
        else
            session.Vanish();
        session.Replies().ShouldBe("");
        ShouldHaveTakenNothing(session);
    }

    [Fact]
    public void F14_client_that_vanishes_behind_the_dot_has_sent_a_message()
    {
        using var session = new SessionHarness().BeginData();
        var answer = new TaskCompletionSource<MessageReplies>();
        session.Processor.Answer = (_, _) => answer.Task;
        session.Send("x\r\n.\r\n");
        session.Vanish();
        session.IsOver.ShouldBeFalse();
        answer.SetResult(new MessageReplies(RecordingProcessor.Ok, []));
        session.IsOver.ShouldBeTrue();
        session.Processor.Messages.ShouldHaveSingleItem();
    }

    [Fact]
    public void Client_that_reads_no_replies_is_left()
    {
        using var session = new SessionHarness(clientWindow: 1000).Start();
        for (var i = 0; i < 100; i++)
            session.Send("NOOP\r\n");
        session.IsOver.ShouldBeFalse();
        session.Clock.Advance(TimeSpan.FromSeconds(480));
        session.IsOver.ShouldBeTrue();
    }

    [Fact]
    public void Half_a_command_before_the_end_is_not_executed()
    {
        using var session = new SessionHarness().Start();
        session.Replies();
        session.Send("QUIT");
        session.Vanish();
        session.IsOver.ShouldBeTrue();
        session.Replies().ShouldBe("");
    }

    [Fact]
    public void F17_oversize_message_is_dropped_at_the_limit_and_read_to_its_end()
    {
        using var session = new SessionHarness(new Settings { SmtpdMessageSizeLimit = 65536 }).BeginData();
        var line = new string('x', 998) + "\r\n";
        for (var i = 0; i < 65; i++)
            session.Send(line);
        session.Spools.Open.ShouldBe(1);
        session.Send(line);
        session.Spools.Open.ShouldBe(0);
        for (var i = 0; i < 1000; i++)
            session.Send(line);
        session.Ask(".").ShouldBe("552 5.3.4 Message size (1066000 B) exceeds size limit\r\n");
        session.Processor.Messages.ShouldBeEmpty();
        session.Ask("NOOP").ShouldBe("250 2.0.0 Ok NOOP\r\n");
    }

    [Fact]
    public void Limit_of_a_message_is_the_largest_of_its_recipients()
    {
        var settings = new Settings
        {
            MessageSizeLimitMaps = Banks.Map(("small@example.com", "65536"), ("large@example.com", "70000")),
        };
        var octets = new string('x', 68000) + "\r\n.\r\n";
        using (var session = new SessionHarness(settings).BeginData("EHLO x", "small@example.com", "large@example.com"))
        {
            session.Send(octets);
            session.Replies().ShouldStartWith("250 ");
        }
        using (var session = new SessionHarness(settings).BeginData("EHLO x", "small@example.com"))
        {
            session.Send(octets);
            session.Replies().ShouldBe("552 5.3.4 Message size (68002 B) exceeds size limit\r\n");
        }
        using (var session = new SessionHarness(settings).BeginData("EHLO x", "small@example.com", "any@example.com"))
        {
            session.Send(octets);
            session.Replies().ShouldStartWith("250 ");
        }
    }

    [Fact]
    public void F10_full_spool_is_a_452_and_the_session_goes_on()
    {
        using var session = new SessionHarness();
        session.Spools.FullAt = 5000;
        session.BeginData();
        for (var i = 0; i < 10; i++)
            session.Send(new string('x', 998) + "\r\n");
        session.Spools.Open.ShouldBe(0);
        session.Ask(".").ShouldBe("452 4.3.1 Insufficient system storage\r\n");
        session.Log.Lines.ShouldContain(l => l.Level == -2 && l.Text.Contains("no space left on device"));

        session.Spools.FullAt = null;
        session.Ask("MAIL FROM:<>").ShouldStartWith("250 ");
        session.Ask("RCPT TO:<b@example.com>").ShouldStartWith("250 ");
        session.Ask("DATA").ShouldStartWith("354 ");
        session.Ask(".").ShouldStartWith("250 ");
    }

    [Fact]
    public void F10_spool_that_is_full_from_the_start_refuses_data()
    {
        using var session = new SessionHarness().Start();
        session.Spools.FullAtOnce = true;
        session.Ask("MAIL FROM:<a@example.org>");
        session.Ask("RCPT TO:<b@example.com>");
        session.Ask("DATA").ShouldBe("452 4.3.1 Insufficient system storage\r\n");
        session.Spools.Fault = () => new IOException("input/output error");
        session.Ask("DATA").ShouldBe("451 4.5.0 Error in processing, id=00421-07\r\n");
    }

    [Fact]
    public void Broken_spool_is_a_tempfail_with_the_log_id()
    {
        using var session = new SessionHarness();
        session.Spools.FullAt = 0;
        session.Spools.Fault = () => new IOException("input/output error");
        session.BeginData();
        session.Send("x\r\n.\r\n");
        session.Replies().ShouldBe("451 4.5.0 Error in processing, id=00421-07\r\n");
        session.Processor.Messages.ShouldBeEmpty();
        session.Log.Lines.ShouldContain(l => l.Level == -2 && l.Text.Contains("input/output error"));
    }

    [Fact]
    public void Message_taken_clears_the_count_of_errors()
    {
        using var session = new SessionHarness().Start();
        for (var message = 0; message < 3; message++)
        {
            for (var i = 0; i < 19; i++)
                session.Ask("FROB").ShouldNotContain("421");
            session.Ask("MAIL FROM:<a@example.org>");
            session.Ask("RCPT TO:<b@example.com>");
            session.Ask("DATA");
            session.Ask(".").ShouldStartWith("250 ");
        }
    }

    [Fact]
    public void F17_ten_thousand_recipients_are_no_reason_to_close()
    {
        using var session = new SessionHarness().Start();
        session.Ask("MAIL FROM:<a@example.org>");
        session.Send(string.Concat(Enumerable.Range(0, 10_000).Select(i => $"RCPT TO:<r{i}@example.com>\r\n")));
        var replies = session.Replies().TrimEnd().Split("\r\n");
        replies.Length.ShouldBe(10_000);
        replies.Count(r => r.StartsWith("250 ")).ShouldBe(1100);
        replies[1100].ShouldBe("452 4.5.3 Too many recipients");
        session.IsOver.ShouldBeFalse();
    }

    [Fact]
    public void F16_idle_session_holds_one_timer_for_all_its_waits()
    {
        using var session = new SessionHarness().Start();
        for (var i = 0; i < 100; i++)
            session.Ask("NOOP");
        session.Clock.TimersMade.ShouldBe(1);
    }

    private static void ShouldHaveTakenNothing(SessionHarness session)
    {
        session.IsOver.ShouldBeTrue();
        session.Session.IsCompletedSuccessfully.ShouldBeTrue();
        session.Processor.Messages.ShouldBeEmpty();
        session.Spools.Open.ShouldBe(0);
    }
}
