using System.Collections.Frozen;
using System.Globalization;
using Amavis.Core.Policy;

namespace Amavis.Engine.Templates;

/// <summary>The macros about a message. Values that cost something are made when they are asked for.</summary>
internal sealed partial class MessageMacros(MacroFacts facts) : IMacroSource
{
    private delegate MacroValue Macro(MessageMacros macros, MacroArguments arguments);

    private static readonly FrozenDictionary<string, Macro> Table = Declare();

    public static IReadOnlyCollection<string> Names => Table.Keys;

    private Settings Settings => facts.Message.Policy.Settings;

    /// <summary>The same for one recipient only.</summary>
    /// <param name="counter">Its number, from 1.</param>
    public MessageMacros For(Verdicts.RecipientOutcome outcome, int counter) => new(facts with { Outcomes = [outcome], Counter = counter });

    public MacroValue Get(string name, IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Table.TryGetValue(name, out var macro) ? macro(this, new MacroArguments(arguments)) : default;
    }

    private static FrozenDictionary<string, Macro> Declare()
    {
        var table = new Dictionary<string, Macro>(StringComparer.Ordinal);
        DeclareEnvelope(table);
        DeclareTimes(table);
        DeclareHeader(table);
        DeclareClient(table);
        DeclareFindings(table);
        DeclareSpam(table);
        DeclareRecipients(table);
        DeclareRest(table);
        return table.ToFrozenDictionary(StringComparer.Ordinal);
    }

    private static void Declare(Dictionary<string, Macro> table, Macro macro, params string[] names)
    {
        foreach (var name in names)
            table.Add(name, macro);
    }

    private static void DeclareEnvelope(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => m.Facts.Message.Policy.Path, "p");
        Declare(t, (m, _) => m.Settings.MyHostname, "h");
        Declare(t, (m, _) => Core.Addresses.DomainNames.Display(m.Settings.MyHostname), "HOSTNAME");
        Declare(t, (m, _) => MacroValue.Truth(m.Settings.Originating), "l");
        Declare(t, (m, _) => m.Facts.Message.Envelope.Sender.Bracketed, "s", "S");
        Declare(t, (m, _) => m.Origin, "o");
        Declare(t, (m, _) => m.Facts.Message.Client.QueueId, "Q");
        Declare(t, (m, _) => m.Facts.Message.LogId, "n", "log_id", "LOGID");
        Declare(t, (m, _) => m.Facts.MailId, "i", "mail_id", "MAILID");
        Declare(t, (m, _) => m.Facts.SecretId, "secret_id");
        Declare(t, (m, _) => m.Facts.ParentMailId, "parent_mail_id");
        Declare(t, (m, _) => m.Settings.PartitionTag.At(m.Received).ToString(CultureInfo.InvariantCulture), "P", "partition_tag");
        Declare(t, (m, _) => m.Facts.Message.Spool.Length.ToString(CultureInfo.InvariantCulture), "z");
        Declare(t, (m, _) => OctetText.From(m.Facts.Letter.BodyDigest()), "body_digest");
        Declare(t, (m, _) => Convert.ToHexStringLower(m.Facts.Letter.BodyDigest()), "b");
        Declare(t, (m, _) => m.Facts.Notice?.From, "f");
        Declare(t, (m, _) => List(m.Facts.Notice?.Cc), "C");
        Declare(t, (m, _) => List(m.Facts.Notice?.Bcc), "B");
    }

    private static void DeclareTimes(Dictionary<string, Macro> t)
    {
        Declare(t, (m, _) => Delivery.ReceivedField.Date(m.Received), "d", "DATE", "date_rfc2822_local");
        Declare(t, (m, _) => m.Received.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture), "U", "date_iso8601_utc");
        Declare(t, (m, _) => m.Received.ToString("yyyyMMdd'T'HHmmsszzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal), "date_iso8601_local");
        Declare(t, (m, _) => m.Received.ToUnixTimeSeconds().ToString("D10", CultureInfo.InvariantCulture), "u", "date_unix_utc");
        Declare(t, (m, _) => ISOWeek.GetWeekOfYear(m.Received.DateTime).ToString("D2", CultureInfo.InvariantCulture), "week_iso8601");
        Declare(t, (m, _) => (((int)m.Received.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture), "weekday");
        Declare(t, (m, _) => Math.Round(m.Facts.Elapsed.TotalMilliseconds).ToString(CultureInfo.InvariantCulture), "y");
    }

    private MacroFacts Facts => facts;

    private DateTimeOffset Received => facts.Message.ReceivedAt;

    /// <summary>The sender, or what is known of the true origin when a virus has forged it.</summary>
    private string Origin
    {
        get
        {
            if (!facts.Findings.Virus.Infected || !facts.Findings.Virus.Names.Any(n => Settings.VirusesThatFakeSenderMaps.FindText(n)?.IsTrue ?? false))
                return facts.Message.Envelope.Sender.Smtp;
            return (facts.Letter.OldestPublicAddress ?? facts.Letter.ClientAddress?.ToString()) is { } address ? $"?@[{address}]" : "?";
        }
    }

    private static MacroValue List(IReadOnlyList<string>? values) => new(values ?? []);

    private static MacroValue Unique(IEnumerable<string?> values) =>
        new([.. values.OfType<string>().Where(v => v.Length > 0).Distinct(StringComparer.Ordinal)]);
}
