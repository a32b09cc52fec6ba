using Amavis.Testing;

namespace Amavis.EndToEnd.Tests.MailPath;

/// <summary>
/// The whole way of mail with Debian's Postfix around the filter, in each set-up: what the sender hears, what lies in the mailbox,
/// what the database says.
/// </summary>
[Collection(nameof(Lab))]
[Trait("Needs", "Server")]
public sealed class MailPathTests(Lab lab, MailSites sites) : IClassFixture<MailSites>
{
    private const int Sessions = 20;

    public static TheoryData<SetUp, string> Cases()
    {
        var cases = new TheoryData<SetUp, string>();
        foreach (var setUp in Enum.GetValues<SetUp>())
            foreach (var name in PathCase.All.Keys)
                cases.Add(setUp, name);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_message_ends_where_its_policy_says(SetUp setUp, string name)
    {
        var site = await sites.GetAsync(setUp, lab);
        var expected = PathCase.All[name];
        var id = $"{name.Replace(' ', '-')}.{setUp}";

        (await site.SendAsync(expected.Message(id), expected.Addresses)).ShouldMatch(expected.Reply(setUp), site.Diagnosis);

        var logged = await site.LoggedAsync(id);
        var teller = expected.TellerIn(setUp);
        logged.ShouldBe(new LoggedMail(expected.Content, expected.Quarantined ? "Q" : " ", teller == Teller.Filter ? "Y" : "N", expected.Recipients), site.Diagnosis);
        if (expected.Deferred && setUp.IsAfterQueue())
        {
            (await site.Postfix.QueueAsync()).ShouldContain("later@example.com");
            await site.Postfix.EmptyQueueAsync();
        }
        await site.Postfix.WaitForEmptyQueueAsync();
        var mail = site.Postfix.Delivered().Where(m => m.Contains($"<{id}@example.org>", StringComparison.Ordinal)).ToList();
        var copies = mail.Where(m => !IsNotice(m)).ToList();
        copies.Select(DeliveredTo).Order().ShouldBe(expected.Delivered);
        copies.ShouldAllBe(m => m.Contains(expected.Shows, StringComparison.OrdinalIgnoreCase));
        var notices = mail.Where(IsNotice).ToList();
        notices.Select(DeliveredTo).ShouldBe(teller == Teller.Nobody ? [] : ["ann@example.com"], site.Diagnosis);
        notices.ShouldAllBe(m => m.Contains(teller == Teller.Filter ? "\nReporting-MTA: dns; filter.example.net\n" : "\nReporting-MTA: dns; mx.example.com\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(SetUp.ContentFilter)]
    [InlineData(SetUp.Lmtp)]
    [InlineData(SetUp.Proxy)]
    [InlineData(SetUp.Milter)]
    [InlineData(SetUp.AmavisdMilter)]
    public async Task Mail_waits_with_its_sender_while_the_next_hop_is_down(SetUp setUp)
    {
        var site = await sites.GetAsync(setUp, lab);
        // A milter hands nothing on but the notice of a bounce.
        var (message, recipient) = setUp.IsMilter() ? (Mail.Eicar($"down.{setUp}"), "bounce@example.com") : (Mail.Clean($"down.{setUp}"), "box@example.com");
        await site.Gate.ShutAsync();

        var reply = await site.SendAsync(message, recipient);
        if (!setUp.IsAfterQueue())
            reply.ShouldMatch(@"^45[01] 4\.\d\.\d ", site.Diagnosis);
        else
            await site.Filter.WaitForLogAsync($"Blocked MTA-BLOCKED {{TempFailedInbound}}");
        site.Postfix.Delivered().ShouldAllBe(m => !m.Contains($"<down.{setUp}@example.org>", StringComparison.Ordinal));
        site.Gate.Open();
        if (setUp.IsAfterQueue())
            await site.Postfix.WaitForEmptyQueueAsync(flush: true);
        else
            (await site.SendAsync(message, recipient)).ShouldStartWith("250 ", customMessage: site.Diagnosis);
        await site.Postfix.WaitForEmptyQueueAsync();

        var arrived = site.Postfix.Delivered().Single(m => m.Contains($"<down.{setUp}@example.org>", StringComparison.Ordinal));
        IsNotice(arrived).ShouldBe(setUp.IsMilter());
    }

    [Theory]
    [InlineData(SetUp.ContentFilter)]
    [InlineData(SetUp.Lmtp)]
    [InlineData(SetUp.Proxy)]
    [InlineData(SetUp.Milter)]
    [InlineData(SetUp.AmavisdMilter)]
    public async Task Twenty_sessions_at_once_are_served(SetUp setUp)
    {
        var site = await sites.GetAsync(setUp, lab);

        var replies = await Task.WhenAll(Enumerable.Range(0, Sessions).Select(i => site.SendAsync(Mail.Clean($"many{i}.{setUp}"), "box@example.com")));

        replies.ShouldAllBe(r => r.StartsWith("250 "), site.Diagnosis);
        for (var i = 0; i < Sessions; i++)
            (await site.LoggedAsync($"many{i}.{setUp}")).Recipients.ShouldBe("box@example.com P");
        await site.Postfix.WaitForEmptyQueueAsync();
        var mail = site.Postfix.Delivered();
        Enumerable.Range(0, Sessions).ShouldAllBe(i => mail.Count(m => m.Contains($"\nMessage-ID: <many{i}.{setUp}@example.org>\n", StringComparison.Ordinal)) == 1);
    }

    private static bool IsNotice(string mail) => mail.Contains("multipart/report", StringComparison.Ordinal);

    private static string DeliveredTo(string mail)
    {
        const string field = "\nDelivered-To: ";
        var at = mail.IndexOf(field, StringComparison.Ordinal) + field.Length;
        return mail[at..mail.IndexOf('\n', at)];
    }
}
