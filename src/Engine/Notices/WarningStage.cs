using Amavis.Core.Counters;
using Amavis.Core.Messages;
using Amavis.Core.Storage;
using Amavis.Engine.Templates;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Notices;

/// <summary>
/// Tells administrators and recipients of mail that has something, once it is where its reply says. A notice that can't be sent is logged and
/// counted and never changes what becomes of the message.
/// </summary>
internal sealed class WarningStage(EngineServices services, ReceivedMessage message, MessageDeadline deadline, CounterBatch counters)
{
    /// <summary>For all notices about one message together: the client is waiting for its reply.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    /// <summary>Notices to recipients of one message.</summary>
    private const int MaxRecipientNotices = 100;

    /// <param name="facts">With the outcomes of all recipients.</param>
    public async Task RunAsync(MacroFacts facts)
    {
        var settings = message.Policy.Settings;
        // The client comes back with the message, and it would be told of again.
        if (facts.Outcomes.Any(o => o.Reply.IsTempFail))
            return;
        var isNew = facts.Findings.Virus.Infected && services.SeenViruses.AddNew(facts.Findings.Virus.Names);
        var administrators = NoticePlanner.Administrators(facts.Outcomes, settings, isNew);
        var recipients = NoticePlanner.Recipients(facts.Outcomes, settings).Take(MaxRecipientNotices).ToList();
        if (administrators is null && recipients.Count == 0)
            return;
        // Not the message's own deadline: where it is, it stays.
        using var limit = new CancellationTokenSource(Longest, services.Clock);
        if (administrators is not null)
            await TrySendAsync(administrators, facts, withHeader: true, limit.Token);
        foreach (var (plan, outcome) in recipients)
            await TrySendAsync(plan, facts with { Outcomes = [outcome] }, withHeader: false, limit.Token);
    }

    private async Task TrySendAsync(NoticePlan plan, MacroFacts facts, bool withHeader, CancellationToken cancellationToken)
    {
        try
        {
            var (noticeId, _) = MailIds.Create(message.Policy.Settings.MailIdSizeBits);
            var notice = WarningNotice.Make(plan.Template, facts, noticeId, plan.From, plan.EnvelopeSender, plan.Recipients, withHeader);
            var replies = await new NoticeSender(services, message, deadline, counters).SendAsync(notice, facts.MailId, "Notif", cancellationToken);
            var failed = replies is null ? plan.Recipients : [.. plan.Recipients.Where((_, i) => !replies[i].IsSuccess)];
            if (failed.Count > 0)
                Failed(failed.Count, $"FAILED to notify {string.Join(", ", failed.Select(r => r.Bracketed))}: {Reason(replies)}");
        }
        catch (Exception e)
        {
            Failed(plan.Recipients.Count, $"FAILED to notify {string.Join(", ", plan.Recipients.Select(r => r.Bracketed))}: {Words(e)}");
        }
    }

    private void Failed(int count, string text)
    {
        counters.Add("NoticeFailures", count);
        services.Log.Line(-1, message.LogId, text);
    }

    private static string Reason(IReadOnlyList<SmtpReply>? replies) => replies?.FirstOrDefault(r => !r.IsSuccess).ToString() ?? "no notify_method";

    private static string Words(Exception e) => e is OperationCanceledException ? "out of time" : e.Message;
}
