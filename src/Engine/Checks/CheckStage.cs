using Amavis.Core.Counters;
using Amavis.Core.Explaining;

using Amavis.Core.Messages;
using Amavis.Core.Parts;
using Amavis.Core.Policy;
using Amavis.Decoding;
using Amavis.Decoding.Limits;
using Amavis.Decoding.Storage;
using Amavis.Dkim.Results;
using Amavis.Mime.Transfer;
using Amavis.Engine.Authentication;
using Amavis.Engine.Checks.PenPals;
using Amavis.Engine.Delivery;
using Amavis.Engine.Hooks;
using Amavis.Engine.Lookups;
using Amavis.Engine.Reporting;
using Amavis.Engine.Verdicts;
using Amavis.Scanning;
using Amavis.Scanning.Banned;
using Amavis.Scanning.Headers;
using Amavis.Scanning.Spam;
using Amavis.Scanning.Virus;
using BannedFinding = Amavis.Engine.Verdicts.BannedFinding;

namespace Amavis.Engine.Checks;

/// <summary>Runs the checks of one message in their order and sums up what they say. Decides nothing but which checks are worth running.</summary>
internal sealed class CheckStage(
    EngineServices services, ReceivedMessage message, Letter letter, AddressBook book, IReadOnlyList<RecipientPolicy> policies, MessageDeadline deadline,
    StageClock stages, CounterBatch counters, Action<string> enter, MessageHooks hooks)
{
    /// <summary>What scanners are told of mail of our own whose sender did not sign in with us.</summary>
    private const string Originating = "originating";

    private static readonly TimeSpan LongestSpamScan = TimeSpan.FromSeconds(60);

    private Settings _settings = message.Policy.Settings;
    private static long s_directories;

    public async Task<CheckedMessage> RunAsync(CancellationToken cancellationToken)
    {
        var store = new PartStore(Path.Combine(services.WorkDirectory, "m" + Interlocked.Increment(ref s_directories)));
        try
        {
            enter("mime_decode");
            var tree = await UnpackAsync(store, cancellationToken);
            stages.End(Stage.Decode);

            enter("check_header");
            var headerDefects = CheckHeader();
            enter("check_banned");
            IReadOnlyList<BannedFinding?> banned = tree is null ? [] : CheckBanned(tree);

            enter("virus_scan");
            var virus = await ScanForVirusesAsync(tree, cancellationToken);
            stages.End(Stage.VirusScan);
            LoadVirusBanks(virus);

            var findings = new Findings
            {
                Size = message.Spool.Length,
                Tree = tree,
                Virus = new VirusFinding(virus.Verdict != VirusVerdict.NotScanned, virus.Names, virus.DetectingScanners, virus.Verdict == VirusVerdict.Failed, virus.ScoreTests),
                HeaderDefects = headerDefects,
                Banned = banned,
                IsBulk = letter.Facts.IsBulk,
                Dkim = letter.Dkim,
                Authentication = [.. DkimResults.Of(letter.Dkim.Results, letter.Facts), .. letter.SenderResults],
                Reputation = SignerReputation.Find(_settings, letter.Dkim),
            };

            var correspondence = new CorrespondenceCheck(services, message, letter, book, policies, counters);
            var bounce = correspondence.FindBounce();
            enter("spam_scan");
            var (spam, supplied, spamExplanation) = await ScanForSpamAsync(findings, virus, await correspondence.MakesSpamCheckNeedlessAsync(bounce, cancellationToken), cancellationToken);
            findings = findings with { Spam = spam, Supplied = [.. supplied.Select(f => new AddedField(f.Name, f.Body))] };
            stages.End(Stage.SpamScan);

            enter("hook");
            findings = await hooks.CheckedAsync(findings, policies, cancellationToken);
            enter("penpals_check");
            findings = findings with { Correspondence = await correspondence.RunAsync(findings, bounce, cancellationToken) };
            stages.End(Stage.PenPals);
            return new CheckedMessage(findings, virus.Explanation, spamExplanation, store, message, policies);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Decisions taken from here on follow the banks; what was asked before stays as it was answered.</summary>
    private void LoadVirusBanks(VirusReport virus)
    {
        var policy = ContentBanks.LoadByViruses(message.Policy, virus.Names);
        if (ReferenceEquals(policy, message.Policy))
            return;
        message = message with { Policy = policy };
        _settings = policy.Settings;
        policies = [.. policies.Select(p => p.Under(policy))];
    }

    private async Task<PartTree?> UnpackAsync(PartStore store, CancellationToken cancellationToken)
    {
        var wanted = !_settings.BypassDecodeParts && (WantsVirusScan || policies.Any(p => !p.BypassBanned));
        if (!wanted)
            return null;
        counters.Add("OpsDec");
        // Text alone is not worth a digest: it needs no decoder.
        var digest = letter.Tree.Entities is [{ IsLeaf: true, Encoding: var encoding }] && encoding.IsIdentity() ? null : DecodingAttempts.DigestOf(message.Spool, letter.HeaderOctets);
        var limits = UnpackLimits.From(_settings);
        if (digest is not null && services.DecodingAttempts.DeathsOf(digest) >= DecodingAttempts.MostDeaths)
        {
            services.Log.Line(-2, message.LogId, $"TROUBLE: taking this message apart ended abnormally {DecodingAttempts.MostDeaths} times, so it is not tried again; its attachments count as unchecked");
            limits = limits with { OnlyMarks = true };
            digest = null;
        }
        var attempt = digest is null ? default : services.DecodingAttempts.Begin(digest);
        var died = false;
        try
        {
            var tree = await new Unpacker(DecoderFailed).UnpackAsync(letter.Tree, message.Spool, limits, store, cancellationToken);
            died = tree.DecoderDied;
            return tree;
        }
        catch (OperationCanceledException)
        {
            died = true;
            throw;
        }
        catch (IOException e)
        {
            throw new MessageFaultException("mime_decode", "no room to unpack: " + e.Message, e);
        }
        finally
        {
            attempt.End(died);
        }
    }

    private void DecoderFailed(MessagePart part, Exception fault) =>
        services.Log.Line(-2, message.LogId, $"TROUBLE unpacking {part.BaseName} ({string.Join(',', part.ShortTypes)}): {fault}");

    private bool WantsVirusScan =>
        (_settings.AvScanners.Count > 0 || _settings.AvScannersBackup.Count > 0)
        && !_settings.BypassVirusChecksMaps.IsAlwaysTrue && policies.Any(p => !p.BypassVirus);

    private IReadOnlyList<HeaderFinding> CheckHeader()
    {
        if (policies.All(p => p.BypassHeader))
            return [];
        var defects = HeaderCheck.Run(new HeaderCheckInput
        {
            Header = letter.Header,
            Facts = message.Spool.Facts,
            MimeErrors = letter.Tree.Errors,
            AllowedTests = _settings.AllowedHeaderTests,
            SmtpUtf8 = message.Envelope.SmtpUtf8,
        });
        return defects.Count == 0 ? [] : [.. defects.Select(d => new HeaderFinding(d.Minor, d.Text))];
    }

    private List<BannedFinding?> CheckBanned(PartTree tree)
    {
        var asking = policies.Where(p => !p.BypassBanned).ToList();
        if (asking.Count == 0)
            return [];
        var report = BannedCheck.Run(tree, [.. asking.Select(p => p.Keys)], _settings);
        foreach (var name in report.UnknownRules)
            services.Log.Line(-1, message.LogId, $"banned_filename_maps: there are no rules named \"{name}\"");
        if (!report.AnyBanned)
            return [];
        var results = report.ByRecipient.GetEnumerator();
        var byRecipient = new List<BannedFinding?>();
        foreach (var policy in policies)
            byRecipient.Add(!policy.BypassBanned && results.MoveNext() && results.Current is { IsBanned: true } found ? Finding(found) : null);
        return byRecipient;
    }

    private static BannedFinding Finding(RecipientBanned banned)
    {
        var first = banned.Findings[0];
        return new BannedFinding(banned.ShortReason, [.. banned.Findings.Select(f => f.TraditionalForm)], first.RuleKey, first.RuleComment, banned.DsnSuppression)
        {
            PartsAsAttributes = [.. banned.Findings.Select(f => f.AttributeForm)],
            RuleValue = first.RuleValue,
        };
    }

    private async Task<VirusReport> ScanForVirusesAsync(PartTree? tree, CancellationToken cancellationToken)
    {
        var wanted = WantsVirusScan;
        var input = new VirusCheckInput
        {
            Spool = message.Spool,
            Parts = tree,
            Scanners = wanted ? Scanners(_settings.AvScanners) : [],
            Backups = wanted ? Scanners(_settings.AvScannersBackup) : [],
            IsConfigured = wanted,
            Sender = message.Envelope.Sender,
            Time = deadline.Share(),
            AllRecipientsBypass = policies.All(p => p.BypassVirus),
            FirstInfectedStopsScan = _settings.FirstInfectedStopsScan,
            NameToSpamScoreMaps = _settings.VirusNameToSpamScoreMaps,
        };
        var report = await VirusCheck.RunAsync(input, services.Clock, cancellationToken);
        if (report.Verdict != VirusVerdict.NotScanned)
            counters.Add("OpsVirusCheck");
        if (report.Verdict != VirusVerdict.Failed)
            return report;
        services.Counters.Add("VirusScannerFailures");
        var words = input.Scanners.Count + input.Backups.Count == 0 ? "NO VIRUS SCANNERS AVAILABLE" : "ALL VIRUS SCANNERS FAILED";
        var reasons = string.Join("; ", report.Explanation.Scanners.Select(s => $"{s.Scanner} {s.Answer}"));
        services.Log.Line(-2, message.LogId, $"{words}: {(reasons.Length > 0 ? reasons : "no program of av_scanners and av_scanners_backup was found")}");
        if (_settings.VirusScannersFailureIsFatal)
            throw new MessageFaultException("virus_scan", "AV: " + words);
        return report;
    }

    /// <summary>
    /// A scanner that can't be asked counts as one that failed: leaving it out would pass mail unscanned. A program that is not
    /// installed is left out, as the original does; when nothing is left, that is a failure.
    /// </summary>
    private List<IVirusScanner> Scanners(IReadOnlyList<VirusScannerSettings> configured)
    {
        var place = new ScannerPlace(services.WorkDirectory, _settings.ProgramPath, _settings.HelpersHome);
        var scanners = new List<IVirusScanner>(configured.Count);
        foreach (var entry in configured)
        {
            try
            {
                if (services.Scanners.Find(entry, place) is { } scanner)
                    scanners.Add(scanner);
            }
            catch (ArgumentException e)
            {
                scanners.Add(new UnusableScanner(entry.Name, e.Message));
            }
        }
        return scanners;
    }

    private async Task<(IReadOnlyList<SpamFinding?> Spam, IReadOnlyList<SuppliedField> Fields, SpamExplanation? Explanation)> ScanForSpamAsync(
        Findings findings, VirusReport virus, bool killedAsBounce, CancellationToken cancellationToken)
    {
        var skipped = ReasonToSkipSpam(findings) ?? (killedAsBounce ? "a bounce of mail nobody here sent is blocked by its points" : null);
        if (skipped is not null)
            return ([], [], new SpamExplanation(null, [], null, [], skipped));
        counters.Add("OpsSpamCheck");
        var asking = Enumerable.Range(0, policies.Count).Where(i => !policies[i].BypassSpam).ToList();
        var input = new SpamCheckInput
        {
            Spool = message.Spool,
            Sender = message.Envelope.Sender,
            Recipients = [.. asking.Select(i => new SpamRecipient(policies[i].Address, _settings.SaUsernameMaps.Text(policies[i].Keys)))],
            Scanners = SpamScanners(),
            HeaderOctets = letter.HeaderOctets,
            BodySizeLimit = _settings.SaMailBodySizeLimit,
            VirusTests = [.. virus.ScoreTests.Select(t => $"{t.Name}={LogLine.Number(t.Points)}")],
            PolicyPath = message.Policy.Path,
            Facts = new SpamFacts
            {
                ClientAddress = message.Client.Address, ClientName = message.Client.Name, Helo = message.Client.Helo, QueueId = message.Client.QueueId,
                Submitter = _settings.Originating ? message.Login?.User ?? Originating : null,
            },
        };
        using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        share.CancelAfter(deadline.Share(cap: LongestSpamScan));
        SpamReport report;
        try
        {
            report = await SpamCheck.RunAsync(input, services.Clock, share.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Its share of the time is over, not the message's: the mail goes on unscored.
            SpamCheckFailed("no answer in the time there was for it");
            return ([], [], new SpamExplanation(null, [], null, [], "no spam scanner answered in time"));
        }
        foreach (var failed in report.Main.Contributions.Where(c => c.Failure is not null))
            services.Log.Line(-1, message.LogId, $"spam scanner {failed.Scanner} failed: {failed.Failure}");
        if (report.AnyFailed)
            SpamCheckFailed(null);
        var spam = new SpamFinding?[policies.Count];
        for (var k = 0; k < asking.Count; k++)
            if (report.ByRecipient[k] is { Points: { } points } result)
                spam[asking[k]] = new SpamFinding(points, result.Tests, result.Report, result.AutoLearn);
        return (spam, report.Main.Fields, report.Explanation);
    }

    private void SpamCheckFailed(string? reason)
    {
        if (reason is not null)
            services.Log.Line(-1, message.LogId, "spam check failed: " + reason);
        services.Counters.Add("SpamScannerFailures");
        if (_settings.SpamScannersFailureIsFatal)
            throw new MessageFaultException("spam_scan", "spam scanner failed");
    }

    private List<ISpamScanner> SpamScanners()
    {
        var scanners = new List<ISpamScanner>();
        foreach (var configured in _settings.SpamScanners)
        {
            try
            {
                scanners.Add(services.Scanners.Get(configured, new ScannerPlace(services.WorkDirectory, _settings.ProgramPath, _settings.HelpersHome)));
            }
            catch (ArgumentException e)
            {
                scanners.Add(new UnusableSpamScanner(configured.Name, e.Message));
            }
        }
        return scanners;
    }

    private string? ReasonToSkipSpam(Findings findings)
    {
        if (_settings.SpamScanners.Count == 0)
            return "no spam scanner is configured";
        if (_settings.BypassSpamChecksMaps.IsAlwaysTrue || policies.All(p => p.BypassSpam))
            return "all recipients bypass spam checks";
        if (policies.All(p => p.SenderWhitelisted || p.SenderBlacklisted || p.BypassSpam))
            return "the sender is listed for every recipient";
        var nullSender = message.Envelope.Sender.IsNull;
        if (Enumerable.Range(0, policies.Count).All(i => VerdictDecider.IsCertainlyBlocked(findings, policies[i], i, nullSender)))
            return "the message is blocked for every recipient anyway";
        return null;
    }
}
