using System.Net;
using System.Net.Sockets;
using Amavis.Dns.Messages;
using Amavis.Dns.Resolving;

namespace Amavis.Authentication.Spf;

/// <summary>Who is asked about.</summary>
/// <param name="Domain">Whose policy is asked for: that of the sender, or the HELO name where there is no sender.</param>
/// <param name="LocalPart">Of the sender; empty: it has none.</param>
/// <param name="Helo">Name the client gave.</param>
/// <param name="Receiver">Our name, for explanations.</param>
public sealed record SpfQuestion(IPAddress Client, string Domain, string LocalPart, string Helo, string Receiver, DateTimeOffset Now);

/// <summary>Asks a domain whether a client may send for it (RFC 7208 §4, check_host). Every limit of §4.6.4 holds.</summary>
public sealed class SpfEvaluator(IDnsResolver resolver)
{
    private const int MaxLookups = 10;
    private const int MaxVoidLookups = 2;
    private const int MaxNames = 10;

    /// <param name="cancellationToken">Ends the waiting for the DNS, which then could not tell.</param>
    public async Task<SpfResult> EvaluateAsync(SpfQuestion question, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(question);
        var client = question.Client.IsIPv4MappedToIPv6 ? question.Client.MapToIPv4() : question.Client;
        var local = question.LocalPart.Length > 0 ? question.LocalPart : "postmaster";
        if (!IsUsableDomain(question.Domain))
            return new SpfResult(SpfVerdict.None, question.Domain, "not a domain that could have a policy");
        var facts = new SpfFacts(client, local, question.Domain, question.Helo, question.Receiver, question.Now);
        var run = new Run(resolver, facts, cancellationToken);
        try
        {
            return await run.CheckAsync(question.Domain, isFirst: true);
        }
        catch (SpfErrorException e)
        {
            return new SpfResult(e.Verdict, question.Domain, e.Message);
        }
        catch (OperationCanceledException)
        {
            return new SpfResult(SpfVerdict.TempError, question.Domain, "no time left for the DNS");
        }
    }

    /// <summary>A name of several labels, each of 1 to 63 characters.</summary>
    private static bool IsUsableDomain(string domain)
    {
        var labels = (domain.EndsWith('.') ? domain[..^1] : domain).Split('.');
        return labels.Length > 1 && domain.Length <= 254 && labels.All(l => l.Length is > 0 and < 64);
    }

    /// <summary>Ends the evaluation at once, from however deep.</summary>
    private sealed class SpfErrorException(SpfVerdict verdict, string reason) : Exception(reason)
    {
        public SpfVerdict Verdict => verdict;
    }

    /// <summary>One evaluation with its counts of what was asked.</summary>
    private sealed class Run(IDnsResolver resolver, SpfFacts facts, CancellationToken cancellationToken)
    {
        private readonly bool _isIPv4 = facts.Client.AddressFamily == AddressFamily.InterNetwork;
        private int _lookups;
        private int _voids;
        private List<string>? _names;

        public async Task<SpfResult> CheckAsync(string domain, bool isFirst)
        {
            if (await PolicyAsync(domain) is not { } text)
                return new SpfResult(SpfVerdict.None, domain, "no policy");
            if (SpfParser.TryParse(text, out var fault) is not { } record)
                throw new SpfErrorException(SpfVerdict.PermError, fault);
            foreach (var directive in record.Directives)
            {
                if (!await MatchesAsync(directive, domain))
                    continue;
                var explanation = isFirst && directive.Outcome == SpfVerdict.Fail && record.Explanation is { } spec ? await ExplanationAsync(spec, domain) : null;
                return new SpfResult(directive.Outcome, domain, directive.Text, explanation);
            }
            if (record.Redirect is not { } redirect)
                return new SpfResult(SpfVerdict.Neutral, domain, "nothing matched");
            CountLookup();
            var target = await ExpandAsync(redirect, domain);
            var result = IsUsableDomain(target) ? await CheckAsync(target, isFirst) : new SpfResult(SpfVerdict.None, target, "");
            return result.Verdict == SpfVerdict.None ? throw new SpfErrorException(SpfVerdict.PermError, $"redirect={redirect}: there is no policy") : result;
        }

        /// <summary>Null: there is none.</summary>
        private async Task<string?> PolicyAsync(string domain)
        {
            var answer = await QueryAsync(domain, RecordType.TXT);
            if (answer.Status == DnsStatus.Failed)
                throw new SpfErrorException(SpfVerdict.TempError, $"{domain}: {answer.Reason}");
            var policies = answer.Texts.Where(SpfRecord.IsOne).Take(2).ToList();
            return policies.Count > 1 ? throw new SpfErrorException(SpfVerdict.PermError, $"{domain} has several policies") : policies.FirstOrDefault();
        }

        private async Task<bool> MatchesAsync(SpfDirective directive, string domain)
        {
            switch (directive.Mechanism)
            {
                case SpfMechanism.All:
                    return true;
                case SpfMechanism.Ip4 or SpfMechanism.Ip6:
                    return IsIn(directive.Network!, directive);
                case SpfMechanism.Include:
                    return await IncludesAsync(directive, domain);
                case SpfMechanism.A:
                    CountLookup();
                    return await HasAddressAsync(await TargetAsync(directive, domain), directive);
                case SpfMechanism.Mx:
                    return await HasExchangeAsync(directive, domain);
                case SpfMechanism.Ptr:
                    CountLookup();
                    return await IsNamedAsync(await TargetAsync(directive, domain));
                default:
                    CountLookup();
                    return (await AskAsync(await TargetAsync(directive, domain), RecordType.A)).Records.Count > 0;
            }
        }

