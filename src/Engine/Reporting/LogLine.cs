using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Amavis.Core.Categories;
using Amavis.Core.Messages;
using Amavis.Engine.Quarantine;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>What the main log entry is made of.</summary>
public sealed record LogLineFacts
{
    public required IReadOnlyList<RecipientOutcome> Outcomes { get; init; }
    public required IReadOnlyList<string> Actions { get; init; }
    public required CategoryKey Main { get; init; }
    public CategoryKey? Blocking { get; init; }
    public required string MailId { get; init; }
    public required Envelope Envelope { get; init; }
    public string PolicyPath { get; init; } = "";
    public bool Originating { get; init; }
    /// <summary>Original client; null: not known.</summary>
    public IPAddress? ClientAddress { get; init; }
    public int? ClientPort { get; init; }
    /// <summary>Oldest public address of the Received trace.</summary>
    public string? OldestPublicAddress { get; init; }
    public IReadOnlyList<StoredCopy> Copies { get; init; } = [];
    public string? QueueId { get; init; }
    public string? MessageId { get; init; }
    public string? ResentMessageId { get; init; }
    public IReadOnlyList<string> VirusNames { get; init; } = [];
    public string? BannedReason { get; init; }
    public long Size { get; init; }
    public int PartitionTag { get; init; }
    public double ElapsedMilliseconds { get; init; }
}

/// <summary>The main log entry in its short form: a line for what passed, a line for what was blocked.</summary>
public static partial class LogLine
{
    public static IEnumerable<string> Short(LogLineFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var passed = facts.Outcomes.Where(o => o.IsPassed).ToList();
        var blocked = facts.Outcomes.Where(o => !o.IsPassed).ToList();
        if (passed.Count > 0)
            yield return One("Passed", facts.Blocking ?? facts.Main, passed, facts, queuedAs: true);
        if (blocked.Count > 0)
            yield return One("Blocked", facts.Blocking ?? facts.Main, blocked, facts, queuedAs: false);
    }

    /// <summary>Class of mail as the log has it.</summary>
    public static string ClassName(CategoryKey key, IReadOnlyList<string> virusNames, string? bannedReason) => key switch
    {
        (ContentCategory.Virus, _) => $"INFECTED ({string.Join(",", virusNames ?? [])})",
        (ContentCategory.Banned, _) => $"BANNED ({bannedReason})",
        (ContentCategory.Unchecked, 1) => "UNCHECKED-ENCRYPTED",
        (ContentCategory.Unchecked, _) => "UNCHECKED",
        (ContentCategory.Spam, _) => "SPAM",
        (ContentCategory.Spammy, _) => "SPAMMY",
        (ContentCategory.BadHeader, var minor) => $"BAD-HEADER-{minor}",
        (ContentCategory.Oversized, _) => "OVERSIZED",
        (ContentCategory.MtaFailed, _) => "MTA-BLOCKED",
        (ContentCategory.Clean, _) => "CLEAN",
        _ => "OTHER",
    };

    /// <summary>Score of a message for people: <c>-</c>, one number, or a range when recipients differ by 0.1 and more.</summary>
    public static string Hits(IReadOnlyList<RecipientOutcome> outcomes)
    {
        var scores = outcomes.Select(o => o.Verdict.Score).OfType<double>().ToList();
        if (scores.Count == 0)
            return "-";
        var (min, max) = (scores.Min(), scores.Max());
        return max - min < 0.1 ? Number(min) : Number(min) + ".." + Number(max);
    }

    /// <summary>At most three decimals, no trailing zeros.</summary>
    public static string Number(double value) => value.ToString("0.###", CultureInfo.InvariantCulture);

    /// <summary>The queue id in a reply such as <c>… queued as 4XyZ12</c>, else the whole reply.</summary>
    public static string QueuedAs(string remoteReply)
    {
        var match = QueuedAsPattern().Match(remoteReply);
        return match.Success ? match.Groups[1].Value : remoteReply;
    }

    private static string One(string word, CategoryKey key, List<RecipientOutcome> outcomes, LogLineFacts facts, bool queuedAs)
    {
        var line = new StringBuilder(256);
        line.Append(word).Append(' ').Append(ClassName(key, facts.VirusNames, facts.BannedReason));
        line.Append(" {").AppendJoin(',', facts.Actions).Append('}').Append(", ");
        if (facts.PolicyPath.Length > 0)
            line.Append(facts.PolicyPath).Append(' ');
        if (facts.ClientAddress is not null)
        {
            if (facts.Originating)
                line.Append("LOCAL ");
            line.Append('[').Append(facts.ClientAddress).Append(']');
            if (facts.ClientPort is { } port)
                line.Append(':').Append(port);
            line.Append(' ');
        }
        if (facts.OldestPublicAddress is not null)
            line.Append('[').Append(facts.OldestPublicAddress).Append("] ");
        line.Append(facts.Envelope.Sender.Bracketed).Append(" -> ").AppendJoin(',', outcomes.Select(o => o.Verdict.Recipient.Address.Bracketed));
        if (facts.Copies.Count > 0)
            line.Append(", quarantine: ").AppendJoin(", ", facts.Copies.Select(c => c.Location));
        Append(line, "Queue-ID", facts.QueueId);
        Append(line, "Message-ID", facts.MessageId);
        Append(line, "Resent-Message-ID", facts.ResentMessageId);
        line.Append(", mail_id: ").Append(facts.MailId);
        line.Append(", Hits: ").Append(Hits(outcomes));
        line.Append(", size: ").Append(facts.Size);
        if (facts.PartitionTag != 0)
            line.Append(", pt: ").Append(facts.PartitionTag);
        if (queuedAs)
        {
            var ids = outcomes.Select(o => o.RemoteReply).OfType<string>().Select(QueuedAs).Distinct().ToList();
            if (ids.Count > 0)
                line.Append(", queued_as: ").AppendJoin('/', ids);
        }
        line.Append(", ").Append(Math.Round(facts.ElapsedMilliseconds).ToString(CultureInfo.InvariantCulture)).Append(" ms");
        return line.ToString();
    }

    private static void Append(StringBuilder line, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            line.Append(", ").Append(name).Append(": ").Append(value);
    }

    [GeneratedRegex(@"\bqueued as ([A-Za-z0-9]+)$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex QueuedAsPattern();
}
