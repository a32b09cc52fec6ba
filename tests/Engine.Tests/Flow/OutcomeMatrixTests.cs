using System.Collections.Frozen;
using System.Text.RegularExpressions;
using Amavis.Core.Categories;
using Amavis.Core.Lookups;
using Amavis.Core.Policy;

namespace Amavis.Engine.Tests.Flow;

/// <summary>Every category with every destiny, over both kinds of replies, in every direction: reply, what arrives, what is told and what is logged.</summary>
public sealed partial class OutcomeMatrixTests
{
    /// <summary>How a category comes about, and what is said of it.</summary>
    /// <param name="Class">Word in the log when it is passed; null: the same as blocked.</param>
    private sealed record Kind(string Message, string Code, string Reason, string Class, string? PassedClass = null, bool Kept = false, bool Tags = false, bool TagsLocal = false);

    private static readonly Dictionary<ContentCategory, Kind> Kinds = new()
    {
        [ContentCategory.Virus] = new(FlowMail.Virus, "554 5.7.0", "INFECTED: Test.Sig-1", "INFECTED (Test.Sig-1)", Kept: true, Tags: true),
        [ContentCategory.Banned] = new(FlowMail.Banned, "554 5.7.0", "BANNED: application/x-msdownload,.exe,.exe-ms,setup.exe", "BANNED (application/x-msdownload,.exe,.exe-ms,setup.exe)", Kept: true, Tags: true),
        [ContentCategory.Unchecked] = new(FlowMail.Encrypted, "554 5.7.0", "UNCHECKED", "UNCHECKED", "UNCHECKED-ENCRYPTED", TagsLocal: true),
        [ContentCategory.Spam] = new(FlowMail.Score(10), "554 5.7.0", "spam", "SPAM", Kept: true, TagsLocal: true),
        [ContentCategory.Spammy] = new(FlowMail.Score(7), "554 5.7.0", "spammy", "SPAMMY", TagsLocal: true),
        [ContentCategory.BadHeader] = new(FlowMail.BadHeader, "554 5.6.0", "BAD HEADER", "BAD-HEADER-0", "BAD-HEADER-2", Kept: true),
        [ContentCategory.Oversized] = new(FlowMail.Long(70_000), "552 5.3.4", "Message size exceeds recipient's size limit", "OVERSIZED"),
        [ContentCategory.MtaFailed] = new(FlowMail.Clean, "550 5.1.1", "Rejected by next-hop MTA on relaying", "MTA-BLOCKED"),
        [ContentCategory.Clean] = new(FlowMail.Clean, "554 5.7.0", "CLEAN", "CLEAN"),
    };

    public static TheoryData<ContentCategory, Destiny> Cases()
    {
        var cases = new TheoryData<ContentCategory, Destiny>();
        foreach (var category in Kinds.Keys)
            foreach (var destiny in Enum.GetValues<Destiny>())
                cases.Add(category, destiny);
        return cases;
    }

    [Theory, MemberData(nameof(Cases))]
    public async Task Each_category_with_each_destiny_ends_as_it_is_to(ContentCategory category, Destiny destiny)
    {
        await using var flow = new FlowHarness();
        var kind = Kinds[category];
        var isMta = category == ContentCategory.MtaFailed;
        if (isMta)
            flow.Sink.Answer = (verb, argument) => verb == "RCPT" && !argument.Contains("sender@", StringComparison.Ordinal) ? "550 5.1.1 No such user" : "";
        var key = isMta ? new CategoryKey(category, 2) : category;
        flow.Settings = flow.Settings with
        {
            FinalDestinyMapsByCcatOver = new ByCategory<LookupMaps?>(new Dictionary<CategoryKey, LookupMaps?> { [key] = LookupMaps.Constant((double)(int)destiny) }),
            VirusesThatFakeSenderMaps = LookupMaps.Constant(0),
            MessageSizeLimitMaps = category == ContentCategory.Oversized ? LookupMaps.Constant(66_000) : LookupMaps.Empty,
            BannedRules = new Dictionary<string, IReadOnlyList<LookupTable>> { ["DEFAULT"] = [new RegexTable([new RegexRule(new Regex(@"\.exe$"), LookupValue.True)])] }.ToFrozenDictionary(),
        };
        foreach (var lmtp in (bool[])[false, true])
            foreach (var originating in (bool[])[false, true])
                foreach (var recipient in (string[])["user1@example.com", "bob@far.example"])
                    await CheckAsync(flow, kind, isMta, destiny, new FlowEnvelope { Lmtp = lmtp, Originating = originating, Recipients = [recipient] });
    }

