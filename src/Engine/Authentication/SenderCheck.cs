using System.Globalization;
using System.Net;
using Amavis.Authentication.Arc;
using Amavis.Authentication.Dmarc;
using Amavis.Authentication.Spf;
using Amavis.Core.Messages;
using Amavis.Dkim.Results;
using Amavis.Dkim.Verification;
using Amavis.Dns.Resolving;
using Amavis.Mime.Headers;

namespace Amavis.Engine.Authentication;

/// <summary>What SPF, DMARC and ARC say of a message.</summary>
/// <param name="Chain">Null: nobody has asked.</param>
internal sealed record SenderFindings(IReadOnlyList<AuthenticationResult> Results, ArcResult? Chain)
{
    public static readonly SenderFindings None = new([], null);
}

/// <summary>
/// SPF, ARC and DMARC of mail from outside, as far as they are switched on. They are told in Authentication-Results and decide
/// nothing here; never a reason to tempfail.
/// </summary>
internal sealed class SenderCheck(EngineServices services, ReceivedMessage message, Letter letter, MessageDeadline deadline)
{
    private const double ShareOfTime = 0.3;
    private static readonly TimeSpan LongestCheck = TimeSpan.FromSeconds(10);

    /// <param name="dkim">Signatures, verified.</param>
    /// <returns>Empty: there is nothing to tell.</returns>
    public async Task<SenderFindings> RunAsync(DkimReport dkim, CancellationToken cancellationToken)
    {
        var settings = message.Policy.Settings;
        // Mail of our own has not come over a server its sender's domain would know of.
        if (settings.Originating || !(settings.EnableSpf || Arc || settings.EnableDmarc) || services.Resolver is not { } resolver)
            return SenderFindings.None;
        using var share = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        share.CancelAfter(deadline.Share(ShareOfTime, LongestCheck));
        var results = new List<AuthenticationResult>();
        ArcResult? chain = null;
        try
        {
            var spf = (settings.EnableSpf || settings.EnableDmarc) && Client is { } client ? SpfAsync(resolver, client, share.Token) : null;
            var arc = Arc ? new ArcVerifier(resolver).VerifyAsync(message.Spool, letter.Header, share.Token) : null;
            var sender = spf is null ? null : await spf;
            if (sender is not null && settings.EnableSpf)
                results.Add(Of(sender));
            if (settings.EnableDmarc && await DmarcAsync(resolver, sender, dkim, share.Token) is { } dmarc)
                results.Add(Of(dmarc));
            if (arc is not null && (chain = await arc).Verdict != ArcVerdict.None && settings.EnableArc)
                results.Add(Of(chain));
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            services.Log.Line(-1, message.LogId, $"SPF, ARC or DMARC failed, nothing is told of the rest: {e}");
        }
        cancellationToken.ThrowIfCancellationRequested();
        foreach (var result in results)
            services.Log.Line(2, message.LogId, $"{result.Method}: {result.Result}{(result.Reason is { } reason ? $" ({reason})" : "")}: {string.Join(", ", result.Properties.Select(p => $"{p.Name}={p.Value}"))}");
        return new SenderFindings(results, chain);
    }

    /// <summary>A seal says what the chain was worth here.</summary>
    private bool Arc => message.Policy.Settings is { EnableArc: true } or { ArcSealDomain.Length: > 0 };

    /// <summary>
    /// The server that brought the message to us or to the MTA before us; null: it is not known, or not one of the outside. An MTA on
    /// this machine that does not tell its client must not be taken for it.
    /// </summary>
    private IPAddress? Client
    {
        get
        {
            var address = message.Client.Address ?? message.Connection.Peer?.Address;
            if (address is { IsIPv4MappedToIPv6: true })
                address = address.MapToIPv4();
            return address is not null && IpFacts.IsPublic(address) ? address : null;
        }
    }

    /// <summary>The name this server gave.</summary>
    private string Helo => message.Client.Address is null ? message.Connection.Helo : message.Client.Helo ?? "";

    /// <summary>Of mail without a sender the HELO name is asked about (RFC 7208 §2.4).</summary>
    private Task<SpfResult> SpfAsync(IDnsResolver resolver, IPAddress client, CancellationToken cancellationToken)
    {
        var sender = message.Envelope.Sender;
        var question = new SpfQuestion(
            client, sender.IsNull ? Helo : sender.Domain, sender.IsNull ? "" : sender.LocalPart, Helo, message.Policy.Settings.MyHostname, message.ReceivedAt);
        return new SpfEvaluator(resolver).EvaluateAsync(question, cancellationToken);
    }

    /// <summary>Null: it can't be told, as half of what it rests on was not looked at.</summary>
    private async Task<DmarcResult?> DmarcAsync(IDnsResolver resolver, SpfResult? spf, DkimReport dkim, CancellationToken cancellationToken)
    {
        var passed = spf is { Verdict: SpfVerdict.Pass } ? (message.Envelope.Sender.IsNull ? Helo : message.Envelope.Sender.Domain) : null;
        var question = new DmarcQuestion([.. letter.Facts.From.Select(a => a.Address.Domain)], passed, [.. dkim.Valid.Select(v => v.Domain)]);
        var result = await new DmarcEvaluator(resolver, PublicSuffixes.Organizations).EvaluateAsync(question, cancellationToken);
        if (result.Verdict != DmarcVerdict.Fail)
            return result;
        if (spf is null || !message.Policy.Settings.EnableDkimVerification)
            return null;
        var isPassing = spf.Verdict == SpfVerdict.TempError || dkim.Results.Any(r => r.Verdict == SignatureVerdict.TempError);
        return isPassing ? result with { Verdict = DmarcVerdict.TempError, Reason = "SPF or DKIM could not be told" } : result;
    }

    private AuthenticationResult Of(SpfResult result)
    {
        var sender = message.Envelope.Sender;
        var property = sender.IsNull ? ("smtp.helo", Helo) : ("smtp.mailfrom", sender.Smtp);
        var isError = result.Verdict is SpfVerdict.TempError or SpfVerdict.PermError;
        return new AuthenticationResult("spf", result.Word, isError ? result.Reason : null, property.Item2.Length == 0 ? [] : [property]);
    }

    private static AuthenticationResult Of(DmarcResult result) => new(
        "dmarc", result.Word, result.Reason.Length == 0 ? null : result.Reason, result.Domain.Length == 0 ? [] : [("header.from", result.Domain)],
        result.Policy is { } policy ? "p=" + policy.ToString().ToLowerInvariant() : null);

    internal static AuthenticationResult Of(ArcResult result) => new(
        "arc", result.Word, result.Reason.Length == 0 ? null : result.Reason, result.Domain.Length == 0 ? [] : [("header.d", result.Domain)],
        result.Instances == 0 ? null : "i=" + result.Instances.ToString(CultureInfo.InvariantCulture));
}
