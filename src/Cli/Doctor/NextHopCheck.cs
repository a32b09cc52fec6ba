using System.Net;
using System.Net.Sockets;
using Amavis.Core.Policy;
using Amavis.Protocols.AmPdp;

namespace Amavis.Cli.Doctor;

/// <summary>The ways out: greets each next hop and takes leave; and the way a release goes.</summary>
internal static class NextHopCheck
{
    private const string Area = "next hops";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    public static async Task RunAsync(Examination examination)
    {
        var settings = examination.Settings;
        var used = new List<(string Variable, DeliveryMethod? Method)>
        {
            ("forward_method", settings.ForwardMethod), ("notify_method", settings.NotifyMethod), ("release_method", settings.ReleaseMethod),
        };
        // Its default is an MTA on this machine, which not everybody has who never requeues.
        if (settings.Places.ContainsKey("requeue_method"))
            used.Add(("requeue_method", settings.RequeueMethod));
        var state = PolicyState.Base(settings);
        used.AddRange(settings.PolicyBanks.Keys.Order(StringComparer.Ordinal).Select(bank => ($"forward_method of {bank}", state.Load(bank).Settings.ForwardMethod))
            .Where(u => !Equals(u.ForwardMethod, settings.ForwardMethod)));
        var targets = used.SelectMany(u => (u.Method?.Targets ?? []).Select(t => (u.Variable, Target: t)))
            .Where(u => u.Target.Protocol is DeliveryProtocol.Smtp or DeliveryProtocol.Lmtp)
            .GroupBy(u => u.Target.Text);
        foreach (var group in targets)
            await CheckAsync(examination, group.First().Target, string.Join(", ", group.Select(u => u.Variable).Distinct().Take(4)));
        await CheckReleaseAsync(examination);
    }

    private static Task CheckAsync(Examination examination, DeliveryTarget target, string variables)
    {
        var subject = $"{target.Text} ({variables})";
        if (target.Host == "*" || (target.Host is not null && target.Port == 0))
        {
            examination.Add(Finding.Note(Area, subject, "goes back to whoever sent the message; it can't be tried without one"));
            return Task.CompletedTask;
        }
        var remedy = $"see that the MTA listens there and takes mail from this machine, or correct {variables}";
        return examination.TryAsync(Area, subject, Limit, remedy, async limit =>
        {
            EndPoint endPoint = target.Host is null ? new UnixDomainSocketEndPoint(target.Path) : Probe.EndPointOf(target.Host, target.Port);
            await using var probe = await Probe.ConnectAsync(endPoint, limit);
            var greeting = await probe.ReadReplyAsync();
            if (greeting.Count == 0 || !greeting[^1].StartsWith("220", StringComparison.Ordinal))
                return Finding.Broken(Area, subject, greeting.Count == 0 ? "closes the connection without a word" : greeting[0], remedy);
            await probe.SayAsync((target.Protocol == DeliveryProtocol.Lmtp ? "LHLO " : "EHLO ") + examination.Settings.LocalhostName);
            var hello = await probe.ReadReplyAsync();
            await probe.SayAsync("QUIT");
            if (hello.Count == 0 || !hello[^1].StartsWith("250", StringComparison.Ordinal))
                return Finding.Broken(Area, subject, hello.Count == 0 ? "closes the connection at EHLO" : hello[0], remedy);
            var offersTls = hello.Any(l => l.Length > 4 && l[4..].StartsWith("STARTTLS", StringComparison.OrdinalIgnoreCase));
            return examination.Settings.TlsSecurityLevelOut == TlsLevel.Encrypt && !offersTls
                ? Finding.Broken(Area, subject, "offers no STARTTLS, which tls_security_level_out asks for", "set up TLS there, or lower tls_security_level_out")
                : Finding.Good(Area, subject, greeting[0]);
        });
    }

    private static Task CheckReleaseAsync(Examination examination)
    {
        const string subject = "release path";
        if (ReleaseEndpoint.Find(examination.Settings) is not { } endpoint)
        {
            examination.Add(Finding.Note("release", subject, "the daemon has no socket for releases", "give a listen socket a policy bank with protocol: AM.PDP, or set web.release_socket"));
            return Task.CompletedTask;
        }
        return examination.TryAsync("release", subject, Limit, "see the findings about the daemon's sockets, and web.release_socket", async limit =>
        {
            await using var client = await AmPdpClient.ConnectAsync(endpoint, Limit, examination.Clock, limit);
            var answer = await client.ExchangeAsync([new AmPdpAttribute("request", "smtpd_access_policy")], limit);
            return answer.Value("action") is not null
                ? Finding.Good("release", subject, $"{endpoint} takes requests{(examination.Settings.AuthRequiredRelease ? ", with secret ids" : ", without secret ids")}")
                : Finding.Broken("release", subject, $"{endpoint} answers, but not as AM.PDP", "see what listens there");
        });
    }
}