    private static async Task CheckAsync(FlowHarness flow, Kind kind, bool isMta, Destiny destiny, FlowEnvelope envelope)
    {
        flow.Clear();
        foreach (var file in Directory.GetFiles(flow.Quarantine))
            File.Delete(file);
        var replies = await flow.SendAsync(kind.Message, envelope);
        var local = envelope.Recipients[0].EndsWith("example.com", StringComparison.Ordinal);
        var direction = MailDirections.Of(envelope.Originating, local);
        var what = $"{destiny}, {(envelope.Lmtp ? "LMTP" : "SMTP")}, {direction}";
        var passes = destiny == Destiny.Pass && !isMta;

        (envelope.Lmtp ? replies.PerRecipient.Single() : replies.Single).ToString().ShouldMatch(Reply(kind, isMta, destiny, envelope), what);

        var copies = flow.Sink.Messages.Where(m => !m.MailArguments.StartsWith("<>", StringComparison.Ordinal)).ToList();
        copies.Count.ShouldBe(passes ? 1 : 0, what);
        if (passes)
            copies[0].RcptArguments.Single().ShouldStartWith($"<{envelope.Recipients[0]}>");
        var bounces = flow.Sink.Messages.Where(m => m.MailArguments.StartsWith("<>", StringComparison.Ordinal)).ToList();
        bounces.Count.ShouldBe(destiny == Destiny.Bounce ? 1 : 0, what);
        foreach (var bounce in bounces)
        {
            bounce.RcptArguments.Single().ShouldStartWith("<sender@example.org>");
            bounce.Text.ShouldContain($"Final-Recipient: rfc822;{envelope.Recipients[0]}\r\nAction: failed\r\n");
        }

        Directory.GetFiles(flow.Quarantine).Length.ShouldBe(kind.Kept ? 1 : 0, what);
        var main = flow.Lines().Single(l => MainEntry().IsMatch(l));
        var tagged = kind.Tags || (kind.TagsLocal && local);
        var action = destiny switch
        {
            Destiny.Pass when isMta => "Rejected",
            Destiny.Pass => tagged ? "RelayedTagged" : "Relayed",
            Destiny.Discard => "Discarded",
            Destiny.Bounce => "Bounced",
            Destiny.Reject => "Rejected",
            _ => "TempFailed",
        };
        var kept = kind.Kept ? ",Quarantined" : "";
        var word = passes ? $"Passed {kind.PassedClass ?? kind.Class}" : $"Blocked {kind.Class}";
        main.ShouldStartWith($"{word} {{{action}{direction}{kept}}}, ", Case.Sensitive, what);
        main.ShouldContain($"<sender@example.org> -> <{envelope.Recipients[0]}>", Case.Sensitive, what);
        (main.Contains(", queued_as: SINK", StringComparison.Ordinal)).ShouldBe(passes, what);
    }

    private static string Reply(Kind kind, bool isMta, Destiny destiny, FlowEnvelope envelope)
    {
        var id = $"id={FlowHarness.LogId}";
        var (basic, enhanced) = (kind.Code[..3], kind.Code[5..]);
        var rest = isMta
            ? $@"{Regex.Escape(id)} - {kind.Reason}, from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): 550 5\.1\.1 No such user"
            : Regex.Escape($"{id} - {kind.Reason}");
        string Words(string word) => isMta ? "" : word + ", ";
        var refusal = $"{basic} 5{Regex.Escape(enhanced)} ";
        return destiny switch
        {
            Destiny.Pass when isMta => $"^{refusal}{rest}$",
            Destiny.Pass => @"^250 2\.0\.0 from MTA\(smtp:\[127\.0\.0\.1\]:\d+\): 250 2\.0\.0 Ok: queued as SINK\w+$",
            Destiny.Discard => $"^250 2{Regex.Escape(enhanced)} {(isMta ? "Discarded " : "Ok, discarded, ")}{rest}$",
            Destiny.Bounce when envelope.Lmtp => $@"^250 2\.5\.0 Ok <{envelope.Recipients[0]}>, DSN was sent \({basic} 5{Regex.Escape(enhanced)} {Words("Bounce")}{rest}\)$",
            Destiny.Bounce => $"^250 2\\.5\\.0 Ok, {id}, BOUNCE$",
            Destiny.Reject => $"^{refusal}{Words("Reject")}{rest}$",
            _ => $"^450 4{Regex.Escape(enhanced)} {Words("Temporary failure")}{rest}$",
        };
    }

    [GeneratedRegex("^(Passed|Blocked) ")]
    private static partial Regex MainEntry();
}
