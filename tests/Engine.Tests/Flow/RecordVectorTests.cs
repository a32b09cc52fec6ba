using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;
using Amavis.Core.Addresses;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Tests.Lookups;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Messages with known rows in the log: what the columns of the layout of amavisd-new say of them.</summary>
public sealed class RecordVectorTests : IAsyncDisposable
{
    private readonly KeptRecords _log = new();
    private readonly KeptCopies _copies = new();
    private readonly KnownMail _known = new();
    private readonly FlowHarness _flow;

    public RecordVectorTests() => _flow = new FlowHarness(change: s => s with { MessageLog = _log, SqlQuarantine = _copies, PenPals = _known });

    public ValueTask DisposeAsync() => _flow.DisposeAsync();

    [Fact]
    public async Task Our_own_mail_to_others_has_its_rows()
    {
        await _flow.SendAsync(FlowMail.Clean, new FlowEnvelope { Sender = "Alice+x@Example.COM", Recipients = ["bob@far.test", "Carol@Sub.Far.TEST"], Originating = true });

        var record = _log.Records.Single();
        (record.Originating, record.Content, record.DsnSent).ShouldBe((true, 'C', 'N'));
        record.Recipients.Select(Row).ShouldBe(["1 CP local N bl N wl N", "2 CP local N bl N wl N"]);
    }

    [Fact]
    public async Task Banned_mail_for_two_is_kept_in_one_file_below_the_letter_of_its_id()
    {
        _flow.Settings = _flow.Settings with
        {
            QuarantineSubdirLevels = 1,
            BannedFilesQuarantineMethod = DeliveryMethod.Parse("local:banned-%m"),
            BannedRules = new Dictionary<string, IReadOnlyList<LookupTable>> { ["DEFAULT"] = [new RegexTable([new RegexRule(new Regex(@"\.exe$"), LookupValue.True)])] }.ToFrozenDictionary(),
        };

        await _flow.SendAsync(FlowMail.Banned, "user1@example.com", "user2@example.com");

        var record = _log.Records.Single();
        var mailId = record.Arrival.MailId;
        (record.Content, record.QuarantineType, record.QuarantineLocation).ShouldBe(('B', 'F', $"{mailId[0]}/banned-{mailId}"));
        record.Recipients.Select(Row).ShouldBe(["1 BD local Y bl N wl N", "2 BD local Y bl N wl N"]);
        record.Recipients.ShouldAllBe(r => r.SmtpResponse.Contains("BANNED: ", StringComparison.Ordinal));
        Directory.GetFiles(_flow.Quarantine, "*", SearchOption.AllDirectories).ShouldBe([Path.Combine(_flow.Quarantine, record.QuarantineLocation)]);
    }

    [Fact]
    public async Task Mail_of_the_null_sender_without_a_date_passes_and_is_kept_in_the_database()
    {
        _flow.Settings = _flow.Settings with { BadHeaderQuarantineMethod = DeliveryMethod.Parse("sql:") };

        await _flow.SendAsync(Regex.Replace(FlowMail.Clean, "Date: .*\n", ""), new FlowEnvelope { Sender = "" });

        var record = _log.Records.Single();
        (record.Content, record.QuarantineType, record.QuarantineLocation).ShouldBe(('H', 'Q', record.Arrival.MailId));
        record.Recipients.Select(Row).ShouldBe(["1 HP local Y bl N wl N"]);
        _copies.Texts.Single().ShouldContain("X-Envelope-To-Blocked:\n");
    }

    [Fact]
    public async Task Raw_octets_in_the_subject_of_mail_that_passes_have_a_letter_of_their_own()
    {
        await _flow.SendAsync(FlowMail.BadHeader, "user1@example.com");

        (_log.Records.Single().Content, Row(_log.Records.Single().Recipients.Single())).ShouldBe(('M', "1 MP local Y bl N wl N"));
    }

    [Fact]
    public async Task One_of_two_whom_the_next_hop_refuses_is_recorded_as_refused_and_the_sender_is_told()
    {
        _flow.Sink.Answer = (verb, argument) => verb == "RCPT" && argument.Contains("gone@", StringComparison.Ordinal) ? "550 5.1.1 No such user" : "";

        await _flow.SendAsync(FlowMail.Clean, "gone@example.com", "user1@example.com");

        var record = _log.Records.Single();
        record.DsnSent.ShouldBe('Y');
        record.Recipients.Select(Row).ShouldBe(["1 TR local Y bl N wl N", "2 CP local Y bl N wl N"]);
        record.Recipients[0].SmtpResponse.ShouldContain("Rejected by next-hop MTA on relaying");
        record.Recipients[0].SmtpResponse.ShouldContain("550 5.1.1 No such user");
    }