        private async Task<bool> IncludesAsync(SpfDirective directive, string domain)
        {
            CountLookup();
            var target = await TargetAsync(directive, domain);
            var result = IsUsableDomain(target) ? await CheckAsync(target, isFirst: false) : new SpfResult(SpfVerdict.None, target, "");
            return result.Verdict == SpfVerdict.None ? throw new SpfErrorException(SpfVerdict.PermError, $"{directive.Text}: there is no policy") : result.Verdict == SpfVerdict.Pass;
        }

        private async Task<bool> HasExchangeAsync(SpfDirective directive, string domain)
        {
            CountLookup();
            var hosts = (await AskAsync(await TargetAsync(directive, domain), RecordType.MX)).Records.OfType<DnsRecord.MailExchange>().ToList();
            if (hosts.Count > MaxNames)
                throw new SpfErrorException(SpfVerdict.PermError, $"{directive.Text}: more than {MaxNames} hosts");
            foreach (var host in hosts)
                if (await HasAddressAsync(host.Host, directive))
                    return true;
            return false;
        }

        private async Task<bool> HasAddressAsync(string name, SpfDirective directive) =>
            (await AskAsync(name, _isIPv4 ? RecordType.A : RecordType.AAAA)).Records.OfType<DnsRecord.Address>().Any(a => IsIn(a.Value, directive));

        private async Task<bool> IsNamedAsync(string target)
        {
            target = target.TrimEnd('.');
            foreach (var name in await NamesAsync())
                if (name.Equals(target, StringComparison.OrdinalIgnoreCase) || name.EndsWith("." + target, StringComparison.OrdinalIgnoreCase))
                    return true;
            return false;
        }

        /// <summary>Names of the client that lead back to it (§5.5); whatever goes wrong here is no name.</summary>
        private async Task<List<string>> NamesAsync()
        {
            if (_names is not null)
                return _names;
            _names = [];
            var answer = await QueryAsync(ReverseName(facts.Client), RecordType.PTR);
            foreach (var name in answer.Records.OfType<DnsRecord.Named>().Take(MaxNames))
            {
                var forward = await QueryAsync(name.Target, _isIPv4 ? RecordType.A : RecordType.AAAA);
                if (forward.Records.OfType<DnsRecord.Address>().Any(a => a.Value.Equals(facts.Client)))
                    _names.Add(name.Target.TrimEnd('.'));
            }
            return _names;
        }

        private async ValueTask<string> ValidatedNameAsync(string domain)
        {
            var names = await NamesAsync();
            return names.Find(n => n.Equals(domain, StringComparison.OrdinalIgnoreCase))
                ?? names.Find(n => n.EndsWith("." + domain, StringComparison.OrdinalIgnoreCase)) ?? names.FirstOrDefault() ?? "unknown";
        }

        /// <summary>Null: there are no words, or nobody may show them.</summary>
        private async Task<string?> ExplanationAsync(string spec, string domain)
        {
            try
            {
                var answer = await QueryAsync(await ExpandAsync(spec, domain), RecordType.TXT);
                var texts = answer.Texts.Take(2).ToList();
                if (texts.Count != 1 || !SpfMacros.IsMacroString(texts[0]))
                    return null;
                return await SpfMacros.ExpandAsync(texts[0], domain, facts, () => ValidatedNameAsync(domain), isExplanation: true);
            }
            catch (SpfErrorException)
            {
                return null;
            }
        }

        private async Task<string> TargetAsync(SpfDirective directive, string domain) => directive.Domain is { } spec ? await ExpandAsync(spec, domain) : domain;

        private ValueTask<string> ExpandAsync(string spec, string domain) =>
            SpfMacros.ExpandAsync(spec, domain, facts, () => ValidatedNameAsync(domain), isExplanation: false);

        private ValueTask<DnsAnswer> QueryAsync(string name, RecordType type) => resolver.AskAsync(name.TrimEnd('.'), type, cancellationToken);

        private async Task<DnsAnswer> AskAsync(string name, RecordType type)
        {
            var answer = await QueryAsync(name, type);
            if (answer.Status == DnsStatus.Failed)
                throw new SpfErrorException(SpfVerdict.TempError, $"{name}: {answer.Reason}");
            if (answer.Records.Count == 0 && ++_voids > MaxVoidLookups)
                throw new SpfErrorException(SpfVerdict.PermError, "too many names that do not exist");
            return answer;
        }

        private void CountLookup()
        {
            if (++_lookups > MaxLookups)
                throw new SpfErrorException(SpfVerdict.PermError, "too many questions to the DNS");
        }

        private bool IsIn(IPAddress network, SpfDirective directive)
        {
            if (network.AddressFamily != facts.Client.AddressFamily)
                return false;
            var prefix = _isIPv4 ? directive.Prefix4 : directive.Prefix6;
            var (a, b) = (network.GetAddressBytes(), facts.Client.GetAddressBytes());
            for (var i = 0; i < a.Length && prefix > 0; i++, prefix -= 8)
            {
                var mask = prefix >= 8 ? 0xff : 0xff << (8 - prefix);
                if (((a[i] ^ b[i]) & mask) != 0)
                    return false;
            }
            return true;
        }
    }

    /// <summary>Where the PTR records of an address stand.</summary>
    private static string ReverseName(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork
        ? string.Join('.', address.GetAddressBytes().Reverse()) + ".in-addr.arpa"
        : string.Join('.', Convert.ToHexStringLower(address.GetAddressBytes()).Reverse()) + ".ip6.arpa";
}
