using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Core.Categories;

namespace Amavis.Engine.Tests.Flow.Matrix;

/// <summary>
/// Every category with every destiny over every protocol, in every direction, for one and for several recipients: the answer, what
/// arrives, who is told, what is kept, what the log and the database say.
/// </summary>
public sealed partial class OutcomeMatrixTests
{
    private const string Local = "user1@example.com";
    private const string Foreign = "bob@far.example";

    public static TheoryData<string, Destiny> Cases()
    {
        var cases = new TheoryData<string, Destiny>();
        foreach (var kind in Kind.All.Keys)
            foreach (var destiny in Enum.GetValues<Destiny>())
                cases.Add(kind, destiny);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task One_recipient_is_served_as_the_destiny_says(string kindName, Destiny destiny)
    {
        var kind = Kind.All[kindName];
        await using var site = new MatrixSite(kind, destiny);
        foreach (var protocol in Protocols(kind))
            foreach (var sending in Sendings(protocol))
                foreach (var originating in (bool[])[false, true])
                    foreach (var recipient in (string[])[Local, Foreign])
                        await CheckOneAsync(site, kind, destiny, protocol, sending, originating, recipient);
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task A_lover_a_local_and_a_foreign_recipient_are_served_each_as_their_own(string kindName, Destiny destiny)
    {
        var kind = Kind.All[kindName];
        // The next hop's 4xx for some is tried again until the deadline, which is another test's.
        if (kind.NextHop?[0] == '4' || (kind.IsNextHop && destiny == Destiny.TempFail))
            return;
        await using var site = new MatrixSite(kind, destiny);
        foreach (var protocol in Protocols(kind))
            foreach (var sending in Sendings(protocol))
                foreach (var originating in (bool[])[false, true])
                    await CheckMixedAsync(site, kind, destiny, protocol, sending, originating);
    }

    private static async Task CheckOneAsync(MatrixSite site, Kind kind, Destiny destiny, Protocol protocol, Sending sending, bool originating, string recipient)
    {
        var what = $"{destiny}, {protocol}, {sending}, {Direction(originating, recipient)}";
        var expected = new Expected(kind, destiny, protocol, sending, recipient == Local, IsAlone: true);
        var view = await site.SendAsync(protocol, sending, originating, recipient);
        if (kind.Key.Major == ContentCategory.Oversized && !expected.Passes)
        {
            // Too large for everybody: refused before anything is checked.
            foreach (var reply in view.Replies)
                reply.ShouldMatch(@"^552 5\.3\.4 Message size (\(\d+ B\) )?exceeds size limit", what);
            view.Verdict.ShouldBe(expected.ClientDelivers ? "reject" : null, what);
            site.Records.Records.ShouldBeEmpty(what);
            site.Flow.Sink.Messages.ShouldBeEmpty(what);
            return;
        }

        view.Verdict.ShouldBe(expected.ClientDelivers ? expected.Verdict : null, what);
        view.Deleted.ShouldBeEmpty(what);
        foreach (var reply in view.Replies)
            reply.ShouldMatch(expected.Reply(recipient), what);
        view.Replies.Count.ShouldBe(protocol == Protocol.Milter && expected.Verdict is "continue" or "discard" && protocol == Protocol.Milter ? 0 : 1, what);
        CheckMail(site, sending, expected.Passes && !expected.ClientDelivers ? [recipient] : [], expected.NotifiesSender ? [recipient] : [], what);
        CheckLog(site, kind, originating, [(recipient, expected)], what);
    }

    private static async Task CheckMixedAsync(MatrixSite site, Kind kind, Destiny destiny, Protocol protocol, Sending sending, bool originating)
    {
        var what = $"{destiny}, {protocol}, {sending}, originating {originating}";
        // Whoever is second in line is the lover: the first one's answer is not the only one that counts.
        string[] recipients = [Local, MatrixSite.Lover, Foreign];
        var expected = recipients.Select(r => (Address: r, Is: Of(r))).ToArray();
        var view = await site.SendAsync(protocol, sending, originating, recipients);

        var perRecipient = protocol == Protocol.Lmtp;
        // With one answer for all, whoever was served now would be served again when the client comes back.
        var tempFailed = !perRecipient && expected.Any(e => e.Is.IsTempFailed);
        var passed = tempFailed ? [] : expected.Where(e => e.Is.Passes).Select(e => e.Address).ToArray();
        var clientDelivers = expected[0].Is.ClientDelivers;
        view.Verdict.ShouldBe(!clientDelivers ? null : tempFailed ? "tempfail" : "continue", what);
        view.Deleted.ShouldBe(clientDelivers && !tempFailed ? expected.Where(e => !e.Is.Passes).Select(e => e.Address) : [], what);
        if (perRecipient)
            for (var i = 0; i < recipients.Length; i++)
                view.Replies[i].ShouldMatch(expected[i].Is.Reply(recipients[i]), what);
        else if (protocol != Protocol.Milter || tempFailed)
            view.Replies.Single().ShouldMatch(tempFailed ? expected[0].Is.Reply(Local) : Together([.. expected.Select(e => e.Is)]), what);
        CheckMail(site, sending, clientDelivers ? [] : passed, [.. expected.Where(e => e.Is.NotifiesSender).Select(e => e.Address)], what);
        CheckLog(site, kind, originating, [.. expected.Select(e => tempFailed && e.Is.Passes ? (e.Address, e.Is with { GivenUp = true }) : e)], what);

        Expected Of(string recipient) => recipient == MatrixSite.Lover
            // Nobody refuses it, and it is not too large for it.
            ? new Expected(kind.IsNextHop || kind.Key.Major == ContentCategory.Oversized ? Kind.All["clean"] : kind, Destiny.Pass, protocol, sending, true, IsAlone: false)
            : new Expected(kind, destiny, protocol, sending, recipient == Local, IsAlone: false);
    }

    /// <summary>The one reply for all: somebody's success, then who was left out of it.</summary>
    private static string Together(Expected[] recipients)
    {
        var start = recipients[0].ClientDelivers ? $"^250 2\\.5\\.0 Ok, {Expected.Id}, continue delivery" : Expected.Delivered;
        var mentions = recipients.Select(r => r.Mention).OfType<string>().ToList();
        return mentions.Count == 0 ? start + "$" : $"{start}, but {mentions.Count} {Regex.Escape(mentions[0])}$";
    }

    private static void CheckMail(MatrixSite site, Sending sending, string[] delivered, string[] told, string what)
    {
        var notices = site.Flow.Sink.Messages.Where(m => m.Text.Contains("multipart/report", StringComparison.Ordinal)).ToList();
        var copies = site.Flow.Sink.Messages.Except(notices).ToList();
        copies.SelectMany(c => c.RcptArguments).Select(r => r[1..r.IndexOf('>', StringComparison.Ordinal)]).Order().ShouldBe(delivered.Order(), what);
        foreach (var copy in copies)
            copy.MailArguments.ShouldStartWith(sending == Sending.NullSender ? "<>" : "<sender@example.org>", Case.Sensitive, what);
        notices.Count.ShouldBe(told.Length > 0 ? 1 : 0, what);
        foreach (var notice in notices)
        {
            notice.MailArguments.ShouldStartWith("<>", Case.Sensitive, what);
            notice.RcptArguments.Single().ShouldStartWith("<sender@example.org>", Case.Sensitive, what);
            FinalRecipient().Matches(notice.Text).Select(m => m.Groups[1].Value).ShouldBe(told, what);
        }
    }

    private static void CheckLog(MatrixSite site, Kind kind, bool originating, (string Address, Expected Is)[] recipients, string what)
    {
        var record = site.Records.Records.Single();
        record.Recipients.Select(r => $"{r.Address.Unquoted} {r.DeliveryStatus} {r.Content}")
            .ShouldBe(recipients.Select(r => $"{r.Address} {r.Is.Status} {r.Is.Letter}"), what);
        record.DsnSent.ShouldBe(recipients.Any(r => r.Is.NotifiesSender) ? 'Y' : recipients.Any(r => r.Is.SuppressesNotice) ? 'q' : 'N', what);
        site.Records.Quarantined.Count.ShouldBe(kind.Kept ? 1 : 0, what);
        record.QuarantineType.ShouldBe(kind.Kept ? 'Q' : ' ', what);

        var blocked = recipients.Where(r => !r.Is.Passes).Select(r => r.Address).ToArray();
        var passed = recipients.Where(r => r.Is.Passes).Select(r => r.Address).ToArray();
        record.Content.ShouldBe(blocked.Length > 0 ? kind.Letter : kind.PassedLetter, what);
        var actions = string.Join(',', recipients.Select(r => r.Is.Action + Direction(originating, r.Address)).Distinct().Order(StringComparer.Ordinal)) + (kind.Kept ? ",Quarantined" : "");
        var category = blocked.Length > 0 ? kind.Class : kind.PassedClass;
        var lines = site.Flow.Lines().Where(l => MainEntry().IsMatch(l)).ToList();
        List<string> expected = [];
        if (passed.Length > 0)
            expected.Add(Line("Passed", passed));
        if (blocked.Length > 0)
            expected.Add(Line("Blocked", blocked));
        lines.Select(l => Start().Match(l).Value).ShouldBe(expected, what);

        string Line(string word, string[] addresses)
        {
            var sender = record.Arrival.Sender.IsNull ? "<>" : "<sender@example.org>";
            var place = originating ? "LOCAL " : "";
            return string.Create(CultureInfo.InvariantCulture,
                $"{word} {category} {{{actions}}}, {place}[192.0.2.10]:45678 [198.51.100.7] {sender} -> {string.Join(',', addresses.Select(a => $"<{a}>"))}");
        }
    }

    private static string Direction(bool originating, string recipient) => (originating, recipient != Foreign) switch
    {
        (false, false) => "OpenRelay",
        (false, true) => "Inbound",
        (true, false) => "Outbound",
        _ => "Internal",
    };

    /// <summary>Next hops are ours only where we deliver.</summary>
    private static Protocol[] Protocols(Kind kind) => kind.IsNextHop ? [Protocol.Smtp, Protocol.Lmtp] : Enum.GetValues<Protocol>();

    /// <summary>AM.PDP does not say which notifications are wanted.</summary>
    private static IEnumerable<Sending> Sendings(Protocol protocol) => Enum.GetValues<Sending>().Where(s => protocol != Protocol.AmPdp || s != Sending.NotifyNever);

    [GeneratedRegex("^(Passed|Blocked) ")]
    private static partial Regex MainEntry();

    [GeneratedRegex("^.* -> (<[^>]*>,?)*(?<!,)")]
    private static partial Regex Start();

    [GeneratedRegex(@"\r\nFinal-Recipient: rfc822;(\S+)\r\n")]
    private static partial Regex FinalRecipient();
}