    [Theory]
    [InlineData(0, -8)]
    [InlineData(302400, -5.657)]
    [InlineData(604800, -4)]
    [InlineData(1209600, -2)]
    public async Task The_bonus_for_an_answer_halves_with_its_age(int seconds, double points)
    {
        _flow.Settings = _flow.Settings with { PenpalsBonusScore = 8, PenpalsThresholdLow = null };
        // The clock goes on a little between the test and the message.
        _known.SentAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(seconds);

        await _flow.SendAsync(FlowMail.Score(0), "user1@example.com", "nobody@far.example");

        var record = _log.Records.Single();
        record.Recipients[0].SpamLevel.ShouldBe(points, 0.002);
        record.Recipients[1].SpamLevel.ShouldBe(0);
        record.SpamLevel.ShouldBe(points, 0.002);
        var age = _flow.Sink.Messages.Where(m => m.Text.Contains("X-Amavis-PenPals: age ", StringComparison.Ordinal)).ToList();
        age.Single().RcptArguments.Single().ShouldStartWith("<user1@example.com>");
        _flow.Sink.Messages.Count.ShouldBe(2);
    }

    [Theory]
    [InlineData("<ours9@mua.invalid>", true, false, -4)]
    [InlineData("<x@sub.example.com>", false, false, 0)]
    [InlineData("<n@evil.test>", false, false, 100)]
    [InlineData(null, false, false, 100)]
    [InlineData("<n@evil.test>", false, true, 0)]
    public async Task A_bounce_of_mail_nobody_here_sent_gets_its_points(string? returned, bool known, bool originating, double score)
    {
        _flow.Settings = _flow.Settings with { PenpalsBonusScore = 4, PenpalsThresholdLow = null, BounceKillerScore = 100 };
        _known.SentAt = known ? TimeProvider.System.GetUtcNow() : null;
        var id = returned is null ? "" : $"Message-ID: {returned}\n";
        var bounce = "From: MAILER-DAEMON@far.example\nTo: user1@example.com\nDate: Mon, 05 Jan 2026 10:01:00 +0000\nSubject: report\nMIME-Version: 1.0\n"
            + "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nsorry\n--b\nContent-Type: message/delivery-status\n\n"
            + "Reporting-MTA: dns; far.example\n\nFinal-Recipient: rfc822; x@far.example\nAction: failed\nStatus: 5.1.1\n\n"
            + $"--b\nContent-Type: message/rfc822\n\nReceived: from x by y; Mon, 05 Jan 2026 09:00:00 +0000\nFrom: user1@example.com\nTo: x@far.example\nSubject: hello\nDate: Mon, 05 Jan 2026 09:00:00 +0000\n{id}\nhello\n--b--\n";

        await _flow.SendAsync(bounce, new FlowEnvelope { Sender = "", Originating = originating });

        _log.Records.Single().Recipients.Single().SpamLevel.ShouldBe(score, 0.01);
    }

    private static string Row(RecipientRecord row) => string.Create(CultureInfo.InvariantCulture,
        $"{row.Position} {row.Content}{row.DeliveryStatus} local {YesNo(row.IsLocal)} bl {YesNo(row.Blacklisted)} wl {YesNo(row.Whitelisted)}");

    private static char YesNo(bool value) => value ? 'Y' : 'N';

    private sealed class KeptCopies : ISqlQuarantine
    {
        public List<string> Texts { get; } = [];

        public async Task StoreAsync(MessageArrival arrival, Stream text, int chunkOctets, CancellationToken cancellationToken)
        {
            using var reader = new StreamReader(text);
            Texts.Add(await reader.ReadToEndAsync(cancellationToken));
        }

        public Task<Stream?> OpenAsync(string mailId, int? partitionTag, CancellationToken cancellationToken) => Task.FromResult<Stream?>(null);
    }

    /// <summary>Earlier mail of user1@example.com, where there is any.</summary>
    private sealed class KnownMail : IPenPals
    {
        public DateTimeOffset? SentAt { get; set; }

        public Task<PenPal?> FindAsync(PenPalQuestion question, CancellationToken cancellationToken) => Task.FromResult(
            SentAt is { } at && question.User == MailAddress.FromUnquoted("user1@example.com") ? new PenPal(PenPalMatch.Address, at, "pUfTtG0frwve", "hello") : null);
    }
}
