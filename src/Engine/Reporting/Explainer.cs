using Amavis.Core.Categories;
using Amavis.Core.Explaining;
using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Dkim.Keys;
using Amavis.Dkim.Results;
using Amavis.Dkim.Verification;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Reporting;

/// <summary>Puts together why a message was treated as it was.</summary>
internal sealed class Explainer(ReceivedMessage message, Letter letter, StageClock stages, BankHistory banks)
{
    private const int MaxParts = 200;

    public MessageExplanation Make(FinishedMessage finished, IReadOnlyList<string> actions, TimeSpan elapsed)
    {
        var settings = message.Policy.Settings;
        var findings = finished.Findings;
        return new MessageExplanation
        {
            LogId = message.LogId,
            MailId = finished.Arrival.MailId,
            QueueId = message.Client.QueueId,
            PolicyPath = message.Policy.Path,
            Banks = banks.Explain(message.Policy),
            Originating = settings.Originating,
            Sender = message.Envelope.Sender.Smtp,
            ClientAddress = letter.ClientAddress?.ToString(),
            ClientName = message.Client.Name,
            ClientHelo = message.Client.Helo,
            Peer = message.Connection.Peer?.ToString() ?? message.Connection.UnixPath,
            Protocol = message.Connection.Protocol,
            Stages = stages.Times,
            TotalMilliseconds = Math.Round(elapsed.TotalMilliseconds, 1),
            Virus = finished.Checks.Virus,
            Spam = finished.Checks.Spam,
            Signatures = [.. findings.Dkim.Results.Select(r => Signature(r, findings.Dkim))],
            SenderResults = [.. letter.SenderResults.Select(r => new SenderExplanation(
                r.Method, r.Result, r.Reason ?? r.Comment, r.Properties.Count == 0 ? null : string.Join(", ", r.Properties.Select(p => $"{p.Name}={p.Value}"))))],
            Signed = finished.Facts.Dkim.New,
            HeaderDefects = [.. findings.HeaderDefects.Select(d => d.Text)],
            MimeErrors = findings.Tree?.MimeErrors ?? [],
            Hold = findings.Tree?.Hold,
            Parts = [.. (findings.Tree?.Parts ?? []).Take(MaxParts).Select(Part)],
            Recipients = [.. finished.Outcomes.Select(Recipient)],
            Actions = actions,
            Reply = finished.Reply.ToString(),
            Header = settings.ExplainHeaderOctets > 0 ? letter.HeaderText(settings.ExplainHeaderOctets) : null,
        };
    }

    private static SignatureExplanation Signature(SignatureResult result, DkimReport report) => new(
        DkimResults.Word(result),
        DkimResults.Reason(result) is { Length: > 0 } reason ? reason : null,
        result.Domain,
        result.Selector,
        result.Identity.Length > 0 ? result.Identity : null,
        result.Algorithm?.Tag(),
        result.KeyBits,
        report.Authors.Any(a => a.IsOwn && ReferenceEquals(a.Signature, result)));

    private static PartExplanation Part(MessagePart part) =>
        new(part.Number, part.Placement, part.DeclaredTypes, part.ShortTypes, part.Names, part.Size, Letters(part.Attributes));

    private static string Letters(PartAttributes attributes)
    {
        var letters = "";
        foreach (var (flag, letter) in ((PartAttributes, char)[])
            [(PartAttributes.Undecipherable, 'U'), (PartAttributes.Encrypted, 'C'), (PartAttributes.Ambiguous, 'B'),
             (PartAttributes.Directory, 'D'), (PartAttributes.Link, 'L'), (PartAttributes.Special, 'S')])
        {
            if (attributes.HasFlag(flag))
                letters += letter;
        }
        return letters;
    }

    private RecipientExplanation Recipient(RecipientOutcome outcome)
    {
        var verdict = outcome.Verdict;
        var policy = verdict.Policy;
        return new RecipientExplanation
        {
            Address = policy.Address.Smtp,
            Position = policy.Recipient.Position,
            IsLocal = policy.IsLocal,
            Direction = MailDirections.Of(message.Policy.Settings.Originating, policy.IsLocal).ToString(),
            Categories = [.. outcome.Categories.Keys.Select(k => k.DisplayName)],
            BlockedBy = outcome.Blocking?.DisplayName,
            Destiny = outcome.Destiny.ToString(),
            Score = verdict.Score,
            TagLevel = policy.TagLevel,
            Tag2Level = policy.Tag2Level,
            Tag3Level = policy.Tag3Level,
            KillLevel = policy.KillLevel,
            Whitelisted = policy.SenderWhitelisted,
            Blacklisted = policy.SenderBlacklisted,
            Bypasses = Names((policy.BypassVirus, "virus"), (policy.BypassSpam, "spam"), (policy.BypassBanned, "banned"), (policy.BypassHeader, "header")),
            Lovers = [.. verdict.Categories.Keys.Where(policy.IsLoverOf).Select(k => k.DisplayName)],
            BannedReason = verdict.Banned?.ShortReason,
            BannedRule = verdict.Banned?.RuleKey,
            Lookups = policy.Lookups,
            Steps = verdict.Steps,
            DeliveredBy = outcome.RemoteMta,
            Response = outcome.Reply.ToString(),
        };
    }

    private static IReadOnlyList<string> Names(params (bool Set, string Name)[] flags) => [.. flags.Where(f => f.Set).Select(f => f.Name)];
}
