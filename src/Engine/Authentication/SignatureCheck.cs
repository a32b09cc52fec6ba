using Amavis.Core.Messages;
using Amavis.Dkim.Results;
using Amavis.Dkim.Verification;

namespace Amavis.Engine.Authentication;

/// <summary>Verifies the signatures of a message before anything else is checked. Never a reason to tempfail: what can't be verified is not signed.</summary>
internal sealed class SignatureCheck(EngineServices services, ReceivedMessage message, Letter letter, MessageDeadline deadline)
{
    private const double ShareOfTime = 0.5;
    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(30);

    /// <returns>Null: signatures are not to be verified.</returns>
    public async Task<DkimReport?> RunAsync(CancellationToken cancellationToken)
    {
        if (!message.Policy.Settings.EnableDkimVerification || services.Resolver is not { } resolver)
            return null;
        using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        share.CancelAfter(deadline.Share(ShareOfTime, LongestCheck));
        IReadOnlyList<SignatureResult> results;
        try
        {
            results = await new DkimVerifier(resolver).VerifyAsync(message.Spool, letter.Header, message.ReceivedAt, share.Token);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            services.Log.Line(-1, message.LogId, $"DKIM verification failed, the message counts as unsigned: {e}");
            return DkimReport.None;
        }
        cancellationToken.ThrowIfCancellationRequested();
        var report = DkimReport.Of(results, letter.Facts, message.Envelope.Sender);
        Log(report);
        return report;
    }

    private void Log(DkimReport report)
    {
        if (!services.Log.IsEnabled(2))
            return;
        foreach (var result in report.Results)
        {
            var reason = DkimResults.Reason(result);
            var about = $"d={result.Domain}, s={result.Selector}, i={result.Identity}, a={(result.Algorithm is { } a ? Amavis.Dkim.Keys.SigningAlgorithms.Tag(a) : "?")}, {result.KeyBits?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"} bits";
            services.Log.Line(2, message.LogId, $"dkim: {DkimResults.Word(result)}{(reason.Length > 0 ? $" ({reason})" : "")}{Who(report, result)}: {about}");
        }
    }

    /// <summary>Whose signature a valid one is.</summary>
    private static string Who(DkimReport report, SignatureResult result)
    {
        if (!result.IsValid)
            return "";
        return report.Authors.Any(a => a.IsOwn && a.Signature == result) ? ", author signature" : ", third-party signature";
    }
}
