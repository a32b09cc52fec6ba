namespace Amavis.Protocols.Tests.Smtp.Server;

/// <summary>Look-alikes of the end of data, as scanners for SMTP smuggling try them.</summary>
public class EndOfDataTests
{
    public static TheoryData<string, bool, bool> LookAlikes()
    {
        string[] forms =
        [
            "\n.\n", "\n.\r", "\r.\n", "\r.\r", "\n.\r\n", "\r.\r\n", "\r\n.\n", "\r\n\0.\r\n", "\r\n.\r\r\n", "\r\r\n.\r\r\n", "\r\n.\0\r\n",
        ];
        var cases = new TheoryData<string, bool, bool>();
        foreach (var form in forms)
            foreach (var lmtp in (bool[])[false, true])
                foreach (var refused in (bool[])[false, true])
                    cases.Add(form, lmtp, refused);
        return cases;
    }

    [Theory]
    [MemberData(nameof(LookAlikes))]
    public void Look_alike_ends_no_message_here_nor_further_on(string form, bool lmtp, bool refused)
    {
        var wire = $"Subject: x\r\n\r\nfirst{form}MAIL FROM:<evil@example.org>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n..second\r\n.\r\n";
        foreach (var octetsAtOnce in (int[])[int.MaxValue, 1])
        {
            var settings = new Core.Policy.Settings
            {
                SmtpdBareLineEnds = refused ? Core.Policy.BareLineEnds.Reject : Core.Policy.BareLineEnds.Normalize,
            };
            using var session = new SessionHarness(settings, lmtp);
            session.BeginData(lmtp ? "LHLO x" : "EHLO x");
            foreach (var piece in wire.Chunk(octetsAtOnce))
                session.Send(new string(piece));

            var replies = session.Replies();
            replies.Split("\r\n").Length.ShouldBe(2, "one reply for one message");
            var isStrange = form.Replace("\r\n", "").IndexOfAny(['\r', '\n']) >= 0;
            replies.ShouldStartWith(refused && isStrange ? "550 5.6.11 " : "250 ");
            if (refused && isStrange)
            {
                session.Processor.Messages.ShouldBeEmpty();
                continue;
            }

            var stored = session.Processor.Messages.ShouldHaveSingleItem();
            stored.Text.Replace("\r\n", "").IndexOfAny(['\r', '\n']).ShouldBe(-1);
            Forwarded(stored).IndexOf("\r\n.\r\n", StringComparison.Ordinal).ShouldBe(-1);
            stored.Text.ShouldContain("MAIL FROM:<evil@example.org>");
            stored.Text.ShouldEndWith("\r\n.second\r\n");
        }
    }

    /// <summary>What a sender makes of it that trusts what the spool says of its dots.</summary>
    private static string Forwarded(Taken stored) =>
        !stored.Message.Spool.Facts.LeadingDots ? "\r\n" + stored.Text : ("\r\n" + stored.Text).Replace("\r\n.", "\r\n..");
}
