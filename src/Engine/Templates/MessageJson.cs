using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;
using Amavis.Core.Categories;
using Amavis.Engine.Reporting;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Templates;

/// <summary>
/// The structured report of a message for log collectors: one JSON object, keys sorted, what is empty left out. Other programs read it: names
/// and types never change.
/// </summary>
internal static class MessageJson
{
    private const double SpamTestFrom = 0;

    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.Create(new TextEncoderSettings(UnicodeRanges.All)),
    };

    /// <param name="wanted">Names of fields, or names to leave out with <c>!</c>, with blanks between; empty: all.</param>
    public static string Make(MacroFacts facts, string wanted)
    {
        var names = wanted.Split([' ', '\t', '\n', ','], StringSplitOptions.RemoveEmptyEntries);
        var excludes = names.Any(n => n.StartsWith('!'));
        bool IsWanted(string name) => names.Length == 0 || (excludes ? !names.Contains("!" + name) : names.Contains(name));
        var json = new JsonObject();
        foreach (var (name, value) in Fields(facts).Where(f => IsWanted(f.Name)).OrderBy(f => f.Name, StringComparer.Ordinal))
            if (value() is { } node)
                json[name] = node;
        return json.ToJsonString(Readable);
    }

    private static List<(string Name, Func<JsonNode?> Value)> Fields(MacroFacts facts)
    {
        var message = facts.Message;
        var letter = facts.Letter;
        var outcomes = facts.Outcomes;
        var settings = message.Policy.Settings;
        var connection = message.Connection;
        return
        [
            ("type", () => "amavis"),
            ("host", () => Text(settings.MyHostname)),
            ("log_id", () => message.LogId),
            ("mail_id", () => facts.MailId),
            ("mail_id_parent", () => Text(facts.ParentMailId)),
            ("partition", () => settings.PartitionTag.At(message.ReceivedAt) is not 0 and var tag ? tag.ToString(CultureInfo.InvariantCulture) : null),
            ("src_ip", () => Text(connection.Peer?.Address.ToString())),
            ("dst_ip", () => Text(connection.Local?.Address.ToString())),
            ("dst_port", () => connection.Local?.Port),
            ("client_ip", () => Text(letter.ClientAddress?.ToString())),
            ("client_port", () => message.Client.Port),
            ("queue_id", () => Text(message.Client.QueueId)),
            ("protocol", () => Text(connection.Protocol)),
            ("mail_from", () => message.Envelope.Sender.Smtp),
            ("rcpt_to", () => List(message.Envelope.Recipients.Select(r => r.Address.Smtp))),
            ("rcpt_num", () => message.Envelope.Recipients.Count),
            ("recipients", () => new JsonArray([.. outcomes.Select(o => Recipient(o, message.Envelope.Sender.IsNull))])),
            ("sender", () => Text(letter.Facts.Sender.Select(a => a.Address?.Smtp).FirstOrDefault())),
            ("author", () => List(letter.Facts.From.Select(a => a.Address?.Smtp))),
            ("to_addr", () => List(letter.Facts.To.Select(a => a.Address?.Smtp))),
            ("cc_addr", () => List(letter.Facts.Cc.Select(a => a.Address?.Smtp))),
            ("references", () => List(letter.Facts.References)),
            ("subject", () => Text(letter.Subject)),
            ("subject_rot13", () => FunctionMacros.TryCall("rot13", [letter.Subject], out var turned) ? Text(turned) : null),
            ("message_id", () => Text(letter.MessageId)),
            ("user_agent", () => Text(letter.Facts.UserAgent)),
            ("policy_banks", () => List(message.Policy.Path.Split('/'))),
            ("ip_trace", () => List(letter.Hops.Where(h => h.IsPublic).Select(h => h.Address))),
            ("ip_proto_trace", () => List(letter.Hops.Select(h => h.ToString()))),
            ("size", () => message.Spool.Length),
            ("digest_body", () => Convert.ToHexStringLower(letter.BodyDigest())),
            ("content_type", () => Effective(outcomes).DisplayName),
            ("attached_file_names", () => List((facts.Findings.Tree?.Parts ?? []).SelectMany(p => p.Names))),
            ("quarantine", () => Text(facts.Copies.Select(c => c.Location).FirstOrDefault())),
            ("quar_type", () => facts.Copies.Count == 0 ? null : facts.Copies[0].Type.ToString()),
            ("spam_score", () => outcomes.Any(o => o.Verdict.Score is not null) ? Math.Round(outcomes.Max(o => o.Verdict.Score ?? double.MinValue), 3) : null),
            ("dsn_sent", () => facts.DsnSent == 'Y'),
            ("originating", () => settings.Originating),
            ("actions_performed", () => Text(string.Join(' ', facts.Actions))),
            ("checks_performed", () => Text(Checks(facts))),
            ("virusnames", () => List(facts.Findings.Virus.Names)),
            ("av_scan", () => Scanners(facts)),
            ("tests", () => List(Tests(outcomes).OrderBy(t => t.Name, StringComparer.Ordinal).Select(t => t.Name))),
            ("tests_spam", () => List(Tests(outcomes).Where(t => t.Points > SpamTestFrom).OrderByDescending(t => t.Points).Select(t => t.Name))),
            ("tests_ham", () => List(Tests(outcomes).Where(t => t.Points < SpamTestFrom).OrderBy(t => t.Points).Select(t => t.Name))),
            ("is_auto_resp", () => letter.Facts.IsAuto ? true : null),
            ("is_mlist", () => letter.Facts.IsList ? true : null),
            ("is_bulk", () => letter.Facts.IsBulk ? true : null),
            ("dkim_valid_sig", () => List(facts.Dkim.Identities.Count > 0 ? facts.Dkim.Identities : facts.Dkim.Domains)),
            ("dkim_new_sig", () => List(facts.Dkim.New)),
            ("smtp_code", () => List(outcomes.Select(o => o.Reply.Code.ToString(CultureInfo.InvariantCulture)))),
            ("queued_as", () => List(outcomes.Where(o => o.IsDelivered && o.RemoteReply is not null).Select(o => LogLine.QueuedAs(o.RemoteReply!)))), // Asked before.
            ("action", () => List(outcomes.Select(o => Action(o.Destiny)))),
            ("message", () => Message(facts)),
            ("time_unix", () => Math.Round(message.ReceivedAt.ToUnixTimeMilliseconds() / 1000.0, 3)),
            ("@timestamp", () => message.ReceivedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)),
            ("time_iso_week_date", () => WeekDate(message.ReceivedAt.DateTime)),
            ("elapsed", () => new JsonObject { ["Total"] = Math.Round(facts.Elapsed.TotalSeconds, 3) }),
        ];
    }

    private static JsonObject Recipient(RecipientOutcome outcome, bool nullSender)
    {
        var policy = outcome.Verdict.Policy;
        var json = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal)
        {
            ["rcpt_to"] = policy.Address.Smtp,
            ["rcpt_is_local"] = policy.IsLocal,
            ["action"] = Action(outcome.Destiny),
            ["smtp_response"] = outcome.Reply.ToString(),
            ["smtp_code"] = outcome.Reply.Code.ToString(CultureInfo.InvariantCulture),
            ["queued_as"] = outcome is { IsDelivered: true, RemoteReply: { } remote } ? LogLine.QueuedAs(remote) : null,
            ["spam_score"] = outcome.Verdict.Score is { } score ? Math.Round(score, 3) : null,
            ["blacklisted"] = !nullSender && policy.SenderBlacklisted ? true : null,
            ["whitelisted"] = !nullSender && policy.SenderWhitelisted ? true : null,
            ["bypass_virus_checks"] = policy.BypassVirus ? true : null,
            ["bypass_banned_checks"] = policy.BypassBanned ? true : null,
            ["bypass_spam_checks"] = policy.BypassSpam ? true : null,
            ["ccat_main"] = outcome.Blocking == outcome.Categories.Main ? null : outcome.Categories.Main.DisplayName,
            ["ccat_blocking"] = outcome.Blocking?.DisplayName,
            ["banning_reason"] = Text(outcome.Verdict.Banned?.ShortReason),
        };
        return new JsonObject(json.Where(e => e.Value is not null));
    }

    private static JsonNode? Text(string? text) => string.IsNullOrEmpty(text) ? null : JsonValue.Create(OctetText.Present(text));

    /// <summary>Each value once.</summary>
    private static JsonArray? List(IEnumerable<string?> values)
    {
        var nodes = values.OfType<string>().Where(v => v.Length > 0).Distinct(StringComparer.Ordinal).Select(Text).ToArray();
        return nodes.Length == 0 ? null : new JsonArray(nodes);
    }

    private static string Action(Destiny destiny) => destiny.ToString().ToUpperInvariant();

    private static CategoryKey Effective(IReadOnlyList<RecipientOutcome> outcomes) =>
        outcomes.Select(o => o.Blocking).OfType<CategoryKey>().Order().Cast<CategoryKey?>().LastOrDefault()
        ?? outcomes.Select(o => o.Categories.Main).DefaultIfEmpty(ContentCategory.Clean).Max();

    private static IEnumerable<Core.Explaining.TestScore> Tests(IReadOnlyList<RecipientOutcome> outcomes) =>
        outcomes.SelectMany(o => o.Verdict.Tests).DistinctBy(t => t.Name);

    private static string Checks(MacroFacts facts)
    {
        var findings = facts.Findings;
        var policies = facts.Outcomes.Select(o => o.Verdict.Policy).ToList();
        (bool Done, string Letter)[] checks =
        [
            (findings.Virus.Ran, "V"),
            (findings.Spam.Count > 0, "S"),
            (policies.Any(p => !p.BypassHeader), "H"),
            (findings.Tree is not null && policies.Any(p => !p.BypassBanned), "B"),
            (findings.Tree is not null, "F"),
        ];
        return string.Join(' ', checks.Where(c => c.Done).Select(c => c.Letter));
    }

    private static JsonObject? Scanners(MacroFacts facts)
    {
        const string found = "infected: ";
        var json = new JsonObject();
        foreach (var answer in (facts.Virus?.Scanners ?? []).Where(s => s.Answer.StartsWith(found, StringComparison.Ordinal)))
            json[answer.Scanner] = List(answer.Answer[found.Length..].Split(", "));
        return json.Count == 0 ? null : json;
    }

    private static string Message(MacroFacts facts)
    {
        var destiny = facts.Outcomes.Select(o => o.Destiny).DefaultIfEmpty(Destiny.Pass).Min();
        return $"{facts.Message.LogId} {Action(destiny)} {Effective(facts.Outcomes).DisplayName} {facts.Message.Envelope.Sender.Bracketed} -> "
            + string.Join(',', facts.Outcomes.Select(o => o.Verdict.Policy.Address.Bracketed));
    }

    private static string WeekDate(DateTime time) =>
        string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(time):D4}-W{ISOWeek.GetWeekOfYear(time):D2}-{(((int)time.DayOfWeek + 6) % 7) + 1}");
}
