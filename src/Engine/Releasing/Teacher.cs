using Amavis.Core.Messages;
using Amavis.Core.Policy;
using Amavis.Engine.Verdicts;
using Amavis.Mime.Headers;
using Amavis.Protocols.AmPdp;
using Amavis.Scanning;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Spam.Learning;

namespace Amavis.Engine.Releasing;

/// <summary>Has the spam scanners learn a stored message, as it came: without the fields that were put on top of it.</summary>
internal sealed class Teacher(EngineServices services)
{
    private const string NoLearner = "no spam scanner is to be taught: give an entry of spam_scanners learn: true";

    /// <param name="recipients">Looked up; their user names count.</param>
    /// <returns>One reply for each scanner that learns.</returns>
    /// <exception cref="ReleaseService.RefusedException">None does.</exception>
    public async Task<IReadOnlyList<SmtpReply>> TeachAsync(
        StoredMessage stored, ReleaseRequest request, IReadOnlyList<RecipientPolicy> recipients, Settings settings, SpamClass taught, CancellationToken cancellationToken)
    {
        var learners = Learners(settings);
        if (learners.Count == 0)
            throw new ReleaseService.RefusedException(NoLearner);
        using var message = new SpoolSlice(stored.Spool, stored.OriginalOffset);
        var octets = SpamCheck.OctetsToSend(message.Length, HeaderSection.Read(message).BodyOffset, settings.SaMailBodySizeLimit);
        var users = recipients.Select(r => settings.SaUsernameMaps.Text(r.Keys)).DefaultIfEmpty(null).ToList();
        var answers = await SpamLearning.RunAsync(learners, message, octets, users, taught, cancellationToken);
        return [.. answers.Select(a => Reply(a, request, taught))];
    }

    private List<ISpamLearner> Learners(Settings settings)
    {
        var place = new ScannerPlace(services.WorkDirectory, settings.ProgramPath, settings.HelpersHome);
        var learners = new List<ISpamLearner>();
        foreach (var entry in settings.SpamScanners)
        {
            try
            {
                if (services.Scanners.FindLearner(entry, place) is { } learner)
                    learners.Add(learner);
            }
            catch (ArgumentException e)
            {
                throw new ReleaseService.RefusedException(e.Message);
            }
        }
        return learners;
    }

    private SmtpReply Reply(LearnAnswer answer, ReleaseRequest request, SpamClass taught)
    {
        var (word, by) = (taught.ToString().ToLowerInvariant(), request.RequestedBy is { } person ? ", requested by " + person.Bracketed : "");
        switch (answer.Outcome)
        {
            case LearnOutcome.Failed failed:
                services.Counters.Add("SpamLearnFailures");
                services.Log.Line(-1, null, $"{answer.Scanner} did not learn {request.MailId} as {word}{by}: {failed.Reason}");
                return new SmtpReply(450, $"4.5.0 {answer.Scanner}: {failed.Reason}");
            case LearnOutcome.KnownAlready:
                services.Log.Line(1, null, $"{answer.Scanner} knew {request.MailId} as {word} already{by}");
                return new SmtpReply(250, $"2.5.0 {answer.Scanner}: learned as {word} before");
            default:
                services.Counters.Add("SpamLearned");
                services.Log.Line(0, null, $"{answer.Scanner} learned {request.MailId} as {word}{by}");
                return new SmtpReply(250, $"2.5.0 {answer.Scanner}: learned as {word}");
        }
    }
}
