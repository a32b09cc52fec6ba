using System.Globalization;
using Amavis.Core.Counters;
using Amavis.Core.Explaining;
using Amavis.Core.Lookups;
using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Core.Storage;
using Amavis.Engine.Checks.Bounces;
using Amavis.Engine.Lookups;
using Amavis.Engine.Verdicts;

namespace Amavis.Engine.Checks.PenPals;

/// <summary>Looks earlier mail up: a bonus for answers to our users' mail, points for bounces of mail they never sent.</summary>
internal sealed class CorrespondenceCheck(
    EngineServices services, ReceivedMessage message, Letter letter, AddressBook book, IReadOnlyList<RecipientPolicy> policies, CounterBatch counters)
{
    /// <summary>A bounce of mail older than this is not rescued by it.</summary>
    private static readonly TimeSpan OldestRescue = TimeSpan.FromDays(8);

    /// <summary>From this score on a bounce is blocked whatever the spam check would say.</summary>
    private const double CertainBounceScore = 20;

    private readonly Settings _settings = message.Policy.Settings;

    /// <summary>The record could not be asked: nothing is said against a message for what may stand there.</summary>
    private bool _unanswered;

    private bool HasPenPals =>
        services.PenPals is not null && _settings.SqlStoreInfoForAllMsgs && _settings.PenpalsBonusScore > 0 && _settings.PenpalsHalflife > TimeSpan.Zero;

    /// <summary>Null: not a bounce, or nobody wants to know.</summary>
    public BouncedMail? FindBounce() =>
        _settings.BounceKillerScore > 0 && !_settings.BypassDecodeParts
            ? BounceInspector.Inspect(letter.Tree, message.Spool, letter.Facts, message.Envelope.Sender.IsNull)
            : null;

    /// <summary>The spam check need not be made: the points for the bounce decide, unless pen pals rescue it.</summary>
    public async ValueTask<bool> MakesSpamCheckNeedlessAsync(BouncedMail? bounce, CancellationToken cancellationToken) =>
        bounce is not null && _settings.BounceKillerScore > CertainBounceScore && HasPenPals && !_settings.Originating && !await IsLocalAsync(bounce.MessageId, cancellationToken);

    /// <param name="findings">With the spam check's.</param>
    /// <param name="bounce">What <see cref="FindBounce"/> gave.</param>
    /// <returns>By recipient, in envelope order; empty: nothing to say.</returns>
    public async Task<IReadOnlyList<CorrespondenceFinding?>> RunAsync(Findings findings, BouncedMail? bounce, CancellationToken cancellationToken)
    {
        var found = await FindPenPalsAsync(findings, bounce, cancellationToken);
        var points = bounce is null ? CountUnverifiable(findings) : await JudgeAsync(bounce, found, cancellationToken);
        if (points == 0 && found.All(f => f is null))
            return [];
        TestScore[] extra = points == 0 ? [] : [new TestScore("AM.BOUNCE", points, "Bounce of mail nobody here sent")];
        return [.. found.Select(f => f is null && extra.Length == 0
            ? null
            : new CorrespondenceFinding(f?.PenPal, f?.Age ?? default, [.. extra, .. f?.Tests ?? []]))];
    }

    private async Task<CorrespondenceFinding?[]> FindPenPalsAsync(Findings findings, BouncedMail? bounce, CancellationToken cancellationToken)
    {
        var found = new CorrespondenceFinding?[policies.Count];
        if (!HasPenPals || !await AreWorthwhileAsync(findings, bounce, cancellationToken))
            return found;
        string[] references = bounce?.MessageId is { } id && !letter.Facts.References.Contains(id) ? [.. letter.Facts.References, id] : [.. letter.Facts.References];
        var sender = message.Envelope.Sender;
        if (references.Length == 0 && sender.IsNull)
            return found;
        for (var i = 0; i < policies.Count; i++)
        {
            if (!policies[i].IsLocal || policies[i].Address.Unquoted.Equals(sender.Unquoted, StringComparison.OrdinalIgnoreCase))
                continue;
            counters.Add("PenPalsAttempts");
            counters.Add(references.Length > 0 ? "PenPalsAttemptsMid" : "PenPalsAttemptsRid");
            try
            {
                var penPal = await services.PenPals!.FindAsync(new PenPalQuestion(policies[i].Address, sender, references), cancellationToken); // HasPenPals
                found[i] = penPal is null ? null : Reward(penPal, policies[i]);
            }
            catch (StorageUnavailableException e)
            {
                services.Log.Line(-1, message.LogId, "pen pals: not looked up, no bonus: " + e.Message);
                _unanswered = true;
                break;
            }
            if (found[i] is null)
                counters.Add("PenPalsMisses");
        }
        return found;
    }

    private async ValueTask<bool> AreWorthwhileAsync(Findings findings, BouncedMail? bounce, CancellationToken cancellationToken)
    {
        if (findings.Virus.Infected)
            return false;
        // Somebody outside who writes in the name of a local address gets nothing for the mail that address sent.
        if (!message.Envelope.Sender.IsNull && !_settings.Originating && await book.IsLocalAsync(message.Envelope.Sender, cancellationToken))
            return false;
        if (bounce?.MessageId is not null)
            return true;
        var scores = policies.Select((p, i) => VerdictDecider.ScoreBeforeCorrespondence(findings, p, i)).ToList();
        return !(_settings.PenpalsThresholdLow is { } low && scores.Max() < low)
            && !(_settings.PenpalsThresholdHigh is { } high && scores.Min() - _settings.PenpalsBonusScore > high);
    }

    private CorrespondenceFinding Reward(PenPal penPal, RecipientPolicy policy)
    {
        var age = message.ReceivedAt - penPal.SentAt;
        if (age < TimeSpan.Zero)
            age = TimeSpan.Zero;
        var points = -Math.Pow(2, -(age / _settings.PenpalsHalflife)) * (_settings.PenpalsBonusScore ?? 0);
        counters.Add("PenPalsHits");
        counters.Add(penPal.Match switch
        {
            PenPalMatch.Both => "PenPalsHitsMidRid",
            PenPalMatch.MessageId => "PenPalsHitsMid",
            _ => "PenPalsHitsRid",
        });
        services.Log.Line(2, message.LogId, string.Create(CultureInfo.InvariantCulture,
            $"penpals: bonus {-points:0.000}, age {PenPalAge.Text(age)}, ref.mail_id={penPal.MailId}, {message.Envelope.Sender.Bracketed} <- {policy.Address.Bracketed}, \"{letter.Subject}\", previously: \"{penPal.Subject}\""));
        return new CorrespondenceFinding(penPal, age, [new TestScore("AM.PENPAL", Math.Round(points, 3), $"The recipient wrote before (mail id {penPal.MailId})")]);
    }

    /// <summary>The points a bounce gets.</summary>
    private async ValueTask<double> JudgeAsync(BouncedMail bounce, CorrespondenceFinding?[] found, CancellationToken cancellationToken)
    {
        counters.Add("InMsgsBounce");
        string? rescuer = null;
        if (found.Any(f => f is not null && f.Age < OldestRescue))
            rescuer = "PenPals";
        else if (_settings.Originating)
            rescuer = "Originating";
        else if (await IsLocalAsync(bounce.MessageId, cancellationToken))
            rescuer = "Domain";
        if (rescuer is not null)
            counters.Add("InMsgsBounceRescuedBy" + rescuer);
        var killed = rescuer is null && HasPenPals && !_unanswered;
        if (killed)
            counters.Add("InMsgsBounceKilled");
        services.Log.Line(2, message.LogId,
            $"bounce (rule {bounce.Rule}) of {bounce.MessageId ?? "a message without id"}: {(killed ? "nobody here sent it" : rescuer is null ? "nothing known of its sender" : "rescued by " + rescuer)}");
        return killed ? _settings.BounceKillerScore : 0;
    }

    private double CountUnverifiable(Findings findings)
    {
        var looksLikeOne = letter.Facts.IsAuto || message.Envelope.Sender.LocalPart.Equals("postmaster", StringComparison.OrdinalIgnoreCase)
            || findings.Spam.Any(s => s is not null && s.Tests.Any(t => t.Name == "ANY_BOUNCE_MESSAGE"));
        if (looksLikeOne && _settings.BounceKillerScore > 0 && !_settings.BypassDecodeParts)
        {
            counters.Add("InMsgsBounce");
            counters.Add("InMsgsBounceUnverifiable");
        }
        return 0;
    }

    private async ValueTask<bool> IsLocalAsync(string? messageId, CancellationToken cancellationToken)
    {
        if (messageId is null)
            return false;
        var domain = messageId[(messageId.LastIndexOf('@') + 1)..].TrimEnd('>');
        return domain.Length > 0 && messageId.Contains('@')
            && await book.IsLocalAsync(Core.Addresses.MailAddress.FromUnquoted("x@" + domain), cancellationToken);
    }
}
