using Amavis.Core.Categories;
using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Storage;
using Amavis.Core.Templates;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>Writes the log lines, the database record, the counters. Whatever fails here changes nothing for the message any more.</summary>
internal sealed class MessageReport(EngineServices services, ReceivedMessage message, Letter letter, StageClock stages, BankHistory banks)
{
    public async Task WriteAsync(FinishedMessage finished)
    {
        var outcomes = finished.Outcomes;
        var blocking = outcomes.Select(o => o.Blocking).OfType<CategoryKey>().Order().Cast<CategoryKey?>().LastOrDefault();
        var actions = finished.Facts.Actions;
        var elapsed = finished.Facts.Elapsed;
        WriteLines(finished.Facts);
        if (services.Rehearsal is { } rehearsal)
            rehearsal.Explanation = Explain(finished, actions, elapsed);
        await RecordAsync(finished, blocking, actions, elapsed);
        Count(finished, elapsed);
        if (services.Log.IsEnabled(TimingLine.Level))
            services.Log.Line(TimingLine.Level, message.LogId, TimingLine.Compose(
                message.Spool.Length, services.Clock.GetElapsedTime(message.StartedTimestamp, message.DataEndedTimestamp), stages.Ended, stages.Rest));
    }

    /// <summary>The main entry of the message, and one for each recipient where the settings ask for it.</summary>
    private void WriteLines(MacroFacts facts)
    {
        var settings = message.Policy.Settings;
        if (!services.Log.IsEnabled(0))
            return;
        var macros = new MessageMacros(facts);
        WriteLines(settings.LogTempl, macros);
        if (settings.LogRecipTempl is not { IsEmpty: false })
            return;
        for (var i = 0; i < facts.Outcomes.Count; i++)
            WriteLines(settings.LogRecipTempl, macros.For(facts.Outcomes[i], i + 1));
    }

    private void WriteLines(Template? template, MessageMacros macros)
    {
        if (template is not { IsEmpty: false })
            return;
        var expansion = TemplateExpander.Expand(template, macros, ExpansionLimits.Log);
        foreach (var line in expansion.Lines())
            services.Log.Line(0, message.LogId, line);
        if (expansion.IsCut)
            services.Log.Line(-1, message.LogId, "the log template gave too long a text, which was cut");
    }

    private async Task RecordAsync(FinishedMessage finished, CategoryKey? blocking, IReadOnlyList<string> actions, TimeSpan elapsed)
    {
        var settings = message.Policy.Settings;
        var quarantined = finished.Copies.Any(c => !c.Archive);
        if (services.MessageLog is not { } log || (!settings.SqlStoreInfoForAllMsgs && !quarantined))
            return;
        var categories = finished.Outcomes.Aggregate(CategorySet.Clean, (all, o) => all.Union(o.Categories));
        var first = finished.Copies.Count > 0 ? finished.Copies[0] : null;
        var record = new MessageRecord
        {
            Arrival = finished.Arrival,
            Originating = settings.Originating,
            Content = DatabaseLetters.Content(categories, blocking),
            QuarantineType = first?.Type ?? ' ',
            QuarantineLocation = first?.Location ?? "",
            DsnSent = finished.DsnSent,
            SpamLevel = finished.Outcomes.Select(o => o.Verdict.Score ?? 0).DefaultIfEmpty(0).Min(),
            MessageId = letter.MessageId,
            From = letter.From,
            Subject = letter.Subject,
            Recipients = [.. finished.Outcomes.Where(o => !o.Verdict.Recipient.Address.IsNull).Select(Recipient)],
            Explanation = Explain(finished, actions, elapsed).ToJson(),
        };
        try
        {
            // Not to be cancelled: the message is delivered, its record belongs to it.
            await log.FinishAsync(record, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or StorageUnavailableException)
        {
            services.Log.Line(-2, message.LogId, $"the log record of {finished.Arrival.MailId} could not be kept: {e.Message}");
        }
        stages.End(Stage.Log);
    }

    private Core.Explaining.MessageExplanation Explain(FinishedMessage finished, IReadOnlyList<string> actions, TimeSpan elapsed) =>
        new Explainer(message, letter, stages, banks).Make(finished, actions, elapsed);

    private static RecipientRecord Recipient(RecipientOutcome outcome) => new()
    {
        Position = outcome.Verdict.Recipient.Position,
        Address = outcome.Verdict.Recipient.Address,
        IsLocal = outcome.Verdict.Policy.IsLocal,
        Content = DatabaseLetters.Content(outcome.Categories, outcome.Blocking),
        DeliveryStatus = DatabaseLetters.DeliveryStatus(outcome.Destiny, outcome.Reply, outcome.LeftToClient),
        Blacklisted = outcome.Verdict.Policy.SenderBlacklisted,
        Whitelisted = outcome.Verdict.Policy.SenderWhitelisted,
        SpamLevel = outcome.Verdict.Score ?? 0,
        SmtpResponse = outcome.LeftToClient ? "" : outcome.Reply.ToString(),
    };

    private void Count(FinishedMessage finished, TimeSpan elapsed)
    {
        var counters = finished.Counters;
        var originating = message.Policy.Settings.Originating;
        var names = new HashSet<string>();
        foreach (var outcome in finished.Outcomes)
        {
            var status = ActionsPerformed.StatusName(outcome);
            if (status == "Unknown")
                continue;
            string[] stems = status.StartsWith("Relayed", StringComparison.Ordinal) ? [status, "Relayed"] : [status];
            foreach (var stem in stems)
            {
                names.Add("InMsgsStatus" + stem);
                names.Add("InMsgsStatus" + stem + MailDirections.Of(originating, outcome.Verdict.Policy.IsLocal));
                if (originating)
                    names.Add("InMsgsStatus" + stem + "Originating");
            }
        }
        foreach (var name in names)
            counters.Add(name);
        counters.Add("TimeElapsedTotal", (long)elapsed.TotalMilliseconds);
        counters.Add("TimeElapsedReceiving", (long)services.Clock.GetElapsedTime(message.StartedTimestamp, message.DataEndedTimestamp).TotalMilliseconds);
        counters.Add("TimeElapsedDecoding", Milliseconds(Stage.Decode));
        counters.Add("TimeElapsedVirusCheck", Milliseconds(Stage.VirusScan));
        counters.Add("TimeElapsedPenPals", Milliseconds(Stage.PenPals));
        counters.Add("TimeElapsedSpamCheck", Milliseconds(Stage.SpamScan));
        counters.Add("TimeElapsedSending", Milliseconds(Stage.Quarantine) + Milliseconds(Stage.Forward) + Milliseconds(Stage.Notify));
        services.Counters.Apply(counters);
        services.Counters.Observe(Stage.Total, elapsed);
    }

    private long Milliseconds(Stage stage) => (long)Math.Round(stages.Of(stage).TotalMilliseconds);
}
