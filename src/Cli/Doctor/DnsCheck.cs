using Amavis.Core.Messages;
using Amavis.Dkim.Results;
using Amavis.Dkim.Signing;
using Amavis.Dkim.Verification;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;
using Amavis.Engine.Authentication;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Doctor;

/// <summary>The DNS servers, as far as they are needed, and the signing keys behind them.</summary>
internal static class DnsCheck
{
    private const string Area = "DNS";
    private const string KeyArea = "DKIM";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Examination examination, ISpoolFactory spools)
    {
        var settings = examination.Settings;
        var needed = settings.EnableDkimVerification || settings.EnableSpf || settings.EnableDmarc || settings.EnableArc || settings.ArcSealDomain is not null || settings.DkimKeys.Count > 0;
        if (!needed)
        {
            examination.Add(Finding.Note(Area, "servers", "not needed: neither signatures nor senders are verified"));
            return;
        }
        var options = Resolvers.Options(settings);
        var answering = 0;
        foreach (var server in options.Servers)
        {
            await examination.TryAsync(Area, server.ToString(), Limit, "correct dns_servers or /etc/resolv.conf, or mend the server: without it signatures can't be verified", async limit =>
            {
                await using var resolver = new DnsResolver(options with { Servers = [server] }, examination.Clock);
                var answer = await resolver.AskAsync(settings.MyHostname, RecordType.A, limit);
                if (answer.Status == DnsStatus.Failed)
                    return Finding.Broken(Area, server.ToString(), $"does not answer: {answer.Reason}", "correct dns_servers or /etc/resolv.conf, or mend the server: without it signatures can't be verified");
                answering++;
                return Finding.Good(Area, server.ToString(), "answers");
            });
        }
        if (answering > 0)
            await CheckKeysAsync(examination, options, spools);
        if (settings.DkimSigningService is { } service)
            await CheckServiceAsync(examination, service);
    }

    private static async Task CheckKeysAsync(Examination examination, ResolverOptions options, ISpoolFactory spools)
    {
        await using var resolver = new DnsResolver(options, examination.Clock);
        foreach (var key in KeyRing.Of(examination.Settings.DkimKeys).Keys)
        {
            var name = PublishedRecord.NameOf(key);
            if (key.IsWildcard)
            {
                examination.Add(Finding.Note(KeyArea, name, "is for a pattern of domains and can't be tried"));
                continue;
            }
            await examination.TryAsync(KeyArea, name, Limit, "publish the record that \"amavis dkim showkeys\" prints", async limit =>
            {
                var result = await KeyTest.RunAsync(key, spools, resolver, examination.Clock.GetUtcNow(), limit);
                return result.Verdict switch
                {
                    SignatureVerdict.Pass => Finding.Good(KeyArea, name, $"signatures verify, {key.Key.Bits} bits"),
                    SignatureVerdict.TempError => Finding.Broken(KeyArea, name, DkimResults.Reason(result), "see the findings about the DNS"),
                    _ => Finding.Broken(KeyArea, name, $"signatures do not verify: {DkimResults.Reason(result)}", "publish the record that \"amavis dkim showkeys\" prints"),
                };
            });
        }
    }

    private static Task CheckServiceAsync(Examination examination, string service) =>
        examination.TryAsync(KeyArea, $"dkim_signing_service {service}", Limit, "start the service there, or correct dkim_signing_service; until then mail goes out unsigned", async limit =>
        {
            if (!AmPdpEndpoint.TryParse(service, out var endpoint) || endpoint is null)
                throw new IOException("is not an address");
            await using var client = await AmPdpClient.ConnectAsync(endpoint, Limit, examination.Clock, limit);
            var answer = await client.ExchangeAsync([new AmPdpAttribute("request", "choose_key"), new AmPdpAttribute("request_id", "doctor")], limit);
            return answer.Value("request_id") == "doctor"
                ? Finding.Good(KeyArea, $"dkim_signing_service {service}", "answers")
                : Finding.Broken(KeyArea, $"dkim_signing_service {service}", "answers, but not as a signing service", "see what listens there");
        });
}
