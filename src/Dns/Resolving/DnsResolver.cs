using System.Net.Sockets;
using Amavis.Dns.Messages;

namespace Amavis.Dns.Resolving;

/// <summary>
/// A stub resolver: asks recursive servers, remembers what they say, and asks once for all who want to know the same. Safe for any
/// number of askers.
/// </summary>
public sealed class DnsResolver : IDnsResolver, IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly AnswerCache _cache;
    private readonly Lock _lock = new();
    private readonly Dictionary<DnsQuestion, Task<DnsAnswer>> _asking = [];
    private readonly CancellationTokenSource _ending = new();
    private Setup _setup;

    public DnsResolver(ResolverOptions options, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(options);
        _clock = clock;
        _cache = new AnswerCache(clock);
        _setup = new Setup(options, new ServerList(options.Servers, clock));
    }

    /// <summary>Answers remembered at this moment.</summary>
    public int CachedAnswers => _cache.Count;

    /// <summary>Other servers or limits from the next question on; other servers may have other answers, so the known ones go.</summary>
    public void Use(ResolverOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var before = Interlocked.Exchange(ref _setup, new Setup(options, new ServerList(options.Servers, _clock)));
        if (!before.Options.Servers.SequenceEqual(options.Servers))
            _cache.Clear();
    }

    public async ValueTask<DnsAnswer> AskAsync(string name, RecordType type, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (DnsName.Normalize(name) is not { } normal)
            return new DnsAnswer(DnsStatus.NoName, [], "not a domain name");
        var question = new DnsQuestion(normal, type);
        if (_cache.Find(question) is { } known)
            return known;
        return await Asking(question).WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Task[] left;
        lock (_lock)
            left = [.. _asking.Values];
        await Task.WhenAll(left);
        _ending.Dispose();
    }

    /// <summary>The question at work, or a new one. It goes on when an asker leaves: its answer is for the next one.</summary>
    private Task<DnsAnswer> Asking(DnsQuestion question)
    {
        var setup = Volatile.Read(ref _setup);
        lock (_lock)
        {
            if (_asking.TryGetValue(question, out var running))
                return running;
            if (_asking.Count >= setup.Options.MaxQuestions)
                return Task.FromResult(DnsAnswer.Failure("too many questions at once"));
            if (_ending.IsCancellationRequested)
                return Task.FromResult(DnsAnswer.Failure("shutting down"));
            // It takes itself out at its end, which needs the lock held here.
            return _asking[question] = AskServersAsync(setup, question);
        }
    }

    private async Task<DnsAnswer> AskServersAsync(Setup setup, DnsQuestion question)
    {
        // Out of the caller's lock first.
        await Task.Yield();
        try
        {
            using var budget = new CancellationTokenSource(setup.Options.Budget, _clock);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(budget.Token, _ending.Token);
            return await FollowAsync(setup, question, both.Token);
        }
        finally
        {
            lock (_lock)
                _asking.Remove(question);
        }
    }

    private async Task<DnsAnswer> FollowAsync(Setup setup, DnsQuestion question, CancellationToken cancellationToken)
    {
        var (aliases, life) = (0, uint.MaxValue);
        var at = question;
        while (true)
        {
            var (response, reason) = await AskRoundsAsync(setup, at, cancellationToken);
            if (response is null)
                return Keep(setup, question, DnsAnswer.Failure(reason), 0);
            var read = AnswerReader.Read(response, at, ref aliases);
            life = Math.Min(life, read.Life);
            if (read.Answer is { } answer)
                return Keep(setup, question, answer, life);
            at = at with { Name = read.Alias };
            if (++aliases > AnswerReader.MaxAliases)
                return Keep(setup, question, DnsAnswer.Failure($"the aliases behind {question.Name} lead nowhere"), 0);
        }
    }

    private DnsAnswer Keep(Setup setup, DnsQuestion question, DnsAnswer answer, uint seconds)
    {
        var options = setup.Options;
        var life = TimeSpan.FromSeconds(seconds);
        life = answer.Status switch
        {
            DnsStatus.Failed => options.FailureLife,
            DnsStatus.Found => life < options.LongestLife ? life : options.LongestLife,
            _ => life < options.LongestNegativeLife ? life : options.LongestNegativeLife,
        };
        if (!_ending.IsCancellationRequested)
            _cache.Keep(question, answer, life, options);
        return answer;
    }

    private async Task<(DnsMessage? Response, string Reason)> AskRoundsAsync(Setup setup, DnsQuestion question, CancellationToken cancellationToken)
    {
        var reason = "there is no DNS server to ask";
        var inTrouble = setup.Servers.AllInTrouble;
        var rounds = inTrouble ? 1 : setup.Options.Rounds;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var index in setup.Servers.Order())
            {
                if (cancellationToken.IsCancellationRequested)
                    return (null, reason);
                var (response, fault) = await AskServerAsync(setup, index, question, inTrouble, cancellationToken);
                if (response is not null)
                    return (response, "");
                reason = $"{setup.Servers.All[index]}: {fault}";
            }
        }
        return (null, reason);
    }

    /// <summary>A response that is an answer, or the fault.</summary>
    private async Task<(DnsMessage? Response, string Fault)> AskServerAsync(Setup setup, int index, DnsQuestion question, bool inTrouble, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(inTrouble ? setup.Options.TimeoutInTrouble : setup.Options.Timeout, _clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            var server = setup.Servers.All[index];
            var response = await DnsExchange.AskAsync(server, question, setup.Options.UdpPayload, both.Token);
            // Servers that know no EDNS say so in one of these ways (RFC 6891 §7).
            if (response.Code is ResponseCode.FormatError or ResponseCode.NotImplemented or ResponseCode.BadVersion)
                response = await DnsExchange.AskAsync(server, question, null, both.Token);
            setup.Servers.Answered(index);
            return response.Code is ResponseCode.NoError or ResponseCode.NameError ? (response, "") : (null, $"answers {response.Code}");
        }
        catch (OperationCanceledException)
        {
            if (patience.IsCancellationRequested)
                setup.Servers.Failed(index);
            return (null, "no answer");
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            setup.Servers.Failed(index);
            return (null, e.Message);
        }
    }

    private sealed record Setup(ResolverOptions Options, ServerList Servers);
}
