using Amavis.Core.Addresses;
using Amavis.Core.Explaining;
using Amavis.Core.Messages;

namespace Amavis.Scanning.Spam;

/// <summary>A recipient that wants its mail scored.</summary>
/// <param name="User">Result of <c>sa_username_maps</c>; null: the scanner's default.</param>
public sealed record SpamRecipient(MailAddress Address, string? User = null);

/// <summary>What a spam check needs to know of a message.</summary>
public sealed record SpamCheckInput
{
    public required Spool Spool { get; init; }

    public required MailAddress Sender { get; init; }

    /// <summary>At least one.</summary>
    public required IReadOnlyList<SpamRecipient> Recipients { get; init; }

    /// <summary>In configured order; at least one.</summary>
    public required IReadOnlyList<ISpamScanner> Scanners { get; init; }

    /// <summary>Octets of the header with the empty line after it.</summary>
    public required long HeaderOctets { get; init; }

    /// <summary><c>sa_mail_body_size_limit</c>; null: none.</summary>
    public long? BodySizeLimit { get; init; }

    /// <summary>Names of tests the virus check gave: <c>AV:name=0.1</c>.</summary>
    public IReadOnlyList<string> VirusTests { get; init; } = [];

    public string PolicyPath { get; init; } = "";

    /// <summary>What the MTA before us told of the client; sender and recipients are filled in from above.</summary>
    public SpamFacts Facts { get; init; } = new();
}

/// <summary>Has a message scored by all spam scanners and adds up what they say.</summary>
public static class SpamCheck
{
    /// <summary>Requests to scanners at the same time for one message.</summary>
    private const int MaxParallel = 4;

    /// <summary>Different users one message is checked for; the recipients beyond share the default user's result.</summary>
    private const int MaxUsers = 16;

    /// <summary>Header octets that count when a message is cut.</summary>
    private const long MaxHeaderOctets = 64 << 10;

    /// <summary>A message that is longer than the limit by less than this is not cut.</summary>
    private const long CutGraceOctets = 5 << 10;

    /// <summary>Below this a message is ham in the scanner's opinion.</summary>
    private const double HamBelowPoints = 1;

    private const double SpamFromPoints = 5;

    public static async Task<SpamReport> RunAsync(SpamCheckInput input, TimeProvider clock, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(input);
        var users = input.Recipients.Select(r => r.User).Distinct().Take(MaxUsers).ToList();
        if (input.Recipients.Any(r => !users.Contains(r.User)) && !users.Contains(null))
            users.Add(null);

        using var places = new SemaphoreSlim(MaxParallel);
        var answers = await Task.WhenAll(users.Select(user => Task.WhenAll(input.Scanners.Select(s => AskAsync(s, user)))));
        var results = answers.Select(Sum).ToArray();
        var byRecipient = input.Recipients.Select(r => results[users.IndexOf(users.Contains(r.User) ? r.User : null)]).ToArray();
        var explained = answers.SelectMany(group => group.Select(a => a.ToScannerAnswer())).ToArray();
        var main = byRecipient[0];
        return new SpamReport(byRecipient, main, new SpamExplanation(main.Points, main.Tests, main.Report, explained));

        async Task<Answer> AskAsync(ISpamScanner scanner, string? user)
        {
            await places.WaitAsync(cancellationToken);
            try
            {
                var started = clock.GetTimestamp();
                var outcome = await scanner.CheckAsync(RequestFor(input, scanner, user), cancellationToken);
                return new Answer(scanner, outcome, clock.GetElapsedTime(started));
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <summary>Octets of a message that a scanner is given; all, when it is not longer than the limit by much.</summary>
    public static long OctetsToSend(long octets, long headerOctets, long? bodySizeLimit)
    {
        if (bodySizeLimit is not { } bodyLimit)
            return octets;
        var body = Math.Max(0, octets - headerOctets);
        var limit = Math.Min(MaxHeaderOctets, headerOctets) + 1 + Math.Min(bodyLimit, body);
        return octets < limit + CutGraceOctets ? octets : limit;
    }

    private static SpamRequest RequestFor(SpamCheckInput input, ISpamScanner scanner, string? user)
    {
        var octets = OctetsToSend(input.Spool.Length, input.HeaderOctets, scanner.BodySizeLimit ?? input.BodySizeLimit);
        var recipients = input.Recipients.Where(r => user is null || r.User == user).Select(r => r.Address).ToArray();
        return new SpamRequest
        {
            Spool = input.Spool,
            PseudoHeader = SpamPseudoHeader.Build(
                input.Sender, recipients, input.VirusTests, input.PolicyPath, input.Spool.Length, octets < input.Spool.Length ? octets : null),
            Octets = octets,
            Facts = input.Facts with { Sender = input.Sender, Recipients = recipients },
            User = user,
        };
    }

    private static SpamResult Sum(Answer[] answers)
    {
        var scored = answers.Where(a => a.Verdict is not null).ToArray();
        var reports = scored.Select(a => a.Verdict!.Report).Where(r => r.Length > 0).ToArray();
        return new SpamResult
        {
            Points = scored.Length == 0 ? null : scored.Sum(a => a.Points),
            Tests = [.. scored.SelectMany(a => a.Tests)],
            Report = reports.Length == 0 ? null : string.Join("\n\n", reports),
            Fields = [.. scored.SelectMany(a => a.Verdict!.Fields)],
            AutoLearn = scored.Select(a => a.Verdict!.AutoLearn).FirstOrDefault(t => t is not null),
            Version = scored.Select(a => a.Verdict!.Version).FirstOrDefault(t => t is not null),
            Contributions = [.. answers.Select(a => a.ToContribution())],
        };
    }

    private sealed record Answer(ISpamScanner Scanner, SpamOutcome Outcome, TimeSpan Elapsed)
    {
        public SpamVerdict? Verdict => (Outcome as SpamOutcome.Scored)?.Verdict;

        private string? Failure => (Outcome as SpamOutcome.Failed)?.Reason;

        public double Points => Verdict is null ? 0 : Verdict.Points * Scanner.ScoreFactor;

        public IEnumerable<TestScore> Tests =>
            Scanner.ScoreFactor == 1 ? Verdict!.Tests : Verdict!.Tests.Select(t => t with { Points = t.Points * Scanner.ScoreFactor });

        public SpamContribution ToContribution()
        {
            var opinion = Verdict?.Opinion ?? Verdict?.Points switch
            {
                >= SpamFromPoints => SpamOpinion.Spam,
                < HamBelowPoints => SpamOpinion.Ham,
                _ => SpamOpinion.Unknown,
            };
            return new SpamContribution(Scanner.Name, Verdict is null ? null : Points, opinion, Failure);
        }

        public ScannerAnswer ToScannerAnswer()
        {
            var text = Verdict is null ? "failed: " + Failure : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Points:0.###} points");
            return new ScannerAnswer(Scanner.Name, text, Elapsed.TotalMilliseconds);
        }
    }
}
